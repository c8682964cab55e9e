import StrictJSON

/// What came of one event.
struct Outcome {
    /// The answer that API Gateway would get.
    let answer: Answer
    /// The line of the log that tells the decision; `nil` where there was none.
    let record: DecisionRecord?

    enum Answer {
        case response(JSONDocument)
        case error(JSONDocument)

        var body: JSONValue {
            switch self {
            case .response(let document), .error(let document): document.root
            }
        }
    }

    var usageKey: String? {
        guard case .response(let document) = answer else { return nil }
        return document.root["usageIdentifierKey"]?.string
    }
}

/// The log's line of a decision.
struct DecisionRecord {
    private let document: JSONDocument

    /// - Returns: `nil` where the line tells something else.
    init?(line: ArraySlice<UInt8>) {
        guard let document = try? JSONDocument(parsing: Array(line)), document.root["decision"]?.kind == .string,
            document.root["requestId"]?.kind == .string
        else { return nil }
        self.document = document
    }

    var members: JSONValue { document.root }

    func text(_ member: String) -> String? { document.root[member]?.string }

    func integer(_ member: String) -> Int64? { document.root[member]?.number?.integer }
}

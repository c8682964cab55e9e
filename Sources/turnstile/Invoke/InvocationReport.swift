import AuthorizerService
import StrictJSON

/// What came of each event, for a person as a table, for a machine as a JSON object a line.
struct InvocationReport {
    private var table = Table([
        Table.Column(heading: "EVENT", leastWidth: 20), Table.Column(heading: "DECISION"),
        Table.Column(heading: "REASON"), Table.Column(heading: "ROUTE", leastWidth: 12),
        Table.Column(heading: "USAGE KEY", leastWidth: 10), Table.Column(heading: "µs", isNumber: true),
    ])
    private var expectedCount = 0
    private(set) var mismatchCount = 0

    private static let absent = "–"

    mutating func add(_ event: SampleEvent, _ outcome: Outcome, _ differences: [String]) {
        if event.expectation != nil { expectedCount += 1 }
        if !differences.isEmpty { mismatchCount += 1 }
        let record = outcome.record
        table.rows.append(
            Table.Row(
                mark: event.expectation == nil ? .none : differences.isEmpty ? .passed : .failed,
                cells: [
                    event.name, record?.text("decision") ?? outcome.answer.kind,
                    record?.text("reason") ?? Self.absent, record?.text("route") ?? Self.absent,
                    outcome.usageKey ?? Self.absent,
                    record?.integer("durationMicroseconds").map { "\($0)" } ?? Self.absent,
                ],
                notes: differences.map(Redaction.redact)))
    }

    var lines: [String] {
        guard !table.rows.isEmpty else { return [] }
        let environment = Console.environment
        return table.lines(
            width: System.terminalColumns(.output),
            coloured: Console.isColoured(.output, environment: environment)) + ["", summary]
    }

    private var summary: String {
        let events = table.rows.count == 1 ? "1 event" : "\(table.rows.count) events"
        guard expectedCount > 0 else { return "\(events), with no expectations" }
        let matching = "\(expectedCount - mismatchCount) as expected"
        let unknown = table.rows.count - expectedCount
        return "\(events): \(matching), \(mismatchCount) not" + (unknown > 0 ? ", \(unknown) without expectations" : "")
    }

    // MARK: JSON

    private static let recordMembers = ["decision", "reason", "issuer", "client", "route", "kid"]
    private static let recordNumbers = ["keyAgeSeconds", "durationMicroseconds"]

    /// One object: the event, what the log says of it, the answer itself and, where something was expected, whether it
    /// came.
    static func json(_ event: SampleEvent, _ outcome: Outcome, _ differences: [String]) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.name("event")
        json.string(event.name)
        json.name("file")
        json.string(event.path)
        for name in recordMembers + recordNumbers {
            guard let value = outcome.record?.members[name] else { continue }
            json.name(name)
            json.raw(value.text)
        }
        json.name("usageIdentifierKey")
        if let key = outcome.usageKey { json.string(key) } else { json.null() }
        json.name(outcome.answer.kind)
        json.raw(outcome.answer.body.text)
        if event.expectation != nil {
            json.name("asExpected")
            json.bool(differences.isEmpty)
            json.name("differences")
            json.beginArray()
            for difference in differences { json.string(difference) }
            json.endArray()
        }
        json.endObject()
        return Redaction.redact(String(decoding: json.bytes, as: UTF8.self))
    }
}

extension Outcome.Answer {
    fileprivate var kind: String {
        switch self {
        case .response: "answer"
        case .error: "error"
        }
    }
}

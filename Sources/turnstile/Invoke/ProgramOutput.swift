import StrictJSON

/// What the program writes: decisions are kept, all that calls for attention goes on to our standard error, without
/// any token.
struct ProgramOutput {
    /// The longest line that is read whole, in bytes.
    private static let lineLimitInBytes = 1 << 20
    /// What `bootstrap` itself begins its last words with.
    private static let prefix = "bootstrap: "
    private static let quietLevels = ["TRACE", "DEBUG", "INFO"]

    private var output = LineSplitter(limitInBytes: lineLimitInBytes)
    private var errors = LineSplitter(limitInBytes: lineLimitInBytes)
    private var records: [String: DecisionRecord] = [:]
    private var openStreams: Set<RuntimeAct.Stream> = [.output, .error]

    var hasEnded: Bool { openStreams.isEmpty }

    mutating func append(_ bytes: [UInt8], _ stream: RuntimeAct.Stream) {
        switch stream {
        case .output: output.append(bytes) { Self.take($0, &records) }
        case .error: errors.append(bytes, Self.passOn)
        }
    }

    mutating func end(_ stream: RuntimeAct.Stream) {
        openStreams.remove(stream)
        switch stream {
        case .output: output.finish { Self.take($0, &records) }
        case .error: errors.finish(Self.passOn)
        }
    }

    /// The decision on an event, if it has been read.
    mutating func takeRecord(of requestID: String) -> DecisionRecord? { records.removeValue(forKey: requestID) }

    func hasRecord(of requestID: String) -> Bool { records[requestID] != nil }

    private static func take(_ line: ArraySlice<UInt8>, _ records: inout [String: DecisionRecord]) {
        if let record = DecisionRecord(line: line), let requestID = record.text("requestId") {
            records[requestID] = record
        } else if !isQuiet(line) {
            passOn(line)
        }
    }

    private static func isQuiet(_ line: ArraySlice<UInt8>) -> Bool {
        guard let document = try? JSONDocument(parsing: Array(line)) else { return false }
        return document.root["level"]?.string.map(quietLevels.contains) ?? false
    }

    private static func passOn(_ line: ArraySlice<UInt8>) {
        let text = Redaction.redact(String(decoding: line, as: UTF8.self)).printable
        Console.complain(text.hasPrefix(prefix) ? text : prefix + text)
    }
}

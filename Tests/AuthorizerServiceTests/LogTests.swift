import APIGateway
@testable import AuthorizerService
import StrictJSON
import Testing

@Suite("the log")
struct LogTests {
    struct Instant: CustomTestStringConvertible {
        let testDescription: String
        let nanoseconds: Int64
    }

    static let instants = [
        Instant(testDescription: "1970-01-01T00:00:00.000Z", nanoseconds: 0),
        Instant(testDescription: "1970-01-01T00:00:00.000Z", nanoseconds: -5_000_000_000),
        Instant(testDescription: "2000-02-29T12:34:56.789Z", nanoseconds: 951_827_696_789_999_999),
        Instant(testDescription: "2026-11-21T06:30:00.001Z", nanoseconds: 1_795_242_600_001_000_000),
        Instant(testDescription: "2100-03-01T00:00:00.000Z", nanoseconds: 4_107_542_400_000_000_000),
        Instant(testDescription: "2262-04-11T23:47:16.854Z", nanoseconds: .max),
    ]

    @Test(arguments: instants)
    func `a timestamp is RFC 3339 in UTC with milliseconds`(_ instant: Instant) {
        let text = Timestamp(nanosecondsSinceEpoch: instant.nanoseconds).text
        #expect(String(decoding: text, as: UTF8.self) == instant.testDescription)
    }

    static func line(_ log: Log, _ build: (inout LogRecord) -> Void) -> String {
        var record = LogRecord(level: .info)
        build(&record)
        return String(decoding: log.line(for: record, at: Timestamp(nanosecondsSinceEpoch: 0)), as: UTF8.self)
    }

    @Test
    func `a record is one JSON object on one line, members that are absent left out`() {
        let line = Self.line(Log()) {
            $0.add("decision", "allow")
            $0.add("reason", nil as String?)
            $0.add("durationMicroseconds", 17)
        }
        #expect(
            line
                == #"{"timestamp":"1970-01-01T00:00:00.000Z","level":"INFO","decision":"allow","durationMicroseconds":17}"#
                + "\n")
    }

    static let injections: [ExactString] = [
        "a\nb", "a\r\n{\"level\":\"FATAL\"}", "\"", "\\", "\u{0}", "\u{1B}[31m", "\u{7F}",
    ]

    @Test(arguments: injections, [LogFormat.json, .text])
    func `threat 81: whatever stands in a value, the record stays one line of printable bytes`(
        _ value: ExactString, _ format: LogFormat
    ) throws {
        var log = Log()
        log.format = format
        let line = Self.line(log) { $0.add("kid", value) }
        #expect(line.utf8.filter { $0 < 0x20 || $0 == 0x7F } == [0x0A])
        guard format == .json else { return }
        let document = try JSONDocument(parsing: Array(line.utf8))
        #expect(document.root["kid"]?.exactString == value)
    }

    @Test
    func `threat 81: a text line quotes what could be taken for another member`() {
        var log = Log()
        log.format = .text
        let line = Self.line(log) {
            $0.add("client", "a b=c")
            $0.add("route", "")
            $0.add("kid", "plain-1")
        }
        #expect(line == "1970-01-01T00:00:00.000Z INFO client=\"a b=c\" route=\"\" kid=plain-1\n")
    }

    @Test
    func `threat 81: a long value is cut between characters`() throws {
        let line = Self.line(Log()) { $0.add("kid", String(repeating: "é", count: 200)) }
        let document = try JSONDocument(parsing: Array(line.utf8))
        #expect(document.root["kid"]?.string == String(repeating: "é", count: 128) + "…")
        let odd = Self.line(Log()) { $0.add("kid", "a" + String(repeating: "é", count: 200)) }
        let oddDocument = try JSONDocument(parsing: Array(odd.utf8))
        #expect(oddDocument.root["kid"]?.string == "a" + String(repeating: "é", count: 127) + "…")
    }

    @Test
    func `levels and format follow Lambda's variables, and what they do not say stays as it was`() {
        func log(_ variables: [String: String]) -> Log { Log { variables[$0] } }
        let warnings = log(["AWS_LAMBDA_LOG_LEVEL": "WARN", "AWS_LAMBDA_LOG_FORMAT": "Text"])
        #expect(warnings.lowestLevel == .warn)
        #expect(warnings.format == .text)
        #expect(!warnings.takes(LogRecord(level: .info)))
        #expect(warnings.takes(LogRecord(level: .error)))
        let odd = log(["AWS_LAMBDA_LOG_LEVEL": "loud", "AWS_LAMBDA_LOG_FORMAT": "xml"])
        #expect(odd.lowestLevel == .info)
        #expect(odd.format == .json)
    }

    @Test
    func `embedded metrics stand in the same line, at every level, told apart by decision and reason`() throws {
        var log = Log()
        log.hasMetrics = true
        log.format = .text
        log.lowestLevel = .fatal
        var record = LogRecord(level: .info)
        record.add("decision", "deny")
        record.add("reason", "route_unknown")
        record.count("Decisions", isToldApart: true)
        record.count("Faults", 0)
        #expect(log.takes(record))
        let line = log.line(for: record, at: Timestamp(nanosecondsSinceEpoch: 1_500_000_000))
        let root = try JSONDocument(parsing: line).root
        #expect(root["_aws"]?["Timestamp"]?.number?.integer == 1_500)
        let whole =
            #"{"Namespace":"Turnstile","Dimensions":[[]],"Metrics":"#
            + #"[{"Name":"Decisions","Unit":"Count"},{"Name":"Faults","Unit":"Count"}]}"#
        let toldApart =
            #"{"Namespace":"Turnstile","Dimensions":[["decision","reason"]],"Metrics":"#
            + #"[{"Name":"Decisions","Unit":"Count"}]}"#
        #expect(
            root["_aws"]?["CloudWatchMetrics"].map { String(decoding: $0.text, as: UTF8.self) }
                == "[\(whole),\(toldApart)]")
        #expect(root["Decisions"]?.number?.integer == 1)
        #expect(root["Faults"]?.number?.integer == 0)
    }

    /// Two functions of one account write to one namespace.
    @Test
    func `embedded metrics carry the function's name, where Lambda gives one`() throws {
        var log = Log(environment: { $0 == "AWS_LAMBDA_FUNCTION_NAME" ? "orders-authorizer" : nil })
        log.hasMetrics = true
        let timestamp = Timestamp(nanosecondsSinceEpoch: 0)
        var record = LogRecord(level: .info)
        record.add("decision", "allow")
        #expect(!String(decoding: log.line(for: record, at: timestamp), as: UTF8.self).contains("orders-authorizer"))
        record.count("Decisions", isToldApart: true)
        let root = try JSONDocument(parsing: log.line(for: record, at: timestamp)).root
        let dimensions = root["_aws"]?["CloudWatchMetrics"]?.elements?.compactMap { directive in
            directive["Dimensions"].map { String(decoding: $0.text, as: UTF8.self) }
        }
        #expect(root["function"]?.string == "orders-authorizer")
        #expect(dimensions == [#"[["function"]]"#, #"[["function","decision"]]"#])
    }

    @Test(arguments: [
        (Judgement.Verdict.reject(.credentials(.missing)), 1, 0), (.fault(.keysUnavailable), 0, 1),
    ])
    func `a decision counts refusals and faults, also where there are none`(
        _ verdict: Judgement.Verdict, _ refusals: Int64, _ faults: Int64
    ) {
        let record = LogRecord(Judgement(verdict), requestID: "r", durationMicroseconds: 7)
        let counted = Dictionary(uniqueKeysWithValues: record.metrics.map { ($0.name, $0.value) })
        #expect(counted == ["Decisions": 1, "DecisionTime": 7, "Refusals": refusals, "Faults": faults])
    }
}

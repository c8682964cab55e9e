package import StrictJSON

/// One line of the log: what happened, to be told apart by machines, and nothing that came in unasked.
///
/// Values are scalars that the authorizer chose to name: never a token, a signature, a key or a header.
package struct LogRecord: Sendable {
    package enum Value: Sendable {
        case string(ExactString)
        case integer(Int64)
    }

    package var level: LogLevel
    package private(set) var members: [(name: String, value: Value)] = []
    package private(set) var metrics: [Metric] = []

    /// One CloudWatch metric.
    package struct Metric: Sendable {
        package let name: String
        package let unit: String
        package let value: Int64
        /// Whether there is also a series for each decision and reason; each series is billed.
        package let isToldApart: Bool
    }

    /// Of a decision there are up to nine members and four metrics.
    package init(level: LogLevel) {
        self.level = level
        members.reserveCapacity(9)
        metrics.reserveCapacity(4)
    }

    /// Longer strings are cut, with `…` behind: 256 bytes, as many as a `kid` may have.
    private static let stringLimitInBytes = 256

    package mutating func add(_ name: String, _ value: ExactString?) {
        guard let value else { return }
        members.append((name, .string(Self.shortened(value))))
    }

    package mutating func add(_ name: String, _ value: String?) { add(name, value.map { ExactString($0) }) }

    package mutating func add(_ name: String, _ value: Int64?) {
        guard let value else { return }
        members.append((name, .integer(value)))
    }

    package mutating func count(
        _ name: String, unit: String = "Count", _ value: Int64 = 1, isToldApart: Bool = false
    ) {
        metrics.append(Metric(name: name, unit: unit, value: value, isToldApart: isToldApart))
    }

    private static func shortened(_ value: ExactString) -> ExactString {
        guard value.utf8.count > stringLimitInBytes else { return value }
        var end = stringLimitInBytes
        while end > 0, value.utf8[end] & 0xC0 == 0x80 { end -= 1 }
        return ExactString(utf8: value.utf8[..<end] + "…".utf8)
    }
}

/// Writes records to standard output, one `write` each.
package struct Log: Sendable {
    package var lowestLevel = LogLevel.info
    package var format = LogFormat.json
    /// Whether the line also carries CloudWatch's embedded metrics; it is then JSON whatever the format.
    package var hasMetrics = false
    /// The Lambda function that this is, by which metrics of several in one account are told apart.
    package var functionName: String?
    /// Where several processes write to the same output; `nil` where there is just this one.
    var sharedMemory: SharedMemory?
    private let output = LogOutput()

    package init() {}

    package init(environment: (String) -> String?) {
        if let level = environment("AWS_LAMBDA_LOG_LEVEL").flatMap({ LogLevel(rawValue: $0) }) { lowestLevel = level }
        if let format = environment("AWS_LAMBDA_LOG_FORMAT").flatMap({ LogFormat(rawValue: $0) }) {
            self.format = format
        }
        functionName = environment("AWS_LAMBDA_FUNCTION_NAME")
    }

    /// Whether a record of this level would be written; metrics are counted at every level.
    package func takes(_ record: LogRecord) -> Bool {
        record.level >= lowestLevel || (hasMetrics && !record.metrics.isEmpty)
    }

    package func write(_ record: LogRecord) {
        guard takes(record) else { return }
        let line = line(for: record, at: Timestamp(nanosecondsSinceEpoch: System.wallClockNanoseconds))
        guard let sharedMemory else {
            output.write(line, as: self)
            return
        }
        sharedMemory.withOutput { output.write(line, as: self) }
    }

    /// The line, its newline included.
    package func line(for record: LogRecord, at timestamp: Timestamp) -> [UInt8] {
        let asJSON = format == .json || (hasMetrics && !record.metrics.isEmpty)
        var line = asJSON ? jsonLine(record, timestamp) : textLine(record, timestamp)
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private func jsonLine(_ record: LogRecord, _ timestamp: Timestamp) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.name("timestamp")
        json.string(utf8: timestamp.text[...])
        json.name("level")
        json.string(record.level.rawValue)
        for member in record.members {
            json.name(member.name)
            switch member.value {
            case .string(let value): json.string(value)
            case .integer(let value): json.integer(value)
            }
        }
        if hasMetrics, !record.metrics.isEmpty {
            EmbeddedMetrics.write(record, of: functionName, at: timestamp, to: &json)
        }
        json.endObject()
        return json.bytes
    }

    /// `2026-11-21T06:30:00.123Z INFO decision=allow client="a b"`: a value with anything but plain characters is
    /// written as a JSON string, so that none can imitate another member or another line.
    private func textLine(_ record: LogRecord, _ timestamp: Timestamp) -> [UInt8] {
        var line = timestamp.text
        line += " \(record.level.rawValue)".utf8
        for member in record.members {
            line += " \(member.name)=".utf8
            var value = JSONWriter(reservingBytes: 64)
            switch member.value {
            case .integer(let number): value.integer(number)
            case .string(let string) where Self.isPlain(string): value.raw(string.utf8[...])
            case .string(let string): value.string(string)
            }
            line += value.bytes
        }
        return line
    }

    private static func isPlain(_ value: ExactString) -> Bool {
        !value.isEmpty && value.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != 0x22 && $0 != 0x3D }
    }
}

/// CloudWatch's embedded metric format: the `_aws` member says which other members are metrics, and by which
/// members they are told apart.
private enum EmbeddedMetrics {
    static let namespace = "Turnstile"
    /// The member that names the function, where it has a name.
    static let functionDimension = "function"
    /// The members that tell metrics of one function apart, as far as a record has them.
    static let dimensions = ["decision", "reason"]

    static func write(
        _ record: LogRecord, of functionName: String?, at timestamp: Timestamp, to json: inout JSONWriter
    ) {
        if let functionName {
            json.name(functionDimension)
            json.string(functionName)
        }
        json.name("_aws")
        json.beginObject()
        json.name("Timestamp")
        json.integer(timestamp.millisecondsSinceEpoch)
        json.name("CloudWatchMetrics")
        json.beginArray()
        let function = functionName == nil ? [] : [functionDimension]
        writeDirective(record.metrics, by: function, to: &json)
        let present = dimensions.filter { name in record.members.contains { $0.name == name } }
        let toldApart = record.metrics.filter { $0.isToldApart }
        if !present.isEmpty, !toldApart.isEmpty { writeDirective(toldApart, by: function + present, to: &json) }
        json.endArray()
        json.endObject()
        for metric in record.metrics {
            json.name(metric.name)
            json.integer(metric.value)
        }
    }

    /// One set of dimensions and the metrics that have it.
    private static func writeDirective(_ metrics: [LogRecord.Metric], by names: [String], to json: inout JSONWriter) {
        json.beginObject()
        json.name("Namespace")
        json.string(namespace)
        json.name("Dimensions")
        json.beginArray()
        json.beginArray()
        for name in names { json.string(name) }
        json.endArray()
        json.endArray()
        json.name("Metrics")
        json.beginArray()
        for metric in metrics {
            json.beginObject()
            json.name("Name")
            json.string(metric.name)
            json.name("Unit")
            json.string(metric.unit)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}

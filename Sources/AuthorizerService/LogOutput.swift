/// Standard output as the log has it: a reader that stalls costs lines, and never an answer.
///
/// A class, since what was lost is known to every copy of the log.
final class LogOutput: @unchecked Sendable {
    /// How long to wait for a reader that has kept up until now, in milliseconds. One that has not is not waited for.
    private static let patienceInMilliseconds: Int32 = 250

    private var hasStalled = false
    private var lostLines: Int64 = 0
    /// A line was cut off, so the next one must not be taken for its rest.
    private var isWithinLine = false

    func write(_ line: [UInt8], as log: Log) {
        if lostLines > 0, put(log.line(for: lossRecord, at: Self.now)) { lostLines = 0 }
        guard lostLines == 0, put(line) else {
            lostLines += 1
            return
        }
    }

    private var lossRecord: LogRecord {
        var record = LogRecord(level: .warn)
        record.add("event", "log_lines_lost")
        record.add("lines", lostLines)
        return record
    }

    private static var now: Timestamp { Timestamp(nanosecondsSinceEpoch: System.wallClockNanoseconds) }

    private func put(_ line: [UInt8]) -> Bool {
        let text = isWithinLine ? [UInt8(ascii: "\n")] + line : line
        let patience = hasStalled ? 0 : Self.patienceInMilliseconds
        let written = System.write(text, to: .output, withinMilliseconds: patience)
        hasStalled = written < text.count
        if written > 0 { isWithinLine = hasStalled }
        return !hasStalled
    }
}

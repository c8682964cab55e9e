/// The levels of Lambda's logging controls, from the most talkative to the most silent
/// (`AWS_LAMBDA_LOG_LEVEL`).
package enum LogLevel: String, CaseIterable, Comparable, Sendable {
    case trace = "TRACE"
    case debug = "DEBUG"
    case info = "INFO"
    case warn = "WARN"
    case error = "ERROR"
    case fatal = "FATAL"

    private var severity: Int {
        switch self {
        case .trace: 0
        case .debug: 1
        case .info: 2
        case .warn: 3
        case .error: 4
        case .fatal: 5
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.severity < right.severity }
}

/// The forms of Lambda's logging controls (`AWS_LAMBDA_LOG_FORMAT`).
package enum LogFormat: String, CaseIterable, Sendable {
    case json = "JSON"
    case text = "Text"
}

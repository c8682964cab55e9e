import AuthorizerService
import Foundation

/// Results to standard output, everything else to standard error.
enum Console {
    static func print(_ line: String) { System.write(Array("\(line)\n".utf8), to: .output) }

    /// A result that somebody waits for.
    ///
    /// - Throws: ``Problem`` where standard output does not take it: a script must not go on without it.
    static func deliver(_ line: String) throws(Problem) {
        guard System.write(Array("\(line)\n".utf8), to: .output) else {
            throw Problem(
                "standard output does not take the result: \(System.lastError)", remedy: "see where it leads")
        }
    }

    static func complain(_ line: String) { System.write(Array("\(line)\n".utf8), to: .error) }

    static var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// Whether marks are coloured: on a terminal, unless NO_COLOR is set to something (no-color.org).
    static func isColoured(_ stream: System.Stream, environment: [String: String]) -> Bool {
        System.isTerminal(stream) && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }
}

/// The verdicts that are marked.
enum Mark: String {
    case passed = "✓"
    case failed = "✗"
    case notReached = "·"
    case none = " "

    /// The mark, in its colour where colours are wanted (ECMA-48 §8.3.117).
    func text(coloured: Bool) -> String {
        switch self {
        case .passed where coloured: "\u{1B}[32m\(rawValue)\u{1B}[0m"
        case .failed where coloured: "\u{1B}[31m\(rawValue)\u{1B}[0m"
        default: rawValue
        }
    }
}

extension String {
    /// The text with every control character replaced, so that what came in from outside can neither move the
    /// cursor nor begin a line.
    var printable: String {
        String(String.UnicodeScalarView(unicodeScalars.map { Self.isControl($0) ? "\u{FFFD}" : $0 }))
    }

    /// C0, DEL, C1, the two line separators, and what changes the direction of writing.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

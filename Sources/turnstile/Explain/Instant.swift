import ArgumentParser
import Foundation

/// A moment that a person names: RFC 3339 §5.6, or whole seconds since 1970-01-01T00:00:00Z.
struct Instant: ExpressibleByArgument, Equatable {
    let secondsSinceEpoch: Int64

    /// From 1970 to April 2262: 64 bits of nanoseconds.
    private static let range: ClosedRange<Int64> = 0...(.max / 1_000_000_000)

    init?(argument: String) {
        guard let seconds = Int64(argument) ?? Self.seconds(ofDate: argument), Self.range.contains(seconds) else {
            return nil
        }
        secondsSinceEpoch = seconds
    }

    var nanosecondsSinceEpoch: Int64 { secondsSinceEpoch * 1_000_000_000 }

    private static func seconds(ofDate text: String) -> Int64? {
        let formatter = ISO8601DateFormatter()
        let forms: [ISO8601DateFormatter.Options] = [
            .withInternetDateTime, [.withInternetDateTime, .withFractionalSeconds],
        ]
        for form in forms {
            formatter.formatOptions = form
            if let date = formatter.date(from: text.uppercased()) {
                return Int64(exactly: date.timeIntervalSince1970.rounded(.down))
            }
        }
        return nil
    }
}

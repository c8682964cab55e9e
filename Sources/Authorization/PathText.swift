package import StrictJSON

/// The path of a request that our own code matches. API Gateway's reading of an odd path is not documented, so a
/// path that two readers could take differently is no path at all.
package enum PathText {
    /// Longest request ARN that API Gateway evaluates (its quota, 1,600 bytes), and so longest path in one.
    package static let lengthLimitInBytes = 1_600

    /// The segments of an absolute path; none for the root. `nil` where a segment is empty (`//`, or `/` at the end),
    /// `.` or `..`, or where the path holds a control character, a reverse solidus, a `%` that escapes nothing, or
    /// an escape of one of those, of `/`, or of a character that needs none (RFC 3986 §2.3 and §6.2.2.2: two
    /// spellings of one path).
    package static func segments(of path: ExactString) -> [ExactString]? {
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.count <= lengthLimitInBytes else { return nil }
        guard path.utf8.count > 1 else { return [] }
        var segments: [ExactString] = []
        for part in path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard !part.isEmpty, !isDotSegment(part), hasOneSpelling(part) else { return nil }
            segments.append(ExactString(utf8: part))
        }
        return segments
    }

    static func isDotSegment(_ segment: ArraySlice<UInt8>) -> Bool {
        segment.count <= 2 && segment.allSatisfy { $0 == UInt8(ascii: ".") }
    }

    /// `ALPHA / DIGIT / "-" / "." / "_" / "~"` (RFC 3986 §2.3).
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func hasOneSpelling(_ segment: ArraySlice<UInt8>) -> Bool {
        var rest = segment
        while let byte = rest.popFirst() {
            guard isPlain(byte) else { return false }
            guard byte == UInt8(ascii: "%") else { continue }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                return false
            }
            let escaped = high << 4 | low
            guard isPlain(escaped), escaped != UInt8(ascii: "/"), escaped != UInt8(ascii: "%"), !isUnreserved(escaped)
            else { return false }
        }
        return true
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: "\\")
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

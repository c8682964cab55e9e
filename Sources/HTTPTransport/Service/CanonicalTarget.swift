/// Path and query of a request in the one form that every party to a signature writes alike: each segment, name and
/// value percent-encoded but for RFC 3986's unreserved characters, hexadecimal digits in upper case, parameters sorted
/// by name and then by value, each with its `=`.
package struct CanonicalTarget: Equatable, Sendable {
    /// The path as it is sent.
    package let path: String
    /// The query as it is sent, without its `?`; empty where there is none.
    package let query: String

    /// `nil` where a segment is empty, `.` or `..`, which some reader of the path would remove.
    ///
    /// - Parameters:
    ///   - segments: Of the path, not encoded; none is the path `/`.
    ///   - parameters: Of the query, not encoded, in any order. A name may be repeated.
    package init?(segments: [String], parameters: [(name: String, value: String)] = []) {
        guard segments.allSatisfy({ !["", ".", ".."].contains($0) }) else { return nil }
        path = segments.isEmpty ? "/" : segments.map { "/" + Self.encoded($0) }.joined()
        query = parameters.map { (Array(Self.encoded($0.name).utf8), Array(Self.encoded($0.value).utf8)) }
            .sorted { left, right in
                left.0 == right.0
                    ? left.1.lexicographicallyPrecedes(right.1) : left.0.lexicographicallyPrecedes(right.0)
            }
            .map { String(decoding: $0.0 + [UInt8(ascii: "=")] + $0.1, as: UTF8.self) }
            .joined(separator: "&")
    }

    /// The origin-form of the request target (RFC 9112 §3.2.1).
    package var text: String { query.isEmpty ? path : "\(path)?\(query)" }

    /// Path and query as they are signed by every service but S3, which wants the path's encoding encoded once more.
    var signedText: String {
        let signedPath = Self.encodedAgain(path)
        return query.isEmpty ? signedPath : "\(signedPath)?\(query)"
    }

    /// Whether no `name=value` is the beginning of another, and the order is the same when each two are compared by as
    /// many bytes as the shorter has. Neighbours suffice: whatever sorts between a text and a longer one that it begins
    /// begins with it too.
    var isSortedByPrefixes: Bool {
        let pairs = query.utf8.split(separator: UInt8(ascii: "&"))
        return zip(pairs, pairs.dropFirst()).allSatisfy { left, right in
            guard let (one, other) = zip(left, right).first(where: { $0 != $1 }) else { return false }
            return one < other
        }
    }

    private static func encodedAgain(_ path: String) -> String {
        String(decoding: path.utf8.flatMap { $0 == UInt8(ascii: "%") ? Array("%25".utf8) : [$0] }, as: UTF8.self)
    }

    private static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), hexDigit(byte >> 4), hexDigit(byte & 0xF)]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// RFC 3986 §2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: false
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}

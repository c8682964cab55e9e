/// Reads the parts of a URL in their order. Every step either moves forward or throws.
struct URLReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func scheme() throws(HTTPURLError) -> HTTPURL.Scheme {
        for scheme in [HTTPURL.Scheme.https, .http] {
            let prefix = "\(scheme.rawValue)://"
            guard bytes.starts(with: prefix.utf8) else { continue }
            position = prefix.utf8.count
            return scheme
        }
        throw .unsupportedScheme
    }

    mutating func host() throws(HTTPURLError) -> String {
        let rest = bytes[position...]
        let authority = rest.prefix { !Self.endsAuthority($0) }
        guard !authority.contains(UInt8(ascii: "@")) else { throw .userInformation }
        let host: ArraySlice<UInt8>
        if authority.first == UInt8(ascii: "[") {
            guard let close = authority.firstIndex(of: UInt8(ascii: "]")) else { throw .invalidHost }
            host = authority[...close]
            guard Self.isBracketedIPv6(host) else { throw .invalidHost }
        } else {
            host = authority.prefix { $0 != UInt8(ascii: ":") }
            guard Self.isName(host) || Self.isIPv4Address(host) else { throw .invalidHost }
        }
        position = host.endIndex
        return String(decoding: host, as: UTF8.self)
    }

    mutating func port() throws(HTTPURLError) -> UInt16? {
        let rest = bytes[position...]
        let text = rest.prefix { !Self.endsAuthority($0) }
        guard let colon = text.first else { return nil }
        let digits = text.dropFirst()
        guard colon == UInt8(ascii: ":"), let port = Self.decimal(digits, limit: 65_535), port > 0 else {
            throw .invalidPort
        }
        position = text.endIndex
        return UInt16(port)
    }

    /// RFC 3986 §3.3 and §3.4: `pchar`, `/`, and in the query also `?`.
    mutating func target() throws(HTTPURLError) -> ArraySlice<UInt8> {
        let target = bytes[position...]
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "%") {
                guard bytes.count - position > 2, Self.isHex(bytes[position + 1]), Self.isHex(bytes[position + 2])
                else { throw .invalidByte(at: position) }
                position += 3
            } else {
                guard Self.isTargetByte(byte) else { throw .invalidByte(at: position) }
                position += 1
            }
        }
        return target
    }
}

extension URLReader {
    /// Four decimal numbers of 0 through 255 without leading zeros (RFC 3986 §3.2.2, `IPv4address`).
    static func isIPv4Address(_ text: ArraySlice<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { decimal($0, limit: 255) != nil }
    }

    /// Labels of letters, digits, `-` and `_`, 1 to 63 bytes each and 253 in all (RFC 1035 §2.3.4). The last one
    /// begins with a letter, or the name could be read as an address (`127.1`, `0x7f000001`).
    private static func isName(_ text: ArraySlice<UInt8>) -> Bool {
        let labels = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.count <= 253, let first = labels.last?.first, isLetter(first) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.count)
                && label.allSatisfy { isLetter($0) || isDigit($0) || isHyphenOrUnderscore($0) }
        }
    }

    /// RFC 3986 §3.2.2 `IP-literal`, as far as its characters go; the address itself is libcurl's to refuse.
    private static func isBracketedIPv6(_ text: ArraySlice<UInt8>) -> Bool {
        let address = text.dropFirst().dropLast()
        return (2...45).contains(address.count) && address.contains(UInt8(ascii: ":"))
            && address.allSatisfy { isHex($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
    }

    private static func decimal(_ digits: ArraySlice<UInt8>, limit: Int) -> Int? {
        guard let first = digits.first, digits.count <= 5, digits.allSatisfy(isDigit) else { return nil }
        guard digits.count == 1 || first != UInt8(ascii: "0") else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return value <= limit ? value : nil
    }

    private static func endsAuthority(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
            || byte == UInt8(ascii: "\\")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static func isHyphenOrUnderscore(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static func isTargetByte(_ byte: UInt8) -> Bool {
        if isLetter(byte) || isDigit(byte) { return true }
        return switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("): true
        case UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"): true
        case UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "/"), UInt8(ascii: "?"): true
        default: false
        }
    }
}

/// An absolute `http` or `https` URL (RFC 9110 §4.2) with none of the forms that two readers may take differently.
///
/// Scheme and host are written in the text as they are sent; nothing is decoded, folded or completed. What RFC 3986
/// would allow and this does not: a user, a fragment, percent-encoding in the host, an empty port, a dot at the end
/// of the host, upper case in the scheme, IPv4 addresses in any form but four decimal numbers, IPv6 zones.
package struct HTTPURL: Equatable, Sendable {
    package enum Scheme: String, Sendable { case http, https }

    /// The most bytes a URL may have. RFC 9110 §4.1 asks for support of 8,000; a key set's address is under 200.
    package static let limitInBytes = 2_048

    package let scheme: Scheme
    /// A name, an IPv4 address, or an IPv6 address in brackets.
    package let host: String
    /// As written; `nil` where the scheme's own port is meant.
    package let port: UInt16?
    /// Host and port, as the `Host` header has them.
    package let authority: String
    /// The origin-form of the request target (RFC 9112 §3.2.1): path and query; `/` where the URL has no path.
    package let target: String
    /// The whole, with the path `/` where none was written.
    package let text: String

    /// Whether the URL was written without any path or query.
    package let isOrigin: Bool

    /// - Throws: ``HTTPURLError`` for the first rule that the text breaks, read from its start.
    package init(parsing text: String) throws(HTTPURLError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.limitInBytes else { throw .tooLong(limitInBytes: Self.limitInBytes) }
        var reader = URLReader(bytes)
        scheme = try reader.scheme()
        host = try reader.host()
        port = try reader.port()
        let written = try reader.target()
        isOrigin = written.isEmpty
        target = written.first == UInt8(ascii: "/") ? Self.string(written) : "/" + Self.string(written)
        if let port { authority = "\(host):\(port)" } else { authority = host }
        self.text = "\(scheme.rawValue)://\(authority)\(target)"
    }

    private static func string(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension HTTPURL {
    /// Whether the host is this machine and can be no other: 127.0.0.0/8 (RFC 1122 §3.2.1.3), ::1 (RFC 4291 §2.5.3),
    /// or `localhost` (RFC 6761 §6.3), which libcurl never looks up.
    package var isLoopback: Bool {
        let bytes = Array(host.utf8)
        if bytes == Array("localhost".utf8) || bytes == Array("[::1]".utf8) { return true }
        return URLReader.isIPv4Address(bytes[...]) && bytes.starts(with: "127.".utf8)
    }

    /// Whether the host ends with this, letter for letter.
    package func isOfDomain(_ domain: String) -> Bool { host.utf8.suffix(domain.utf8.count).elementsEqual(domain.utf8) }
}

/// A URL whose answer can be trusted to come from the host it names: `https`, or this very machine.
package struct SecureURL: Equatable, Sendable {
    package let url: HTTPURL

    /// - Throws: ``HTTPURLError/plaintext`` for `http` to any host but loopback, and as ``HTTPURL`` does.
    package init(parsing text: String) throws(HTTPURLError) {
        try self.init(HTTPURL(parsing: text))
    }

    package init(_ url: HTTPURL) throws(HTTPURLError) {
        guard url.scheme == .https || url.isLoopback else { throw .plaintext }
        self.url = url
    }
}

/// Why a text is not a URL to be asked. No case carries any of the text: it may hold a secret.
package enum HTTPURLError: Error, Equatable, Sendable {
    case tooLong(limitInBytes: Int)
    /// Neither `http://` nor `https://`, in lower case.
    case unsupportedScheme
    /// The part before the path holds an `@`.
    case userInformation
    case invalidHost
    /// Not 1 through 65,535 in decimal without leading zeros.
    case invalidPort
    /// A byte, counted from the start of the text, that no path or query may hold: a fragment's `#`, a space, a
    /// control, a backslash, anything that is not ASCII, a `%` without two hexadecimal digits.
    case invalidByte(at: Int)
    /// `http` to a host that is not loopback.
    case plaintext
}

extension HTTPURLError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let limit): "URL longer than \(limit) bytes"
        case .unsupportedScheme: "URL is neither https:// nor http://"
        case .userInformation: "URL holds a user name or password"
        case .invalidHost: "URL has no valid host"
        case .invalidPort: "URL has no valid port"
        case .invalidByte(let at): "URL holds a character it may not at byte \(at)"
        case .plaintext: "URL is http:// and not of a loopback address"
        }
    }
}

import Foundation

/// A client's id and secret. Nothing prints the secret: the type describes itself by the id.
struct ClientCredentials: Sendable {
    let id: String
    private let secret: ClientSecret

    init(id: String, secret: ClientSecret) {
        self.id = id
        self.secret = secret
    }

    /// The value of `Authorization`: id and secret form-encoded each, joined, in base64 (RFC 6749 §2.3.1, RFC 7617 §2).
    /// Of letters and digits, which Cognito's are made of, the encoding changes nothing. A space is `%20`, which whoever
    /// decodes forms reads like `+`, and whoever decodes URIs only does not take for a plus.
    var basicAuthorization: String {
        let pair = "\(FormEncoding.encode(id, space: "%20")):\(FormEncoding.encode(secret.text, space: "%20"))"
        return "Basic \(Data(pair.utf8).base64EncodedString())"
    }

    /// For the cache, which must not give a token to whoever has another secret.
    var secretBytes: [UInt8] { Array(secret.text.utf8) }

    /// The text with the secret taken out of it, in any form in which it is sent.
    func redacting(_ text: String) -> String {
        let forms = [
            secret.text, FormEncoding.encode(secret.text), FormEncoding.encode(secret.text, space: "%20"),
            String(basicAuthorization.dropFirst("Basic ".count)),
        ]
        return forms.reduce(text) { $0.replacingOccurrences(of: $1, with: "[secret]") }
    }

    /// RFC 6749 appendix A.1 and A.2: visible ASCII and spaces.
    static func isText(_ bytes: some Sequence<UInt8>) -> Bool { bytes.allSatisfy { 0x20...0x7E ~= $0 } }
}

extension ClientCredentials: CustomStringConvertible, CustomReflectable {
    var description: String { "client \(id)" }
    var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}

/// A client's secret as it was found.
struct ClientSecret: Sendable {
    fileprivate let text: String

    /// Cognito's have 64 characters at the most (Cognito API, `ClientSecretType`); others' are longer.
    static let limitInBytes = 1_024

    /// - Parameters:
    ///   - bytes: With the newline that an editor or `echo` puts behind a line, or without.
    ///   - source: Where they were found, for the error.
    /// - Throws: ``Problem`` where this is no secret. It never says what was found.
    init(_ bytes: [UInt8], from source: String) throws(Problem) {
        var bytes = bytes[...]
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard !bytes.isEmpty else {
            throw Problem("the secret from \(source) is empty", remedy: "put the secret there")
        }
        guard bytes.count <= Self.limitInBytes else {
            throw Problem(
                "the secret from \(source) is longer than \(Self.limitInBytes) bytes",
                remedy: "put the secret alone there")
        }
        guard ClientCredentials.isText(bytes) else {
            throw Problem(
                "the secret from \(source) has a character that no secret may have, such as a second line",
                remedy: "put the secret alone there, in visible ASCII")
        }
        text = String(decoding: bytes, as: UTF8.self)
    }
}

extension ClientSecret: CustomStringConvertible, CustomReflectable {
    var description: String { "[secret]" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

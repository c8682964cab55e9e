import Foundation
import HTTPTransport
import StrictJSON

/// What a token endpoint answered, read strictly (RFC 6749 §5.1).
struct TokenAnswer: Sendable {
    let token: AccessToken
    /// What the person should know.
    let warnings: [String]

    /// - Parameters:
    ///   - response: Of any status.
    ///   - asked: The scopes that were asked for.
    ///   - now: Seconds since 1970, before the request.
    ///   - redact: Takes the secret out of what a server says.
    /// - Throws: ``TokenFault`` where there is no token that can be used.
    init(
        _ response: HTTPResponse, asked: TokenScope, at now: Int64, redacting redact: (String) -> String
    ) throws(TokenFault) {
        let root = (try? JSONDocument(parsing: response.body))?.root
        guard response.status == 200 else { throw Self.refusal(response, root, redact) }
        guard let root, root.kind == .object else { throw .answer(.notJSON) }
        guard let bytes = root["access_token"]?.utf8, !bytes.isEmpty else {
            // Some servers refuse with status 200.
            throw Self.refusal(of: root, status: response.status, redact) ?? .answer(.noToken)
        }
        guard AccessToken.isBearerToken(bytes) else { throw .answer(.unusableToken) }
        // RFC 6749 §5.1: the type is compared without regard to case, and it is required.
        guard root["token_type"]?.string?.lowercased() == "bearer" else { throw .answer(.otherType) }
        let lifetime = Self.lifetime(root)
        token = AccessToken(
            text: String(decoding: bytes, as: UTF8.self), scope: Self.scope(root, asked, redact), obtainedAt: now,
            expiresAt: lifetime.map { now + $0 })
        if lifetime != nil {
            warnings = []
        } else if root["expires_in"] == nil {
            warnings = ["the server does not say for how long the token is good: it is not cached"]
        } else {
            let range = AccessToken.lifetimeRangeInSeconds
            warnings = [
                "expires_in is not a number of seconds from \(range.lowerBound) to \(range.upperBound): the token is "
                    + "not cached"
            ]
        }
    }

    private static func lifetime(_ root: JSONValue) -> Int64? {
        root["expires_in"]?.number?.whole(.down).flatMap { AccessToken.lifetimeRangeInSeconds.contains($0) ? $0 : nil }
    }

    /// RFC 6749 §5.1: without `scope`, what was asked for was granted. One that cannot be read says nothing, and
    /// neither does one that repeats the secret, which would be kept with the token.
    private static func scope(_ root: JSONValue, _ asked: TokenScope, _ redact: (String) -> String) -> String? {
        guard let scope = root["scope"], !scope.isNull else { return asked.tokens.isEmpty ? nil : asked.text }
        guard let granted = scope.string.flatMap(TokenScope.init(granted:)), redact(granted.text) == granted.text else {
            return nil
        }
        return granted.text
    }

    /// RFC 6749 §5.2: 400, or 401 where the client could not be authenticated. Servers that answer otherwise are
    /// understood as far as they say `error`.
    private static func refusal(
        _ response: HTTPResponse, _ root: JSONValue?, _ redact: (String) -> String
    ) -> TokenFault {
        let seconds = response.headers.text(of: "Retry-After").flatMap(Int.init)
        guard (400..<500).contains(response.status), response.status != 429, let root,
            let refusal = refusal(of: root, status: response.status, redact)
        else {
            return .status(response.status, retryAfterSeconds: seconds.flatMap { (0...86_400).contains($0) ? $0 : nil })
        }
        return refusal
    }

    private static func refusal(of root: JSONValue, status: Int, _ redact: (String) -> String) -> TokenFault? {
        guard let error = root["error"]?.string, isErrorCode(error) else { return nil }
        let detail = root["error_description"]?.string.map { text in
            String(Redaction.redact(redact(text)).printable.prefix(detailLimit))
        }
        return .refused(error: redact(error), detail: detail, status: status)
    }

    /// What is shown of a server's own words, in characters.
    private static let detailLimit = 200

    /// RFC 6749 appendix A.7, short enough to be a code.
    private static func isErrorCode(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    }
}

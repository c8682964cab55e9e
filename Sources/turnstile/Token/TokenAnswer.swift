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
        guard let bytes = root["access_token"]?.utf8, !bytes.isEmpty else { throw .answer(.noToken) }
        guard AccessToken.isBearerToken(bytes) else { throw .answer(.unusableToken) }
        // RFC 6749 §5.1: the type is compared without regard to case, and it is required.
        guard root["token_type"]?.string?.lowercased() == "bearer" else { throw .answer(.otherType) }
        var warnings: [String] = []
        let lifetime = root["expires_in"]?.number?.whole(.down).flatMap {
            AccessToken.lifetimeRangeInSeconds.contains($0) ? $0 : nil
        }
        if lifetime == nil {
            warnings.append("the server does not say for how long the token is good: it is not cached")
        }
        var scope: String? = asked.tokens.isEmpty ? nil : asked.text
        if let text = root["scope"]?.string, let granted = TokenScope(granted: text) {
            if !asked.tokens.isEmpty, granted.sorted != asked.sorted {
                warnings.append("the server granted other scopes than were asked for: \(granted.text)")
            }
            scope = granted.text
        }
        token = AccessToken(
            text: String(decoding: bytes, as: UTF8.self), scope: scope, obtainedAt: now,
            expiresAt: lifetime.map { now + $0 })
        self.warnings = warnings
    }

    /// RFC 6749 §5.2: 400, or 401 where the client could not be authenticated. Servers that answer otherwise are
    /// understood as far as they say `error`.
    private static func refusal(
        _ response: HTTPResponse, _ root: JSONValue?, _ redact: (String) -> String
    ) -> TokenFault {
        let seconds = response.headers.text(of: "Retry-After").flatMap(Int.init)
        guard (400..<500).contains(response.status), response.status != 429, let error = root?["error"]?.string,
            isErrorCode(error)
        else {
            return .status(response.status, retryAfterSeconds: seconds.flatMap { (0...86_400).contains($0) ? $0 : nil })
        }
        let detail = root?["error_description"]?.string.map { text in
            String(Redaction.redact(redact(text)).printable.prefix(detailLimit))
        }
        return .refused(error: redact(error), detail: detail, status: response.status)
    }

    /// What is shown of a server's own words, in characters.
    private static let detailLimit = 200

    /// RFC 6749 appendix A.7, short enough to be a code.
    private static func isErrorCode(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    }
}

import StrictJSON

/// What a token is asked for: `scope-token`s (RFC 6749 §3.3), each once, in the order in which they were given.
struct TokenScope: Sendable, Equatable {
    private(set) var tokens: [ExactString] = []

    /// RFC 6749 names no limit; Cognito takes 50 scopes to a client (Cognito quotas).
    static let limitInBytes = 8_192

    /// - Parameter texts: Each one scope, or several with a space between.
    /// - Throws: ``Problem`` for one that no scope can be.
    init(_ texts: [String]) throws(Problem) {
        for text in texts {
            for part in text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false) {
                let token = ExactString(utf8: Array(part)[...])
                guard !part.isEmpty, part.allSatisfy(Self.isScopeByte) else {
                    throw Problem(
                        "“\(text)” is not a scope",
                        remedy: #"scopes are visible ASCII without " and \, a space between"#,
                        status: .usage)
                }
                if !tokens.contains(token) { tokens.append(token) }
            }
        }
        guard text.utf8.count <= Self.limitInBytes else {
            throw Problem(
                "the scopes are longer than \(Self.limitInBytes) bytes", remedy: "ask for fewer", status: .usage)
        }
    }

    /// A server's `scope`, read as Turnstile reads that of a token: spaces divide, however many.
    ///
    /// - Returns: `nil` where it is not of this form.
    init?(granted text: String) {
        guard let scope = try? TokenScope(text.utf8.split(separator: UInt8(ascii: " ")).map { String($0) ?? "" }) else {
            return nil
        }
        self = scope
    }

    /// What to say where a token has other scopes than these, which were asked for.
    func difference(from granted: String?) -> String? {
        guard !tokens.isEmpty else { return nil }
        guard let granted else { return "the server does not say in a readable way which scopes it granted" }
        guard let scope = TokenScope(granted: granted), scope.sorted != sorted else { return nil }
        return "the server granted other scopes than were asked for: \(granted.isEmpty ? "none" : granted)"
    }

    var text: String { tokens.map(\.description).joined(separator: " ") }

    /// The same for all orders.
    var sorted: [ExactString] { tokens.sorted() }

    private static func isScopeByte(_ byte: UInt8) -> Bool {
        0x21...0x7E ~= byte && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}

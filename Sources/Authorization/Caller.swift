package import JOSE
package import StrictJSON

/// Whose token was verified, in the terms that rules are written in.
///
/// A value of this type stands for a verified token: outside this module nothing makes one of anything else.
package struct Caller: Sendable {
    /// The configuration's name for the issuer entry that accepted the token.
    package let issuerName: ExactString
    /// The token's `iss` (RFC 7519 §4.1.1).
    package let issuer: ExactString
    /// The token's `sub` (RFC 7519 §4.1.2).
    package let subject: ExactString?
    /// The OAuth client that the token was issued to (RFC 8693 §4.3).
    package let clientID: ExactString?
    /// The token's scope tokens (RFC 6749 §3.3), compared whole.
    package let scopes: Set<ExactString>
    package let groups: Set<ExactString>
    /// Whether the token came from the client-credentials grant, so that no person stands behind it.
    package let isMachine: Bool
    private let claim: @Sendable (String) -> JSONValue?

    package init(_ token: VerifiedToken) {
        self.init(
            issuerName: token.policy.name, issuer: token.issuer, subject: token.subject, clientID: token.clientID,
            scopes: token.scopes, groups: token.groups, isMachine: token.isMachine,
            claim: { token.claim(named: $0) })
    }

    init(
        issuerName: ExactString, issuer: ExactString, subject: ExactString?, clientID: ExactString?,
        scopes: Set<ExactString>, groups: Set<ExactString>, isMachine: Bool,
        claim: @escaping @Sendable (String) -> JSONValue?
    ) {
        self.issuerName = issuerName
        self.issuer = issuer
        self.subject = subject
        self.clientID = clientID
        self.scopes = scopes
        self.groups = groups
        self.isMachine = isMachine
        self.claim = claim
    }

    /// Any claim of the token, checked to be JSON and no more.
    package func claim(named name: String) -> JSONValue? { claim(name) }
}

package import StrictJSON

/// The claims this package reads, each of the type that RFC 7519 §4.1 gives it. Only ``TokenVerifier`` makes one,
/// of a payload whose signature is valid.
package struct ClaimsSet: Sendable {
    package let issuer: ExactString?
    package let subject: ExactString?
    package let audiences: [ExactString]
    package let expiry: NumericDate
    package let notBefore: NumericDate?
    package let issuedAt: NumericDate?
    let clientID: ExactString?
    let authorizedParty: ExactString?
    let tokenUse: ExactString?
    let isAudienceASingleString: Bool
    let payload: JSONValue

    /// - Throws: ``TokenError/invalidClaims(_:)``.
    init(_ payload: JSONValue) throws(TokenError) {
        self.payload = payload
        issuer = try Self.string(.iss, in: payload)
        subject = try Self.string(.sub, in: payload)
        (audiences, isAudienceASingleString) = try Self.audiences(in: payload)
        guard let expiry = try Self.date(.exp, in: payload, rounding: .down) else {
            throw .invalidClaims(.missing(.exp))
        }
        self.expiry = expiry
        notBefore = try Self.date(.nbf, in: payload, rounding: .up)
        issuedAt = try Self.date(.iat, in: payload, rounding: .up)
        clientID = try Self.string(.clientID, in: payload)
        authorizedParty = try Self.string(.azp, in: payload)
        tokenUse = try Self.string(.tokenUse, in: payload)
        if let identifier = payload[InvalidClaim.Name.jti.rawValue], identifier.kind != .string {
            throw .invalidClaims(.invalid(.jti))
        }
        guard payload["cnf"] == nil else { throw .invalidClaims(.keyBound) }
    }

    /// The OAuth client that the token was issued to: `client_id` (RFC 8693 §4.3), else `azp`; of an ID token that
    /// has neither, its one audience (OpenID Connect Core §2). That one is looked at only where `token_use` is checked
    /// next, so that an ID token in place of an access token is told what it is.
    func client(under policy: IssuerPolicy) -> ExactString? {
        if let client = clientID ?? authorizedParty { return client }
        guard policy.tokenUse != nil, tokenUse?.isEqual(to: "id") ?? false, isAudienceASingleString else { return nil }
        return audiences.first
    }

    func isOfClient(allowedBy policy: IssuerPolicy) -> Bool {
        policy.admits(client(under: policy))
    }

    private static func string(_ name: InvalidClaim.Name, in payload: JSONValue) throws(TokenError) -> ExactString? {
        guard let value = payload[name.rawValue] else { return nil }
        guard let text = value.exactString else { throw .invalidClaims(.invalid(name)) }
        return text
    }

    private static func date(
        _ name: InvalidClaim.Name, in payload: JSONValue, rounding: JSONNumber.Rounding
    ) throws(TokenError) -> NumericDate? {
        guard let value = payload[name.rawValue] else { return nil }
        guard let date = NumericDate(value, rounding: rounding) else { throw .invalidClaims(.invalid(name)) }
        return date
    }

    /// A string or an array of strings (RFC 7519 §4.1.3), not an empty one.
    private static func audiences(
        in payload: JSONValue
    ) throws(TokenError) -> (values: [ExactString], isASingleString: Bool) {
        guard let value = payload["aud"] else { return ([], false) }
        if let text = value.exactString { return ([text], true) }
        guard let elements = value.elements else { throw .invalidClaims(.invalid(.aud)) }
        var audiences: [ExactString] = []
        for element in elements {
            guard let text = element.exactString else { throw .invalidClaims(.invalid(.aud)) }
            audiences.append(text)
        }
        guard !audiences.isEmpty else { throw .invalidClaims(.invalid(.aud)) }
        return (audiences, false)
    }
}

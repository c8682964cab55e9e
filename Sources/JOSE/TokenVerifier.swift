package import StrictJSON

/// A token whose signature, validity period, audience, client and type have been checked. Holding a value of this
/// type *is* the proof: the initializer is private to this file, so ``TokenVerifier`` is the only mint.
package struct VerifiedToken: Sendable {
    package let claims: ClaimsSet
    /// The policy that judged the token.
    package let policy: IssuerPolicy
    /// The scopes granted (RFC 6749 §3.3), each to be compared whole.
    package let scopes: Set<ExactString>
    package let groups: Set<ExactString>

    fileprivate init(claims: ClaimsSet, policy: IssuerPolicy) {
        self.claims = claims
        self.policy = policy
        scopes = claims.scopes(named: policy.scopeClaim)
        groups = claims.groups(named: policy.groupsClaim)
    }

    /// The value of `iss`.
    package var issuer: ExactString { policy.issuer }
    package var subject: ExactString? { claims.subject }
    /// The OAuth client that the token was issued to.
    package var clientID: ExactString? { claims.client(under: policy) }
    package var expiry: NumericDate { claims.expiry }

    /// Whether no person is behind the token: a client-credentials token of Cognito has its client for `sub` and no
    /// `username`.
    package var isMachine: Bool {
        guard let client = claims.clientID else { return false }
        return claims.subject == client && claims.payload["username"] == nil
    }

    /// Any claim, checked to be JSON and no more.
    package func claim(named name: String) -> JSONValue? { claims.payload[name] }

    /// All claims, checked to be JSON and no more.
    package var payload: JSONValue { claims.payload }
}

/// Turns an ``UnverifiedToken`` into a ``VerifiedToken``, or says why not. Pure: time is an argument.
package struct TokenVerifier<Signatures: SignatureVerifier> {
    package let signatures: Signatures

    package init(signatures: Signatures) { self.signatures = signatures }

    /// Verifies the signature, then the claims, in the order of ``TokenError``'s cases.
    ///
    /// Nothing of the payload but `iss` is read before the signature has been checked (RFC 7519 §7.2).
    ///
    /// - Parameters:
    ///   - token: A decoded, untrusted token.
    ///   - key: The key of the issuer's own set that the token's `kid` selected.
    ///   - issuer: The issuer that ``TrustedIssuers/issuer(for:)`` found for this token.
    ///   - now: The instant to judge `exp`, `nbf` and `iat` by.
    /// - Returns: Proof that the token is authentic, in date, and meant for us.
    /// - Throws: The first ``TokenError`` met.
    /// - Complexity: One public-key operation. No I/O.
    package func verify(
        _ token: UnverifiedToken, under key: VerificationKey<Signatures.PreparedKey>, of issuer: TrustedIssuer,
        at now: NumericDate
    ) throws(TokenError) -> VerifiedToken {
        guard token.issuer == issuer.issuer else { throw .unknownIssuer }
        try verifySignature(of: token.jws, under: key)
        let claims = try ClaimsSet(token.payload)
        guard let policy = issuer.policy(for: claims) else { throw .unknownIssuer }
        guard policy.algorithms.contains(token.algorithm) else { throw .unsupportedAlgorithm }
        try policy.checkPeriod(of: claims, at: now)
        try policy.checkAddressees(of: claims)
        try policy.checkKind(of: claims, type: token.jws.type)
        try policy.checkLifetime(of: claims)
        try policy.checkRequiredClaims(of: claims)
        return VerifiedToken(claims: claims, policy: policy)
    }

    /// Checks the signature alone. It says who signed, and nothing of what may be believed or when.
    ///
    /// - Throws: ``TokenError/unsupportedAlgorithm`` where the key is not for the token's `alg`;
    ///   ``TokenError/cryptographyFailed``; ``TokenError/invalidSignature``.
    package func verifySignature(
        of jws: CompactJWS, under key: VerificationKey<Signatures.PreparedKey>
    ) throws(TokenError) {
        let algorithm = try jws.algorithm()
        guard key.algorithms.contains(algorithm) else { throw .unsupportedAlgorithm }
        let isValid: Bool
        do throws(CryptographyFailure) {
            isValid = try signatures.isValid(
                jws.signature[...], over: jws.signingInput, under: key.prepared, using: algorithm)
        } catch {
            throw .cryptographyFailed
        }
        guard isValid else { throw .invalidSignature }
    }
}

extension TokenVerifier: Sendable where Signatures: Sendable {}

extension IssuerPolicy {
    /// `nbf - leeway <= now < exp + leeway`, and `iat` not in the future. The bounds of ``NumericDate`` leave room
    /// for the leeway.
    fileprivate func checkPeriod(of claims: ClaimsSet, at now: NumericDate) throws(TokenError) {
        let leeway = Int64(leewayInSeconds)
        guard now.secondsSinceEpoch < claims.expiry.secondsSinceEpoch + leeway else {
            throw .expired(at: claims.expiry, now: now)
        }
        let start = max(claims.notBefore ?? now, claims.issuedAt ?? now)
        guard now.secondsSinceEpoch >= start.secondsSinceEpoch - leeway else {
            throw .notYetValid(until: start, now: now)
        }
    }

    fileprivate func checkAddressees(of claims: ClaimsSet) throws(TokenError) {
        if case .oneOf(let audiences) = audiences, !claims.audiences.contains(where: audiences.contains) {
            throw .wrongAudience
        }
        guard claims.isOfClient(allowedBy: self) else { throw .wrongClient }
    }

    fileprivate func checkKind(of claims: ClaimsSet, type found: MediaType?) throws(TokenError) {
        if let tokenUse, !(claims.tokenUse?.isEqual(to: tokenUse.rawValue) ?? false) {
            throw .wrongTokenUse(expected: tokenUse)
        }
        if let type, found != type { throw .wrongType }
    }

    fileprivate func checkLifetime(of claims: ClaimsSet) throws(TokenError) {
        guard let limit = maxLifetimeInSeconds.map(Int64.init) else { return }
        let lifetime = claims.issuedAt.map { claims.expiry.secondsSinceEpoch - $0.secondsSinceEpoch }
        guard let lifetime, lifetime <= limit else { throw .lifetimeTooLong(seconds: lifetime, limit: limit) }
    }

    fileprivate func checkRequiredClaims(of claims: ClaimsSet) throws(TokenError) {
        for required in requiredClaims where !required.isMet(by: claims.payload[required.name.description]) {
            throw .requiredClaimMissing(required.name)
        }
    }
}

package import StrictJSON

extension UsageKeyStrategy {
    /// The API key that ``key(for:hashing:)`` finds for every token of a machine client, where no token is at hand:
    /// for whoever makes the keys.
    ///
    /// - Parameters:
    ///   - clientID: The client, which takes its tokens with the client-credentials grant.
    ///   - issuer: The `iss` of its tokens.
    ///   - hash: What an HMAC is made with.
    /// - Returns: `nil` where the client is not metered.
    /// - Throws: ``UsageKeyFault``; of ``claim(_:)`` always, since only a token has claims.
    package func key(
        ofMachineClient clientID: ExactString, of issuer: ExactString, hashing hash: some MessageAuthentication
    ) throws(UsageKeyFault) -> UsageKey? {
        // Lives in this function alone: no decision is ever made about it.
        let caller = Caller(
            issuerName: "", issuer: issuer, subject: clientID, clientID: clientID, scopes: [], groups: [],
            isMachine: true, claim: { _ in nil })
        return try key(for: caller, hashing: hash)
    }
}

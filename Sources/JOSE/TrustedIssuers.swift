package import StrictJSON

/// One value of `iss` and the policies that share it, in the order of the configuration. Keys belong to it, so a
/// `kid` means something only within one issuer.
package struct TrustedIssuer: Sendable {
    package let issuer: ExactString
    /// At least one.
    package fileprivate(set) var policies: [IssuerPolicy]
    /// Where it stands among ``TrustedIssuers/all``, for whoever keeps something beside each issuer.
    package let index: Int

    /// The first policy whose clients the token is of. Where there is none, the first policy judges, and finds that
    /// the client is wrong.
    func policy(for claims: ClaimsSet) -> IssuerPolicy? {
        policies.first { claims.isOfClient(allowedBy: $0) } ?? policies.first
    }
}

/// Every issuer whose tokens may be believed.
package struct TrustedIssuers: Sendable {
    package private(set) var all: [TrustedIssuer] = []

    package init(_ policies: [IssuerPolicy]) {
        for policy in policies {
            if let index = all.firstIndex(where: { $0.issuer == policy.issuer }) {
                all[index].policies.append(policy)
            } else {
                all.append(TrustedIssuer(issuer: policy.issuer, policies: [policy], index: all.count))
            }
        }
    }

    /// The issuer that the token says it is from. That is not proven yet: it chooses whose keys will judge it.
    ///
    /// - Throws: ``TokenError/unknownIssuer``; ``TokenError/unsupportedAlgorithm`` where no policy of the issuer
    ///   allows the token's `alg`.
    package func issuer(for token: UnverifiedToken) throws(TokenError) -> TrustedIssuer {
        guard let name = token.issuer, let issuer = all.first(where: { $0.issuer == name }) else {
            throw .unknownIssuer
        }
        guard issuer.policies.contains(where: { $0.algorithms.contains(token.algorithm) }) else {
            throw .unsupportedAlgorithm
        }
        return issuer
    }
}

import JOSE
import OpenSSLSignatures
import StrictJSON
import TestSupport

let verifier = TokenVerifier(signatures: OpenSSLVerifier())

func keySet(_ keys: String...) throws(KeySetError) -> KeySet<PublicKey> {
    try KeySet(parsing: Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8), using: OpenSSLVerifier())
}

extension IssuerPolicy {
    /// Accepts every ``TestToken`` as it comes.
    static let test = IssuerPolicy(
        name: "test", issuer: ExactString(TestToken.issuer), audiences: .any, algorithms: Set(Algorithm.allCases))

    func with(_ change: (inout IssuerPolicy) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}

/// The whole way of a token: parsed, its issuer chosen, its key selected, verified.
func judge(
    _ token: String, key: SigningKey = .rsa, policies: [IssuerPolicy] = [.test], at now: NumericDate = TestToken.now
) throws -> VerifiedToken {
    let unverified = try UnverifiedToken(parsing: Array(token.utf8)[...])
    let issuer = try TrustedIssuers(policies).issuer(for: unverified)
    let key = try keySet(key.jwk(keyID: TestToken.keyID)).key(keyID: unverified.keyID, algorithm: unverified.algorithm)
    return try verifier.verify(unverified, under: key, of: issuer, at: now)
}

func judge(
    _ token: TestToken, policies: [IssuerPolicy] = [.test], at now: NumericDate = TestToken.now
) throws -> VerifiedToken {
    try judge(token.text, key: token.key, policies: policies, at: now)
}

/// The refusal, or `nil` where there was none.
func refusal<Result>(_ body: () throws -> Result) -> TokenError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? TokenError
    }
}

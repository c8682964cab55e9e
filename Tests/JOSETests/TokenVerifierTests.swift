import JOSE
import StrictJSON
import TestSupport
import Testing

@Suite("RFC 7519 §7.2 validating a JWT")
struct TokenVerifierTests {
    @Test(arguments: Algorithm.allCases)
    func `a token of every algorithm is verified`(_ algorithm: Algorithm) throws {
        let token = try judge(TestToken(algorithm))
        #expect(token.issuer == "https://issuer.example")
        #expect(token.subject == "client-1")
        #expect(token.clientID == "client-1")
        #expect(token.expiry == 2_000)
        #expect(token.policy.name == "test")
        #expect(token.claims.issuer == token.issuer)
    }

    @Test func `a token of Ed448 is verified`() throws {
        #expect(try judge(TestToken(.edDSA, key: .ed448)).subject == "client-1")
    }

    @Test func `a token may stand in the middle of a buffer`() throws {
        let text = Array("Bearer \(TestToken().text),".utf8)
        let token = try UnverifiedToken(parsing: text[7..<(text.count - 1)])
        let issuer = try TrustedIssuers([.test]).issuer(for: token)
        let key = try keySet(SigningKey.rsa.jwk()).key(keyID: nil, algorithm: token.algorithm)
        #expect(try verifier.verify(token, under: key, of: issuer, at: 1_500).subject == "client-1")
    }

    @Test(arguments: Algorithm.allCases)
    func `a token with a changed claim or a changed signature is refused`(_ algorithm: Algorithm) throws {
        let token = TestToken(algorithm)
        let parts = token.text.split(separator: ".").map(String.init)
        var other = token
        other.claims["sub"] = #""client-2""#
        let otherParts = other.text.split(separator: ".").map(String.init)
        #expect(
            refusal { try judge("\(parts[0]).\(otherParts[1]).\(parts[2])", key: token.key) } == .invalidSignature)

        var signature = try #require(Base64URL.decode(Array(parts[2].utf8)[...]))
        for index in [0, signature.count / 2, signature.count - 1] {
            signature[index] ^= 1
            let changed = "\(parts[0]).\(parts[1]).\(Base64URL.encode(signature))"
            #expect(refusal { try judge(changed, key: token.key) } == .invalidSignature)
            signature[index] ^= 1
        }
    }

    @Test func `a key is not used for an algorithm it is not for, even by a careless caller`() throws {
        let token = try UnverifiedToken(parsing: TestToken(.rs256).bytes[...])
        let key = try keySet(SigningKey.rsa.jwk(replacing: ["alg": #""PS256""#])).key(keyID: nil, algorithm: .ps256)
        let issuer = try TrustedIssuers([.test]).issuer(for: token)
        #expect(refusal { try verifier.verify(token, under: key, of: issuer, at: 1_500) } == .unsupportedAlgorithm)
    }

    @Test func `a signature is judged for whoever looks at no claims`() throws {
        let key = try keySet(SigningKey.p256.jwk()).key(keyID: nil, algorithm: .es256)
        for payload in ["", "not JSON", "{}"] {
            let text = TestToken.text(header: #"{"alg":"ES256"}"#, payload: payload, .es256)
            try verifier.verifySignature(of: CompactJWS(parsing: Array(text.utf8)[...]), under: key)
        }
        let empty = try CompactJWS(parsing: Array("\(Base64URL.encode(#"{"alg":"ES256"}"#))..".utf8)[...])
        #expect(
            refusal { try verifier.verifySignature(of: empty, under: key) } == .malformed(.emptySegment(.signature)))
    }

    // MARK: The order of the checks

    /// A fault each, in the order in which they are found; the policy is ``strict``.
    static let faults: [(code: String, claims: [String: String?], header: [String: String?])] = [
        ("malformed_token", [:], ["crit": "[]"]),
        ("unsupported_algorithm", [:], ["alg": #""HS256""#]),
        ("unknown_issuer", ["iss": #""https://other.example""#], [:]),
        ("unknown_key", [:], ["kid": #""key-2""#]),
        ("invalid_claims", ["jti": "1"], [:]),
        ("token_expired", ["exp": "1500"], [:]),
        ("token_not_yet_valid", ["nbf": "1501"], [:]),
        ("wrong_audience", ["aud": #""b""#], [:]),
        ("wrong_client", ["client_id": #""client-2""#], [:]),
        ("wrong_token_use", ["token_use": #""id""#], [:]),
        ("wrong_type", [:], ["typ": #""JWT""#]),
        ("lifetime_too_long", ["iat": "1"], [:]),
        ("required_claim_missing", ["tenant": nil], [:]),
    ]

    static let strict = IssuerPolicy.test.with {
        $0.audiences = .oneOf(["a"])
        $0.clients = ["client-1"]
        $0.tokenUse = .access
        $0.type = MediaType("at+jwt")
        $0.maxLifetimeInSeconds = 1_000
        $0.requiredClaims = [RequiredClaim(name: "tenant", values: [.integer(7)])]
    }

    private static func token(_ claims: [String: String?] = [:], header: [String: String?] = [:]) -> TestToken {
        let good: [String: String?] = ["aud": #""a""#, "tenant": "7"]
        return TestToken(claims: good.merging(claims) { $1 }).with(header: ["typ": #""at+jwt""#])
            .with(header: header)
    }

    @Test func `a token that meets every rule is verified`() throws {
        #expect(try judge(Self.token(), policies: [Self.strict]).subject == "client-1")
    }

    @Test(arguments: faults.indices, faults.indices)
    func `of two faults the first in order is the reason`(_ one: Int, _ other: Int) {
        let (first, second) = (Self.faults[min(one, other)], Self.faults[max(one, other)])
        let token = Self.token(
            second.claims.merging(first.claims) { $1 }, header: second.header.merging(first.header) { $1 })
        #expect(refusal { try judge(token, policies: [Self.strict]) }?.code == first.code)
    }

    @Test func `a signature that is not valid is found before any fault of a claim`() {
        for fault in Self.faults.dropFirst(4) {
            let token = Self.token(fault.claims, header: fault.header)
            let found = refusal { try judge(token.text, key: .otherRSA, policies: [Self.strict]) }
            #expect(found == .invalidSignature)
        }
    }
}

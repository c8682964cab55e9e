import JOSE
import StrictJSON
import TestSupport
import Testing

@Suite("RFC 7519 §4.1.1 iss")
struct TrustedIssuersTests {
    private func found(_ claims: [String: String?], _ policies: [IssuerPolicy] = [.test]) throws -> TrustedIssuer {
        let token = try UnverifiedToken(parsing: TestToken(claims: claims).bytes[...])
        return try TrustedIssuers(policies).issuer(for: token)
    }

    @Test func `a configured issuer is found, with the policies that share it in their order`() throws {
        let policies: [IssuerPolicy] = [
            .test.with { $0.name = "a" },
            .test.with {
                $0.name = "b"
                $0.issuer = "https://other.example"
            },
            .test.with { $0.name = "c" },
        ]
        #expect(try found([:], policies).policies.map(\.name) == ["a", "c"])
        #expect(try found([:], policies).index == 0)
        #expect(try found(["iss": #""https://other.example""#], policies).policies.map(\.name) == ["b"])
        #expect(try found(["iss": #""https://other.example""#], policies).index == 1)
        #expect(TrustedIssuers(policies).all.map(\.issuer) == ["https://issuer.example", "https://other.example"])
    }

    @Test(arguments: [
        "https://issuer.example/", "https://issuer.exampl", "https://issuer.example.attacker.example",
        "HTTPS://issuer.example", "https://Issuer.example", "http://issuer.example", "https://issuer.example:443",
        "https://a@issuer.example", "https://issuer.example#", " https://issuer.example", "https://issuer.example ",
        "https://issuer.example\\u0000", "https://issuer.ex\\u0430mple", "https://issuer%2Eexample", "",
    ])
    func `threat 42: an iss that is not equal byte for byte is unknown`(_ issuer: String) {
        #expect(refusal { try found(["iss": "\"\(issuer)\""]) } == .unknownIssuer)
    }

    @Test func `threat 42: an iss is equal however JSON spells it`() throws {
        #expect(try found(["iss": #""https:\/\/issuer.ex\u0061mple""#]).issuer == "https://issuer.example")
    }

    @Test(arguments: [nil, "1", "null", #"["https://issuer.example"]"#, "{}", "true"])
    func `threat 43: an iss that is missing or not a string is unknown`(_ value: String?) {
        #expect(refusal { try found(["iss": value]) } == .unknownIssuer)
    }

    @Test func `an alg that no policy of the issuer allows is refused before any key is looked for`() throws {
        let narrow: [IssuerPolicy] = [
            .test.with { $0.algorithms = [.es256] }, .test.with { $0.algorithms = [.edDSA, .ps256] },
        ]
        #expect(refusal { try found([:], narrow) } == .unsupportedAlgorithm)
        #expect(try found([:], narrow + [.test.with { $0.algorithms = [.rs256] }]).policies.count == 3)
    }

    @Test func `an alg that another policy allows is refused by the one that is chosen`() {
        let policies: [IssuerPolicy] = [
            .test.with {
                $0.clients = ["client-1"]
                $0.algorithms = [.es256]
            },
            .test.with { $0.algorithms = [.rs256] },
        ]
        #expect(refusal { try judge(TestToken(), policies: policies) } == .unsupportedAlgorithm)
    }

    @Test func `threat 19: a token is not judged as that of another issuer`() throws {
        let token = try UnverifiedToken(parsing: TestToken().bytes[...])
        let other = IssuerPolicy.test.with { $0.issuer = "https://other.example" }
        let key = try keySet(SigningKey.rsa.jwk()).key(keyID: nil, algorithm: .rs256)
        for issuer in TrustedIssuers([other]).all {
            #expect(refusal { try verifier.verify(token, under: key, of: issuer, at: 1_500) } == .unknownIssuer)
        }
    }
}

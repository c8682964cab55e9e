import JOSE
import StrictJSON
import TestSupport
import Testing

@Suite("RFC 7519 §4.1.4 exp, §4.1.5 nbf, §4.1.6 iat")
struct ValidityPeriodTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        var claims: [String: String?] = [:]
        var now: NumericDate = 1_500
        var leeway: UInt16 = 0
        var maxLifetime: UInt32?
        var refusal: TokenError?
    }

    static let periods = [
        Vector(testDescription: "one second before exp", now: 1_999),
        Vector(testDescription: "at exp", now: 2_000, refusal: .expired(at: 2_000, now: 2_000)),
        Vector(testDescription: "at exp, inside the leeway", now: 2_059, leeway: 60),
        Vector(
            testDescription: "at exp, leeway used up", now: 2_060, leeway: 60,
            refusal: .expired(at: 2_000, now: 2_060)),
        Vector(
            testDescription: "long after exp", now: 253_402_300_799, leeway: 300,
            refusal: .expired(at: 2_000, now: 253_402_300_799)),
        Vector(testDescription: "the last second there is", claims: ["exp": "253402300799"], leeway: 300),
    ]

    @Test(arguments: periods)
    func `threat 40: a token is accepted until just before exp`(_ vector: Vector) { expect(vector) }

    static let starts = [
        Vector(testDescription: "at nbf", claims: ["nbf": "1500"]),
        Vector(
            testDescription: "before nbf", claims: ["nbf": "1501"], refusal: .notYetValid(until: 1_501, now: 1_500)),
        Vector(testDescription: "before nbf, inside the leeway", claims: ["nbf": "1560"], leeway: 60),
        Vector(
            testDescription: "before nbf, leeway used up", claims: ["nbf": "1561"], leeway: 60,
            refusal: .notYetValid(until: 1_561, now: 1_500)),
        Vector(
            testDescription: "issued in the future", claims: ["iat": "1501"],
            refusal: .notYetValid(until: 1_501, now: 1_500)),
        Vector(testDescription: "issued in the future, inside the leeway", claims: ["iat": "1505"], leeway: 5),
        Vector(testDescription: "at the first second there is", claims: ["iat": "0", "nbf": "0"], now: 0, leeway: 300),
    ]

    @Test(arguments: starts)
    func `threat 41: a token is accepted from nbf and iat on`(_ vector: Vector) { expect(vector) }

    static let lifetimes = [
        Vector(testDescription: "as long as allowed", maxLifetime: 1_000),
        Vector(
            testDescription: "a second longer", maxLifetime: 999,
            refusal: .lifetimeTooLong(seconds: 1_000, limit: 999)),
        Vector(
            testDescription: "leeway does not lengthen it", leeway: 300, maxLifetime: 999,
            refusal: .lifetimeTooLong(seconds: 1_000, limit: 999)),
        Vector(
            testDescription: "no iat", claims: ["iat": nil], maxLifetime: 4_000_000_000,
            refusal: .lifetimeTooLong(seconds: nil, limit: 4_000_000_000)),
        Vector(testDescription: "no iat and no bound", claims: ["iat": nil]),
        Vector(
            testDescription: "all of time", claims: ["iat": "0", "exp": "253402300799"], maxLifetime: .max,
            refusal: .lifetimeTooLong(seconds: 253_402_300_799, limit: 4_294_967_295)),
    ]

    @Test(arguments: lifetimes)
    func `threat 41: a token lives no longer than is configured`(_ vector: Vector) { expect(vector) }

    private func expect(_ vector: Vector, sourceLocation: SourceLocation = #_sourceLocation) {
        let policy = IssuerPolicy.test.with {
            $0.leewayInSeconds = vector.leeway
            $0.maxLifetimeInSeconds = vector.maxLifetime
        }
        let found = refusal { try judge(TestToken(claims: vector.claims), policies: [policy], at: vector.now) }
        #expect(found == vector.refusal, sourceLocation: sourceLocation)
    }
}

@Suite("RFC 7519 §4.1.3 aud, and whose token it is")
struct AddresseeTests {
    private func found(_ claims: [String: String?], _ change: (inout IssuerPolicy) -> Void) -> TokenError? {
        refusal { try judge(TestToken(claims: claims), policies: [.test.with(change)]) }
    }

    static let audiences: [(String?, Bool)] = [
        (#""https://api.example""#, true), (#"["https://api.example"]"#, true), (#"["x","https://api.example"]"#, true),
        (#""b""#, true), (nil, false), (#""https://api.example/""#, false), (#""https://api.exampl""#, false),
        (#""HTTPS://api.example""#, false), (#""https://api.example b""#, false), (#"["x"]"#, false),
        (#"["https://api.example b"]"#, false), (#""""#, false),
    ]

    @Test(arguments: audiences)
    func `threat 44: aud holds one of the audiences, whole`(_ value: String?, _ isAccepted: Bool) {
        let found = found(["aud": value]) { $0.audiences = .oneOf(["https://api.example", "b"]) }
        #expect(found == (isAccepted ? nil : .wrongAudience))
    }

    @Test(arguments: [nil, #""x""#, #"["x","y"]"#])
    func `any audience is accepted where the configuration says so aloud`(_ value: String?) {
        #expect(found(["aud": value]) { $0.audiences = .any } == nil)
    }

    static let clients: [(claims: [String: String?], client: ExactString?)] = [
        (["client_id": #""a""#], "a"),
        (["client_id": #""a""#, "azp": #""b""#], "a"),
        (["client_id": nil, "azp": #""b""#], "b"),
        (["client_id": nil], nil),
        (["client_id": nil, "aud": #""c""#], nil),
    ]

    @Test(arguments: clients.indices)
    func `threat 53: a token is of its client_id, else of its azp`(_ index: Int) throws {
        let (claims, client) = Self.clients[index]
        #expect(try judge(TestToken(claims: claims)).clientID == client)
        #expect(found(claims) { $0.clients = ["a", "b"] } == (client == nil ? .wrongClient : nil))
        #expect(found(claims) { $0.clients = ["A", "a ", "ab", "c"] } == .wrongClient)
        #expect(found(claims) { $0.clients = [] } == .wrongClient)
    }

    @Test func `an ID token without them is of its one audience`() throws {
        let policy = IssuerPolicy.test.with { $0.tokenUse = .id }
        let claims: [String: String?] = ["client_id": nil, "token_use": #""id""#]
        func client(_ audience: String) throws -> ExactString? {
            try judge(TestToken(claims: claims.merging(["aud": audience]) { $1 }), policies: [policy]).clientID
        }
        #expect(try client(#""web""#) == "web")
        #expect(try client(#"["web"]"#) == nil)
        #expect(try client(#"["web","api"]"#) == nil)
    }

    @Test func `the first policy whose clients fit judges, and the first of all where none fits`() throws {
        let policies: [IssuerPolicy] = [
            .test.with {
                $0.name = "machines"
                $0.clients = ["client-1"]
            },
            .test.with {
                $0.name = "staff"
                $0.clients = ["client-1", "client-2"]
                $0.leewayInSeconds = 300
            },
        ]
        #expect(try judge(TestToken(), policies: policies).policy.name == "machines")
        let staff = TestToken(claims: ["client_id": #""client-2""#])
        #expect(try judge(staff, policies: policies, at: 2_100).policy.name == "staff")
        let stranger = TestToken(claims: ["client_id": #""client-3""#])
        #expect(refusal { try judge(stranger, policies: policies) } == .wrongClient)
        #expect(refusal { try judge(stranger, policies: policies, at: 2_100) } == .expired(at: 2_000, now: 2_100))
        let everyone = IssuerPolicy.test.with { $0.name = "everyone" }
        #expect(try judge(stranger, policies: policies + [everyone]).policy.name == "everyone")
    }
}

@Suite("RFC 8725 §3.11, §3.12: one kind of token for another")
struct TokenKindTests {
    @Test(arguments: [#""id""#, #""ACCESS""#, #""access ""#, #""refresh""#, nil])
    func `threat 45: an access token is asked for and nothing else will do`(_ value: String?) {
        let policy = IssuerPolicy.test.with { $0.tokenUse = .access }
        let found = refusal { try judge(TestToken(claims: ["token_use": value]), policies: [policy]) }
        #expect(found == .wrongTokenUse(expected: .access))
    }

    @Test func `threat 45: an ID token is accepted only where it is asked for`() {
        let policy = IssuerPolicy.test.with { $0.tokenUse = .id }
        let found = refusal { try judge(TestToken(), policies: [policy]) }
        #expect(found == .wrongTokenUse(expected: .id))
        #expect(refusal { try judge(TestToken(claims: ["token_use": #""id""#]), policies: [policy]) } == nil)
    }

    @Test
    func `threat 45: an ID token of a client on the list is refused for what it is, where that is checked`() {
        let claims: [String: String?] = ["client_id": nil, "token_use": #""id""#, "aud": #""web""#]
        func found(_ tokenUse: IssuerPolicy.TokenUse?, _ client: ExactString = "web") -> TokenError? {
            let policy = IssuerPolicy.test.with {
                $0.clients = [client]
                $0.tokenUse = tokenUse
            }
            return refusal { try judge(TestToken(claims: claims), policies: [policy]) }
        }
        #expect(found(.access) == .wrongTokenUse(expected: .access))
        #expect(found(.access, "other") == .wrongClient)
        #expect(found(nil) == .wrongClient)
        #expect(found(.id) == nil)
    }

    static let types: [(String?, String, Bool)] = [
        (#""at+jwt""#, "at+jwt", true), (#""AT+JWT""#, "at+jwt", true), (#""application/at+jwt""#, "at+jwt", true),
        (#""Application/At+Jwt""#, "at+jwt", true), (#""at+jwt""#, "application/at+jwt", true),
        (#""JWT""#, "at+jwt", false), (nil, "at+jwt", false), (#""""#, "at+jwt", false),
        (#""at+jwt ""#, "at+jwt", false), (#""text/at+jwt""#, "at+jwt", false),
        (#""application/application/at+jwt""#, "at+jwt", false), (#""logout+jwt""#, "at+jwt", false),
    ]

    @Test(arguments: types)
    func `threat 45: typ is compared as a media type`(_ value: String?, _ wanted: String, _ isAccepted: Bool) {
        let policy = IssuerPolicy.test.with { $0.type = MediaType(wanted) }
        let found = refusal { try judge(TestToken().with(header: ["typ": value]), policies: [policy]) }
        #expect(found == (isAccepted ? nil : .wrongType))
    }

    static let required: [(String?, Bool)] = [
        (#""gold""#, true), (#""silver""#, true), ("3", true), ("3.0", true), ("0.5", true), ("true", true),
        (#"["bronze","gold"]"#, true), (nil, false), (#""Gold""#, false), (#""golden""#, false), (#""3""#, false),
        ("4", false), ("0.50", false), ("false", false), ("null", false), ("[]", false), (#"[["gold"]]"#, false),
        (#"{"gold":true}"#, false), (#"["bronze",null]"#, false),
    ]

    @Test(arguments: required)
    func `a required claim has one of the values, or holds one`(_ value: String?, _ isAccepted: Bool) throws {
        let half = try JSONDocument(parsing: Array("0.5".utf8)).root
        let values: [ClaimValue] = try [
            .string("gold"), .string("silver"), .integer(3), #require(ClaimValue(half)), .bool(true),
        ]
        let policy = IssuerPolicy.test.with { $0.requiredClaims = [RequiredClaim(name: "tier", values: values)] }
        let found = refusal { try judge(TestToken(claims: ["tier": value]), policies: [policy]) }
        #expect(found == (isAccepted ? nil : .requiredClaimMissing("tier")))
    }

    @Test func `all required claims are required`() {
        let policy = IssuerPolicy.test.with {
            $0.requiredClaims = ["a", "b"].map { RequiredClaim(name: ExactString($0), values: [.bool(true)]) }
        }
        #expect(
            refusal { try judge(TestToken(claims: ["a": "true"]), policies: [policy]) } == .requiredClaimMissing("b"))
        #expect(refusal { try judge(TestToken(claims: ["a": "true", "b": "true"]), policies: [policy]) } == nil)
    }
}

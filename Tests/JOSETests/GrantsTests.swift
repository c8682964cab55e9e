import JOSE
import StrictJSON
import TestSupport
import Testing

@Suite("RFC 6749 §3.3 scope, and groups")
struct GrantsTests {
    private func token(_ claims: [String: String?], _ change: (inout IssuerPolicy) -> Void = { _ in }) throws
        -> VerifiedToken
    {
        try judge(TestToken(claims: claims), policies: [.test.with(change)])
    }

    static let scopes: [(String?, Set<ExactString>)] = [
        (#""orders/read orders/write""#, ["orders/read", "orders/write"]),
        (
            #""https://api.example.com/prod/external/api.readwrite""#,
            ["https://api.example.com/prod/external/api.readwrite"]
        ),
        (#""readwrite""#, ["readwrite"]), (#"" a  b ""#, ["a", "b"]), (#""a a""#, ["a"]), (#""""#, []), (#"" ""#, []),
        (nil, []), (#""!~[]#""#, ["!~[]#"]),
    ]

    @Test(arguments: scopes)
    func `threat 49: scopes are what stands between spaces, whole`(_ value: String?, _ expected: Set<ExactString>)
        throws
    {
        #expect(try token(["scope": value]).scopes == expected)
    }

    @Test(arguments: [
        #""a\tb""#, #""a\nb""#, #""a\u00a0b""#, #""a\"b""#, #""a\\b""#, #""é a""#, #""a \u0000""#, #""a\u007f b""#,
        #"["a"]"#, "1", "null", "{}", "true",
    ])
    func `threat 50: a scope that is not wholly well-formed grants nothing`(_ value: String) throws {
        #expect(try token(["scope": value]).scopes == [])
    }

    static let tokens: [(ExactString, Bool)] = [
        ("orders/read", true), ("https://api.example.com/a.b", true), ("!#[]~", true), ("", false), ("a b", false),
        ("a\tb", false), ("a\"b", false), ("a\\b", false), ("é", false), ("a\u{7F}", false),
    ]

    @Test(arguments: tokens)
    func `a scope-token is of the characters that RFC 6749 allows`(_ text: ExactString, _ isValid: Bool) {
        #expect(ScopeToken.isValid(text) == isValid)
    }

    static let arrays: [(String, Set<ExactString>)] = [
        (#"["a","b"]"#, ["a", "b"]), (#""a b""#, ["a", "b"]), ("[]", []), (#"["a b"]"#, []), (#"["a",1]"#, []),
        (#"["a",""]"#, []), (#"["a",null]"#, []), (#"["a","é"]"#, []), ("{}", []), ("1", []),
    ]

    @Test(arguments: arrays)
    func `threat 50: another claim than scope may be an array`(_ value: String, _ expected: Set<ExactString>) throws {
        let token = try token(["scp": value]) { $0.scopeClaim = "scp" }
        #expect(token.scopes == expected)
    }

    @Test func `the claim scope grants nothing where another is configured`() throws {
        #expect(try token([:]) { $0.scopeClaim = "scp" }.scopes == [])
    }

    static let groups: [(String?, Set<ExactString>)] = [
        (#"["operators","readers"]"#, ["operators", "readers"]), ("[]", []), (nil, []), (#""operators""#, []),
        (#"["operators",1]"#, []), (#"["operators",null]"#, []), (#"{"operators":true}"#, []), ("null", []),
    ]

    @Test(arguments: groups)
    func `threat 51: groups are an array of strings`(_ value: String?, _ expected: Set<ExactString>) throws {
        #expect(try token(["cognito:groups": value]).groups == expected)
        #expect(try token(["roles": value]) { $0.groupsClaim = "roles" }.groups == expected)
    }

    static let machines: [([String: String?], Bool)] = [
        ([:], true), (["username": #""ann""#], false), (["username": "null"], false), (["sub": #""ann""#], false),
        (["sub": nil], false), (["client_id": nil], false), (["client_id": nil, "azp": #""client-1""#], false),
    ]

    @Test(arguments: machines.indices)
    func `a machine's token has its client for sub and no username`(_ index: Int) throws {
        let (claims, isMachine) = Self.machines[index]
        #expect(try token(claims).isMachine == isMachine)
    }

    @Test(arguments: ["__proto__", "constructor", "a.b", ""])
    func `threat 52: a claim is found by its exact name and is what it is`(_ name: String) throws {
        let token = try token([name: #"{"x":1}"#])
        #expect(token.claim(named: name)?["x"]?.number?.integer == 1)
        #expect(token.claim(named: "toString") == nil)
        #expect(token.payload[name]?["x"]?.number?.integer == 1)
    }
}

import JOSE
import StrictJSON
import TestSupport
import Testing

@Suite("RFC 7519 §2 NumericDate, §4.1 the types of claims")
struct ClaimTypeTests {
    private static func found(_ claims: [String: String?], at now: NumericDate = TestToken.now) -> TokenError? {
        refusal { try judge(TestToken(claims: claims), at: now) }
    }

    @Test func `threat 38: a token without exp is refused`() {
        #expect(Self.found(["exp": nil]) == .invalidClaims(.missing(.exp)))
    }

    @Test func `threat 36: Exp is not exp`() {
        #expect(Self.found(["exp": nil, "Exp": "2000"]) == .invalidClaims(.missing(.exp)))
    }

    static let notDates = [
        #""2000""#, "true", "false", "null", "[2000]", "{}", "-1", "-0.5", "1e400", "-1e400", "253402300800",
        "253402300799.5",
        "9007199254740992", "9223372036854775807", "9223372036854775808", "1e18", "99999999999999999999",
    ]

    @Test(arguments: notDates, [InvalidClaim.Name.exp, .nbf, .iat])
    func `threat 39: a date is a number from 1970 through 9999`(_ value: String, _ name: InvalidClaim.Name) {
        #expect(Self.found([name.rawValue: value]) == .invalidClaims(.invalid(name)))
    }

    @Test func `threat 39: a fraction is rounded against the bearer`() throws {
        #expect(try judge(TestToken(claims: ["exp": "2000.9"])).expiry == 2_000)
        #expect(Self.found(["exp": "1500.9"]) == .expired(at: 1_500, now: 1_500))
        #expect(Self.found(["nbf": "1499.1"]) == nil)
        #expect(Self.found(["nbf": "1500.1"]) == .notYetValid(until: 1_501, now: 1_500))
        #expect(Self.found(["iat": "1500.1"]) == .notYetValid(until: 1_501, now: 1_500))
    }

    @Test func `a date may be written with an exponent, and be the last or the first of all`() throws {
        #expect(try judge(TestToken(claims: ["exp": "2e3"])).expiry == 2_000)
        #expect(try judge(TestToken(claims: ["exp": "253402300799"])).expiry == 253_402_300_799)
        #expect(Self.found(["nbf": "0", "iat": "-0"]) == nil)
        #expect(NumericDate(secondsSinceEpoch: -1) == nil)
        #expect(NumericDate(secondsSinceEpoch: .max) == nil)
    }

    static let stringClaims: [InvalidClaim.Name] = [.sub, .jti, .azp, .clientID, .tokenUse]

    @Test(arguments: stringClaims, ["1", "true", "null", "[]", #"["client-1"]"#, "{}"])
    func `threat 43: a claim that is a string is nothing else`(_ name: InvalidClaim.Name, _ value: String) {
        #expect(Self.found([name.rawValue: value]) == .invalidClaims(.invalid(name)))
    }

    @Test(arguments: ["1", "null", "true", "{}", "[]", "[1]", #"["a",null]"#, #"["a",["b"]]"#])
    func `threat 43: aud is a string or an array of strings, one at the least`(_ value: String) {
        #expect(Self.found(["aud": value]) == .invalidClaims(.invalid(.aud)))
    }

    @Test func `claims that nobody asked for may be of any type`() throws {
        #expect(try judge(TestToken(claims: ["sub": nil, "iat": nil, "foo": "{}", "scope": "1"])).subject == nil)
    }

    @Test(arguments: [#"{"x5t#S256":"AAAA"}"#, #"{"jkt":"AAAA"}"#, "{}", "null"])
    func `threat 70, threat 71, threat 72: a token bound to a key is refused`(_ value: String) {
        #expect(Self.found(["cnf": value]) == .invalidClaims(.keyBound))
    }
}

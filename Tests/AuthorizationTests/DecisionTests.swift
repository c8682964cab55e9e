@testable import Authorization
import JOSE
import OpenSSLSignatures
import StrictJSON
import Testing

/// HMAC as the product computes it.
struct OpenSSLHash: MessageAuthentication {
    func hmacSHA256(of message: [UInt8], key: [UInt8]) -> [UInt8]? {
        try? HMACSHA256(key: key)?.code(for: message)
    }
}

@Suite("Decisions")
struct DecisionTests {
    static let url: ExactString = "https://api.example.com/prod/external/api.read"

    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let rule: RouteRule
        var issuer: ExactString = "machines"
        var client: ExactString? = "1h57kf5cpq17m0eml12example"
        var scopes: Set<ExactString> = []
        var groups: Set<ExactString> = []
        var code: String?
    }

    static let strict = RouteRule(
        anyScope: ["a", "b"], allScopes: ["c", "d"], anyGroup: ["g"], issuers: ["machines"],
        clients: ["1h57kf5cpq17m0eml12example"])

    static let vectors = [
        Vector(testDescription: "nothing asked", rule: RouteRule()),
        Vector(
            testDescription: "everything met", rule: strict, scopes: ["b", "c", "d"], groups: ["g", "h"]),
        Vector(testDescription: "the issuer first", rule: strict, issuer: "x", client: nil, code: "issuer_not_allowed"),
        Vector(testDescription: "then the client", rule: strict, client: "x", code: "client_not_allowed"),
        Vector(testDescription: "threat 53: no client", rule: strict, client: nil, code: "client_not_allowed"),
        Vector(testDescription: "then one scope", rule: strict, scopes: ["c", "d"], code: "insufficient_scope"),
        Vector(testDescription: "then all scopes", rule: strict, scopes: ["a", "c"], code: "insufficient_scope"),
        Vector(testDescription: "then a group", rule: strict, scopes: ["a", "c", "d"], code: "group_missing"),
        Vector(testDescription: "a scope that is a URL", rule: RouteRule(anyScope: [url]), scopes: [url]),
        Vector(
            testDescription: "threat 49: a scope is no prefix", rule: RouteRule(anyScope: [url]),
            scopes: ["https://api.example.com/prod/external/api.readwrite"], code: "insufficient_scope"),
        Vector(
            testDescription: "threat 49: nor a suffix", rule: RouteRule(allScopes: ["orders/read"]),
            scopes: ["xorders/read"], code: "insufficient_scope"),
        Vector(
            testDescription: "a scope in another normalization", rule: RouteRule(anyGroup: ["\u{E9}"]),
            groups: ["e\u{301}"], code: "group_missing"),
        Vector(testDescription: "a list without entries", rule: RouteRule(anyScope: []), code: "insufficient_scope"),
        Vector(testDescription: "all of none", rule: RouteRule(allScopes: [])),
    ]

    @Test(arguments: vectors)
    func `threat 49, threat 53: the first condition that is not met is the reason`(_ vector: Vector) throws {
        let caller = try caller(
            issuer: vector.issuer, client: vector.client, scopes: vector.scopes, groups: vector.groups)
        let table = try RouteTable([(try RouteKey(parsing: "GET /a"), vector.rule)])
        let denial = table.refusal(of: caller, on: .path("/a", httpMethod: "GET"))

        #expect(denial?.code == vector.code)
        #expect(table.permittedRoutes(for: caller).contains(0) == (vector.code == nil))
        if let denial {
            #expect(denial.description.contains("GET /a"))
            #expect(denial.route?.description == "GET /a")
        }
    }

    @Test
    func `a route that no rule covers is refused`() throws {
        let table = try table("GET /a")
        let target = RouteTarget.resource("/b", httpMethod: "GET")

        #expect(table.refusal(of: try caller(), on: target) == .routeUnknown(target))
        #expect(
            table.decide(try caller(), on: target, meteredBy: .clientID, hashing: OpenSSLHash())
                == .deny(because: .routeUnknown(target)))
        #expect(Denial.routeUnknown(target).code == "route_unknown")
        #expect(Denial.routeUnknown(target).route == nil)
        #expect(Denial.routeUnknown(target).description == "no rule covers GET /b")
        #expect(Denial.routeUnknown(.connect).description == "no rule covers $connect")
        #expect(Denial.routeUnknown(.routeKey("$default", httpMethod: "GET")).description.hasSuffix("$default"))
        #expect(!Denial.routeUnknown(.path("/secret", httpMethod: "GET")).description.contains("secret"))
    }

    @Test
    func `a refusal says what was needed`() throws {
        let key = try RouteKey(parsing: "GET /a")

        #expect(
            Denial.insufficientScope(.any(["a", "b"]), on: key).description
                == "GET /a needs one of the scopes a b, and the token has none of them")
        #expect(Denial.insufficientScope(.all(["c"]), on: key).description == "GET /a also needs scope c")
        #expect(Denial.insufficientScope(.any([]), on: key).description.contains("(none can be granted)"))
        #expect(Denial.clientNotAllowed("x", on: key).description == "GET /a is not open to client x")
        #expect(Denial.clientNotAllowed(nil, on: key).description.contains("names none"))
        #expect(Denial.issuerNotAllowed("x", on: key).description.contains("issuer x"))
        #expect(Denial.groupMissing(anyOf: ["g"], on: key).description.contains("groups g"))
        #expect(Denial.usageKeyUnusable(.noClientID, on: key).code == "usage_key_unusable")
        #expect(Denial.usageKeyUnusable(.noClientID, on: key).route == key)
        #expect(Denial.usageKeyUnusable(.noClientID, on: key).description == UsageKeyFault.noClientID.description)
    }

    @Test
    func `threat 64: a usage key is asked for only where the rule is met`() throws {
        struct Unasked: MessageAuthentication {
            func hmacSHA256(of message: [UInt8], key: [UInt8]) -> [UInt8]? {
                Issue.record("a denied caller's key was computed")
                return nil
            }
        }
        let key = try RouteKey(parsing: "GET /a")
        let table = try RouteTable([(key, RouteRule(anyScope: ["r"]))])
        let target = RouteTarget.path("/a", httpMethod: "GET")

        let denied = table.decide(try caller(), on: target, meteredBy: .hmac(secret: [1]), hashing: Unasked())
        let allowed = table.decide(
            try caller(scopes: ["r"]), on: target, meteredBy: .clientID, hashing: OpenSSLHash())
        let unusable = table.decide(
            try caller(client: "short", scopes: ["r"]), on: target, meteredBy: .clientID, hashing: OpenSSLHash())

        #expect(denied == .deny(because: .insufficientScope(.any(["r"]), on: key)))
        #expect(allowed == .allow(Grant(route: key, usageKey: try UsageKey("1h57kf5cpq17m0eml12example"))))
        #expect(unusable == .deny(because: .usageKeyUnusable(.unfitLength(5), on: key)))
    }
}

import APIGateway
import AuthorizerService
import Foundation
import JOSE
import LambdaRuntime
import StrictJSON
import TestSupport
import Testing

@Suite("requests, judged from event to answer")
struct JudgeTests {
    /// 2030-01-01T00:00:00Z.
    static let now: Int64 = 1_893_456_000

    static let clock = Clock(
        wallNanoseconds: { now * 1_000_000_000 }, uptime: { Uptime(nanoseconds: 5_000_000_000_000) })

    /// A folder with a configuration and the keys it names, gone with the test.
    final class Bench {
        let folder: URL
        var function: AuthorizerFunction

        init(_ members: String = "", routes: String = JudgeTests.routes) throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(jwkSet(SigningKey.rsa.jwk(keyID: "k1"))).write(to: folder.appendingPathComponent("keys.json"))
            let path = folder.appendingPathComponent("authorizer.json")
            let text = #"{"issuers":[\#(JudgeTests.issuers)],"routes":{\#(routes)}\#(members)}"#
            try Data(text.utf8).write(to: path)
            let configuration = try Configuration(path: path.path) { ["KEY": "staff-key-0123456789"][$0] }
            var judge = Judge(configuration, clock: JudgeTests.clock, spread: 0)
            try judge.loadKeyFiles()
            function = AuthorizerFunction(configuration, judge: judge, log: Log(), clock: JudgeTests.clock)
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func answer(_ event: String) -> (InvocationAnswer, Judgement) {
            function.answer(Array(event.utf8), deadlineInMilliseconds: nil)
        }

        func response(_ event: String) throws -> JSONValue {
            guard case .response(let bytes) = answer(event).0 else { throw NotAResponse() }
            return try JSONDocument(parsing: bytes).root
        }
    }

    struct NotAResponse: Error {}

    static let issuers = #"""
        {"name": "machines", "issuer": "https://issuer.example", "audiences": "any", "jwksFile": "keys.json",
         "clients": ["orders-client-0123456789"], "usageKey": {"from": "clientID"}},
        {"name": "staff", "issuer": "https://issuer.example", "audiences": "any", "jwksFile": "keys.json",
         "clients": ["web-client-0123456789"], "usageKey": {"from": "fixed", "value": "${KEY}"}},
        {"name": "short", "issuer": "https://issuer.example", "audiences": "any", "jwksFile": "keys.json",
         "clients": ["short"], "usageKey": {"from": "clientID"}}
        """#

    static let routes = #"""
        "GET /orders": {"anyScope": ["orders/read"]}, "POST /orders": {"anyScope": ["orders/write"]},
        "ANY /internal/{proxy+}": {"issuers": ["staff"], "anyGroup": ["operators"]}
        """#

    static func token(
        client: String = "orders-client-0123456789", scope: String = "orders/read",
        _ more: [String: String] = [:]
    ) -> String {
        var token = TestToken(.rs256)
        token.header = ["alg": #""RS256""#, "kid": #""k1""#]
        token.claims = [
            "iss": #""https://issuer.example""#, "sub": #""\#(client)""#, "client_id": #""\#(client)""#,
            "scope": #""\#(scope)""#, "exp": "\(now + 60)",
        ].merging(more) { $1 }
        return token.text
    }

    static func event(_ method: String = "GET", _ resource: String = "/orders", token: String = token()) -> String {
        #"""
        {"type": "REQUEST", "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/\#(method)\#(resource)",
         "resource": "\#(resource)", "path": "\#(resource)", "httpMethod": "\#(method)",
         "headers": {"Authorization": "Bearer \#(token)"}, "requestContext": {"apiId": "abcdef1234", "stage": "prod"}}
        """#
    }

    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let event: String
        let decision: String
        var reason: String?
    }

    static let vectors = [
        Vector(testDescription: "the scope is there", event: event(), decision: "allow"),
        Vector(
            testDescription: "the scope is not", event: event("POST"), decision: "deny", reason: "insufficient_scope"),
        Vector(
            testDescription: "no rule for the route", event: event("GET", "/other"), decision: "deny",
            reason: "route_unknown"),
        Vector(
            testDescription: "the route is for other issuers", event: event("GET", "/internal/{proxy+}"),
            decision: "deny", reason: "issuer_not_allowed"),
        Vector(
            testDescription: "no group",
            event: event("GET", "/internal/{proxy+}", token: token(client: "web-client-0123456789")),
            decision: "deny", reason: "group_missing"),
        Vector(
            testDescription: "a client of no entry", event: event(token: token(client: "somebody")), decision: "reject",
            reason: "wrong_client"),
        Vector(
            testDescription: "threat 64: a client id that is no usage key", event: event(token: token(client: "short")),
            decision: "deny", reason: "usage_key_unusable"),
        Vector(
            testDescription: "expired", event: event(token: token(["exp": "\(now)"])), decision: "reject",
            reason: "token_expired"),
        Vector(
            testDescription: "threat 71: bound to a certificate", event: event(token: token(["cnf": "{}"])),
            decision: "reject", reason: "invalid_claims"),
        Vector(
            testDescription: "threat 88: an event of another kind", event: #"{"Records":[]}"#, decision: "fault",
            reason: "event_unrecognised"),
        Vector(testDescription: "no JSON", event: "{", decision: "fault", reason: "event_unrecognised"),
    ]

    @Test(arguments: vectors)
    func `threat 64, threat 71, threat 88: each request gets its decision and the reason for it`(_ vector: Vector)
        throws
    {
        let judgement = try Bench().answer(vector.event).1
        #expect(judgement.decision == vector.decision)
        #expect(judgement.reason == vector.reason)
        #expect((judgement.explanation == nil) == (vector.reason == nil))
    }

    @Test
    func `under the policy of the token, allowed and refused routes get the same document`() throws {
        let bench = try Bench()
        let allowed = try bench.response(Self.event())
        let refused = try bench.response(Self.event("POST"))
        #expect(allowed.text.elementsEqual(refused.text))
        #expect(allowed["usageIdentifierKey"]?.string == "orders-client-0123456789")
        #expect(allowed["principalId"]?.string == "orders-client-0123456789")
        #expect(allowed["context"]?["issuer"]?.string == "machines")
        #expect(allowed["context"]?["reason"] == nil)
    }

    @Test
    func `threat 59: a route that the table has not is denied, also where a wildcard of the caller takes its path`()
        throws
    {
        let bench = try Bench(routes: #""GET /orders/{id}": {}"#)
        let refused = try bench.response(Self.event("GET", "/orders/export"))
        let statements = try #require(refused["policyDocument"]?["Statement"])
        #expect(
            String(decoding: statements.text, as: UTF8.self).hasSuffix(
                #","arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders/export"]}]"#))
    }

    @Test
    func `threat 64: an unusable usage key denies every route and names no key`() throws {
        let response = try Bench().response(Self.event(token: Self.token(client: "short")))
        #expect(response["usageIdentifierKey"] == nil)
        let statements = try #require(response["policyDocument"]?["Statement"])
        #expect(!String(decoding: statements.text, as: UTF8.self).contains("Allow"))
    }

    @Test
    func `threat 64: a token that is not verified names no usage key, and each issuer's rule is for its own`() throws {
        let bench = try Bench(#","unauthenticated":"deny""#)
        let stranger = Self.token(client: "somebody-else-0123456789")
        let signature = Self.token().drop { $0 != "." }.dropFirst().drop { $0 != "." }
        let forged = stranger.prefix { $0 != "." } + stranger.drop { $0 != "." }.prefix { $0 != "." } + signature
        for refused in [String(forged), Self.token(["exp": "\(Self.now)"]), stranger] {
            let response = try bench.response(Self.event(token: refused))
            #expect(response["usageIdentifierKey"] == nil)
            #expect(!String(decoding: response.text, as: UTF8.self).contains("0123456789"))
        }
        let staff = try bench.response(
            Self.event(
                "GET", "/internal/{proxy+}",
                token: Self.token(
                    client: "web-client-0123456789",
                    [
                        "cognito:groups": #"["operators"]"#, "usageIdentifierKey": #""chosen-by-the-caller-0123""#,
                    ])))
        #expect(staff["usageIdentifierKey"]?.string == "staff-key-0123456789")
    }

    static let wildcards = ["*", "?*", "${aws:username}", "arn:aws:execute-api:*:*:*/*/*/*", "GET/*", "\\u002a"]

    @Test(arguments: ["", #","policy":"request""#], wildcards)
    func `threat 58: no claim reaches a policy's resources`(_ members: String, _ text: String) throws {
        let bench = try Bench(members)
        let claims = [
            "sub": "\"\(text)\"", "username": "\"\(text)\"", "scope": "\"orders/read \(text)\"",
            "cognito:groups": #"["\#(text)"]"#, "jti": "\"\(text)\"", "path": "\"\(text)\"",
        ]
        for method in ["GET", "POST"] {
            let plain = try bench.response(Self.event(method))["policyDocument"]
            let odd = try bench.response(Self.event(method, token: Self.token(claims)))["policyDocument"]
            #expect(try #require(plain).text.elementsEqual(#require(odd).text))
        }
    }

    @Test
    func `under the policy of the request, only this request is allowed, and a refusal carries its reason`() throws {
        let bench = try Bench(#","policy":"request","context":["scope"]"#)
        let allowed = try bench.response(Self.event())
        let resources = try #require(allowed["policyDocument"]?["Statement"])
        #expect(
            String(decoding: resources.text, as: UTF8.self)
                == #"[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":["arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders"]}]"#
        )
        #expect(allowed["context"]?["scope"]?.string == "orders/read")
        let refused = try bench.response(Self.event("POST"))
        #expect(refused["context"]?["reason"]?.string == "insufficient_scope")
        #expect(refused["usageIdentifierKey"] == nil)
        #expect(String(decoding: refused.text, as: UTF8.self).contains(#""Effect":"Deny""#))
    }

    /// Of REST APIs these routes can be said, of HTTP APIs, which put every full match first, they cannot.
    static let routesOfREST = #"""
        "GET /a/{q+}": {"anyScope": ["orders/read"]}, "GET /{x}/b": {"anyScope": ["w"]},
        "GET /a/{y}": {"anyScope": ["x"]}, "GET /{x}/{y}/b": {"anyScope": ["w"]}
        """#

    @Test(arguments: [(path: "/a/7/8", isNamed: true), (path: "/a/?/*", isNamed: false)])
    func `threat 59: an answer to one request that may be kept under the token allows no other`(
        _ path: String, _ isNamed: Bool
    ) throws {
        let arn = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/"
        let event = #"""
            {"version": "1.0", "type": "REQUEST", "methodArn": "\#(arn)GET\#(path)", "resource": "/a/{q+}",
             "httpMethod": "GET", "headers": {"Authorization": "Bearer \#(Self.token())"}}
            """#

        let response = try Bench(routes: Self.routesOfREST).response(event)

        let statements = try #require(response["policyDocument"]?["Statement"])
        let (effect, resource) = isNamed ? ("Allow", "GET\(path)") : ("Deny", "*")
        #expect(
            String(decoding: statements.text, as: UTF8.self)
                == #"[{"Action":"execute-api:Invoke","Effect":"\#(effect)","Resource":["\#(arn)\#(resource)"]}]"#)
    }

    @Test
    func `an unknown caller gets the error that becomes 401, or a Deny with its reason where that is asked for`() throws
    {
        let event = Self.event(token: "x.y")
        #expect(
            try Bench().answer(event).0
                == .error(InvocationError(type: "Authorizer.Unauthorized", message: "Unauthorized")))
        let denied = try Bench(#","unauthenticated":"deny""#).response(event)
        #expect(denied["context"]?["reason"]?.string == "malformed_token")
        #expect(denied["principalId"]?.string == "anonymous")
        #expect(
            denied["policyDocument"].map { String(decoding: $0.text, as: UTF8.self) }
                == #"{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Deny","Resource":["arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/*"]}]}"#
        )
    }

    @Test
    func `a fault of ours is an error with its type, never an answer`() throws {
        let answer = try Bench().answer(#"{"type":"REQUEST"}"#).0
        guard case .error(let error) = answer else { throw NotAResponse() }
        #expect(error.type == "Authorizer.EventUnrecognised")
        #expect(error.message != "Unauthorized")
    }

    /// -1 is what a clock says that cannot be read.
    @Test(arguments: [-1, -999_999_999, -1_000_000_000, .min] as [Int64])
    func `a clock that cannot be read or is before 1970 is a fault`(_ nanoseconds: Int64) throws {
        let bench = try Bench()
        let clock = Clock(wallNanoseconds: { nanoseconds }, uptime: { Uptime(nanoseconds: 0) })
        let path = bench.folder.appendingPathComponent("authorizer.json").path
        let configuration = try Configuration(path: path) { _ in "staff-key-0123456789" }
        var judge = Judge(configuration, clock: clock, spread: 0)
        try judge.loadKeyFiles()
        var function = AuthorizerFunction(configuration, judge: judge, log: Log(), clock: clock)
        let judgement = function.answer(Array(Self.event().utf8), deadlineInMilliseconds: nil).1
        #expect(judgement.reason == "clock_unusable")
    }
}

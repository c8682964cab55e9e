import APIGateway
import Authorization
import StrictJSON
import Testing

@Suite("Policies")
struct PolicyTests {
    private func policy(_ routes: KeyValuePairs<String, String>, scopes: Set<ExactString>) throws -> CompiledPolicy {
        let table = try table(routes)
        return try PolicyCompiler(table).policy(for: table.permittedRoutes(for: try caller(scopes: scopes)))
    }

    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let routes: KeyValuePairs<String, String>
        let allow: [ExactString]
        var deny: [ExactString] = []
    }

    /// The caller has the scope `r` and no other.
    static let vectors: [Vector] = [
        Vector(testDescription: "a literal", routes: ["GET /a": "r", "GET /b": "w"], allow: ["GET/a"]),
        Vector(testDescription: "the root", routes: ["GET /": "r", "GET /{p+}": "w"], allow: ["GET/"]),
        Vector(
            testDescription: "a parameter takes one segment", routes: ["GET /a/{id}": "r"], allow: ["GET/a/?*"],
            deny: ["GET/a/*/*"]),
        Vector(
            testDescription: "every verb", routes: ["ANY /a": "r"],
            allow: ["???/a", "????/a", "OPTIONS/a", "PATCH/a", "DELETE/a"]),
        Vector(
            testDescription: "every verb but one", routes: ["ANY /a": "r", "GET /a": "w"],
            allow: ["????/a", "OPTIONS/a", "PATCH/a", "PUT/a", "DELETE/a"], deny: ["*//*"]),
        Vector(
            testDescription: "a literal beside a parameter", routes: ["GET /a/{id}": "r", "GET /a/b": "w"],
            allow: ["GET/a/?*"], deny: ["GET/a/b", "GET/a/b/", "GET/a/*/*", "*//*"]),
        Vector(
            testDescription: "threat 59: a longer route beside a parameter",
            routes: ["GET /a/{id}": "r", "GET /a/{id}/b": "w"], allow: ["GET/a/?*"],
            deny: ["GET/a/*/*", "*//*"]),
        Vector(
            testDescription: "a longer route that is permitted too",
            routes: ["GET /a/{id}": "r", "GET /a/{id}/b": "r"], allow: ["GET/a/?*", "GET/a/?*/b"],
            deny: ["GET/a/*/*/b", "GET/a/*/*/b/"]),
        Vector(
            testDescription: "a greedy route beside a parameter", routes: ["GET /a/{id}": "r", "GET /a/{p+}": "w"],
            allow: ["GET/a/?*"], deny: ["GET/a/*/*", "*//*"]),
        Vector(
            testDescription: "a parameter beside a greedy route", routes: ["GET /a/{p+}": "r", "GET /a/{id}": "w"],
            allow: ["GET/a/?*/?*"], deny: ["*//*"]),
        Vector(
            testDescription: "a denial for several verbs", routes: ["ANY /a/{id}": "r"],
            allow: ["???/a/?*", "????/a/?*", "OPTIONS/a/?*", "PATCH/a/?*", "DELETE/a/?*"], deny: ["*/a/*/*"]),
        Vector(
            testDescription: "a denial path by path, where no ready pattern is harmless",
            routes: [
                "GET /a/{i}/b": "r", "GET /a/{i}/{j}/b": "r", "GET /{h}/{i}/{j}/{k}/b": "w",
                "GET /d/{i}/{j}/{k}/b": "r",
            ],
            allow: ["GET/a/?*/b", "GET/a/?*/?*/b", "GET/d/?*/?*/?*/b"],
            deny: [
                "GET/a/*/*/*/b", "GET/a/*/*/*/b/", "GET/d/*/*/*/*/b", "GET/d/*/*/*/*/b/", "*//*",
            ]),
        Vector(
            testDescription: "a greedy route beneath a greedy route",
            routes: ["GET /{p+}": "r", "GET /admin/{p+}": "w"], allow: ["GET/?*"], deny: ["GET/admin/*", "*//*"]),
        Vector(
            testDescription: "the other verb keeps its own", routes: ["GET /{p+}": "r", "POST /admin/{p+}": "w"],
            allow: ["GET/?*"], deny: ["*//*"]),
        Vector(
            testDescription: "a verb's own denial", routes: ["ANY /{p+}": "r", "POST /admin": "w"],
            allow: ["???/?*", "????/?*", "OPTIONS/?*", "PATCH/?*", "DELETE/?*"],
            deny: ["POST/admin", "POST/admin/", "*//*"]),
        Vector(
            testDescription: "$default beside a literal", routes: ["$default": "r", "GET /a": "w"],
            allow: [
                "???/?*", "????/?*", "OPTIONS/?*", "PATCH/?*", "DELETE/?*", "???/", "????/", "OPTIONS/", "PATCH/",
                "DELETE/", "$default",
            ], deny: ["GET/a", "GET/a/", "*//*"]),
        Vector(
            testDescription: "two patterns for one route beside another",
            routes: ["GET /{i}/b/{j}": "", "GET /{p+}": "w", "GET /c/d/e/f": ""],
            allow: ["GET/?*/b/?*", "GET/c/d/e/f"],
            deny: ["GET/?*/*/b/*", "GET/?*/b/*/*", "*//*"]),
        Vector(testDescription: "nothing", routes: ["GET /a": "w"], allow: []),
    ]

    @Test(arguments: vectors)
    func `threat 59: a policy allows the caller's routes and denies what its wildcards reach beside them`(
        _ vector: Vector
    ) throws {
        let policy = try policy(vector.routes, scopes: ["r"])

        #expect(Set(policy.allow) == Set(vector.allow))
        #expect(Set(policy.deny) == Set(vector.deny))
        #expect(policy.allow.count + policy.deny.count == vector.allow.count + vector.deny.count)
    }

    struct Refusal: CustomTestStringConvertible {
        let testDescription: String
        let routes: KeyValuePairs<String, String>
        let permitted: String
        let refused: String
        let request: String
        let harmed: String
        let example: String
    }

    static let refusals: [Refusal] = [
        Refusal(
            testDescription: "a route in the middle of a greedy one",
            routes: ["GET /a/{p+}": "r", "GET /a/{id}/b": "w"], permitted: "GET /a/{p+}", refused: "GET /a/{id}/b",
            request: "GET /a/x/b", harmed: "GET /a/{p+}", example: "GET /a/x/x/b"),
        Refusal(
            testDescription: "one segment beneath the root's greedy route",
            routes: ["GET /{p+}": "r", "GET /admin/{id}": "w"], permitted: "GET /{p+}", refused: "GET /admin/{id}",
            request: "GET /admin/x", harmed: "GET /{p+}", example: "GET /admin/x/x"),
        Refusal(
            testDescription: "$default with a parameter", routes: ["$default": "r", "GET /a/{id}": "w"],
            permitted: "$default", refused: "GET /a/{id}", request: "GET /a/x", harmed: "$default",
            example: "GET /a/x/x"),
        Refusal(
            testDescription: "a third route in the way",
            routes: ["GET /a/{id}": "r", "GET /a/{id}/{x}": "w", "GET /a/{id}/b": "r"], permitted: "GET /a/{id}",
            refused: "GET /a/{id}/{x}", request: "GET /a/x/x", harmed: "GET /a/{id}/b", example: "GET /a/x/b"),
    ]

    @Test(arguments: refusals)
    func `threat 59: a table that no policy can say is refused with its routes and a request`(
        _ vector: Refusal
    ) throws {
        let error = #expect(throws: PolicyCompilerError.self) { try PolicyCompiler(try table(vector.routes)) }

        #expect(
            error
                == .notExact(
                    permitted: try RouteKey(parsing: ExactString(vector.permitted)),
                    refused: try RouteKey(parsing: ExactString(vector.refused)), request: vector.request,
                    harmed: try RouteKey(parsing: ExactString(vector.harmed)), example: vector.example))
        for part in [vector.permitted, vector.refused, vector.request, vector.harmed, vector.example, "request\""] {
            #expect(error?.description.contains(part) ?? false)
        }
    }

    @Test
    func `a table that could not be said is taken where no caller can tell the difference`() throws {
        let rule = RouteRule(anyScope: ["r"])
        let stricter = RouteRule(anyScope: ["r"], allScopes: ["w"])
        let keys = try ["GET /a/{id}/b", "GET /a/{p+}"].map { try RouteKey(parsing: ExactString($0)) }

        #expect(throws: Never.self) { try PolicyCompiler(try RouteTable([(keys[0], rule), (keys[1], rule)])) }
        #expect(throws: Never.self) { try PolicyCompiler(try RouteTable([(keys[0], rule), (keys[1], stricter)])) }
        #expect(throws: PolicyCompilerError.self) {
            try PolicyCompiler(try RouteTable([(keys[0], stricter), (keys[1], rule)]))
        }
    }

    @Test
    func `a WebSocket's policy is of $connect alone, and the others' never`() throws {
        let table = try table(["$connect": "r", "GET /a": "r", "GET /b": "w"])
        let compiler = try PolicyCompiler(table)
        let policy = compiler.policy(for: table.permittedRoutes(for: try caller(scopes: ["r"])))
        let other = compiler.policy(for: table.permittedRoutes(for: try caller(scopes: ["w"])))

        #expect(PolicyDocument(policy, on: try arn("$connect")).allow == [try arn("$connect").text])
        #expect(PolicyDocument(policy, on: try arn("GET/a")).allow == [try arn("GET/a").text])
        #expect(PolicyDocument(other, on: try arn("$connect")).deny == [ExactString(apiARN + "*")])
        #expect(PolicyDocument(other, on: try arn("$connect")).isDenial)
    }

    @Test
    func `the answer to a refused route is that to a permitted one`() throws {
        let policy = try policy(["GET /a": "r", "GET /b": "w"], scopes: ["r"])

        #expect(PolicyDocument(policy, on: try arn("GET/a")) == PolicyDocument(policy, on: try arn("GET/b")))
    }

    struct Request: CustomTestStringConvertible {
        let testDescription: String
        let route: String
        let arn: String
        var allow: [ExactString]
        var deny: ExactString
    }

    private static let prefix = apiARN
    static let requests: [Request] = [
        Request(
            testDescription: "a plain path is repeated", route: "GET /a/{id}", arn: "GET/a/7",
            allow: [ExactString(prefix + "GET/a/7")], deny: ExactString(prefix + "GET/a/7")),
        Request(
            testDescription: "threat 58: a star is not", route: "GET /a/{id}", arn: "GET/a/*",
            allow: [ExactString(prefix + "GET/a/?*")], deny: ExactString(prefix + "*")),
        Request(
            testDescription: "threat 58: nor a question mark", route: "ANY /a/{p+}", arn: "POST/a/b?",
            allow: [ExactString(prefix + "POST/a/?*")], deny: ExactString(prefix + "*")),
        Request(
            testDescription: "threat 58: nor a policy variable", route: "$default", arn: "GET/${aws:username}",
            allow: [ExactString(prefix + "GET/?*"), ExactString(prefix + "GET/")], deny: ExactString(prefix + "*")),
        Request(
            testDescription: "a path too long for a resource", route: "GET /{p+}",
            arn: "GET/" + String(repeating: "a", count: 500), allow: [ExactString(prefix + "GET/?*")],
            deny: ExactString(prefix + "*")),
        Request(
            testDescription: "$connect", route: "$connect", arn: "$connect",
            allow: [ExactString(prefix + "$connect")], deny: ExactString(prefix + "$connect")),
        Request(
            testDescription: "a verb that is not routed", route: "ANY /{p+}", arn: "TRACE/*", allow: [],
            deny: ExactString(prefix + "*")),
        Request(
            testDescription: "a route that has no path", route: "$connect", arn: "GET/*", allow: [],
            deny: ExactString(prefix + "*")),
    ]

    @Test(arguments: requests)
    func `threat 58: an answer to one request is for that request`(_ vector: Request) throws {
        let route = try RouteKey(parsing: ExactString(vector.route))
        let arn = try arn(vector.arn)

        #expect(PolicyDocument.allowing(route, on: arn).allow == vector.allow)
        #expect(PolicyDocument.denying(arn).deny == [vector.deny])
        #expect(PolicyDocument.denying(arn).isDenial)
    }
}

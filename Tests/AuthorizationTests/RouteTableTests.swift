@testable import Authorization
import StrictJSON
import TestSupport
import Testing

@Suite("Route tables")
struct RouteTableTests {
    private func key(_ text: String) throws -> RouteKey { try RouteKey(parsing: ExactString(text)) }

    @Test
    func `routes that API Gateway could not tell apart are refused by name`() throws {
        #expect(throws: RouteTableError.empty) { try RouteTable([]) }
        #expect(throws: RouteTableError.duplicate(try key("GET /a"))) { try table("GET /a", "POST /a", "GET /a") }
        #expect(throws: RouteTableError.duplicate(.default)) { try table("$default", "$default") }
        #expect(throws: RouteTableError.ambiguous(try key("GET /{a}"), try key("POST /{b}"))) {
            try table("GET /{a}", "POST /{b}")
        }
        #expect(throws: RouteTableError.ambiguous(try key("GET /x/{a+}"), try key("GET /x/{b+}"))) {
            try table("GET /x/{a+}", "GET /x/{b+}")
        }
        #expect(throws: Never.self) { try table("GET /{a}", "GET /{a+}", "GET /{b}/c", "ANY /{a}") }
        #expect(RouteTableError.duplicate(.default).description == "route $default is there twice")
        #expect(RouteTableError.ambiguous(.default, .connect).description.contains("$default and $connect"))
        #expect(RouteTableError.empty.description.contains("no route"))
    }

    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let target: RouteTarget
        let route: String?

        init(_ text: String, _ target: RouteTarget, _ route: String?) {
            testDescription = text
            self.target = target
            self.route = route
        }
    }

    static let keys = [
        "GET /", "GET /a", "ANY /a", "GET /a/b", "GET /a/{id}", "GET /a/{p+}", "POST /a/{id}/c", "ANY /{x}/b/c",
        "$connect", "PUT /{p+}",
    ]

    static let vectors = [
        Vector("the root", .path("/", httpMethod: "GET"), "GET /"),
        Vector("the root of another verb", .path("/", httpMethod: "PUT"), nil),
        Vector("the verb before ANY", .path("/a", httpMethod: "GET"), "GET /a"),
        Vector("ANY for another verb", .path("/a", httpMethod: "DELETE"), "ANY /a"),
        Vector("the literal before the parameter", .path("/a/b", httpMethod: "GET"), "GET /a/b"),
        Vector("the parameter before the greedy one", .path("/a/x", httpMethod: "GET"), "GET /a/{id}"),
        Vector("the greedy one for what is longer", .path("/a/x/y", httpMethod: "GET"), "GET /a/{p+}"),
        Vector("the first segment decides first", .path("/a/b/c", httpMethod: "GET"), "GET /a/{p+}"),
        Vector("back from a dead end", .path("/a/b/c", httpMethod: "DELETE"), "ANY /{x}/b/c"),
        Vector("the verb chooses the branch", .path("/a/x/c", httpMethod: "POST"), "POST /a/{id}/c"),
        Vector("greedy takes all", .path("/q/r/s/t", httpMethod: "PUT"), "PUT /{p+}"),
        Vector("no route", .path("/q", httpMethod: "GET"), nil),
        Vector("a verb that is not routed", .path("/a", httpMethod: "TRACE"), nil),
        Vector("threat 60: another case", .path("/A", httpMethod: "GET"), nil),
        Vector("a method in lower case", .path("/a", httpMethod: "get"), nil),
        Vector("threat 60: a slash at the end", .path("/a/", httpMethod: "GET"), nil),
        Vector("a slash at the end of what a greedy route takes", .path("/q/r/", httpMethod: "PUT"), "PUT /{p+}"),
        Vector("threat 60: a slash at the end of the root", .path("//", httpMethod: "PUT"), nil),
        Vector("threat 60: two slashes at the end", .path("/q//", httpMethod: "PUT"), nil),
        Vector("threat 60: an empty segment", .path("/a//b", httpMethod: "GET"), nil),
        Vector("threat 60: two slashes", .path("//", httpMethod: "GET"), nil),
        Vector("threat 60: a dot segment", .path("/a/./b", httpMethod: "GET"), nil),
        Vector("threat 60: a dot-dot segment", .path("/a/../b", httpMethod: "GET"), nil),
        Vector("threat 60: an encoded slash", .path("/a/x%2Fy", httpMethod: "GET"), nil),
        Vector("threat 60: an encoded dot", .path("/a/%2e%2E", httpMethod: "GET"), nil),
        Vector("threat 60: an encoded letter", .path("/a/%62", httpMethod: "GET"), nil),
        Vector("threat 60: an encoded per cent", .path("/a/%252F", httpMethod: "GET"), nil),
        Vector("threat 60: an encoded control character", .path("/a/%00", httpMethod: "GET"), nil),
        Vector("threat 60: an encoded reverse solidus", .path("/a/%5c", httpMethod: "GET"), nil),
        Vector("threat 60: a per cent alone", .path("/a/%", httpMethod: "GET"), nil),
        Vector("threat 60: half an escape", .path("/a/%4", httpMethod: "GET"), nil),
        Vector("threat 60: an escape of no digits", .path("/a/%zz", httpMethod: "GET"), nil),
        Vector("threat 60: a control character", .path("/a/\u{1}", httpMethod: "GET"), nil),
        Vector("threat 60: a reverse solidus", .path("/a/\\", httpMethod: "GET"), nil),
        Vector("threat 60: DEL", .path("/a/\u{7F}", httpMethod: "GET"), nil),
        Vector("threat 60: a parameter of a literal segment", .path("/a;x", httpMethod: "GET"), nil),
        Vector("threat 60: one of a segment that may be any", .path("/a/b;x", httpMethod: "GET"), "GET /a/{id}"),
        Vector("an escape that is needed", .path("/a/%20%C3%A9", httpMethod: "GET"), "GET /a/{id}"),
        Vector("a star is a segment", .path("/a/*", httpMethod: "GET"), "GET /a/{id}"),
        Vector("no path", .path("", httpMethod: "GET"), nil),
        Vector("a path not absolute", .path("a", httpMethod: "GET"), nil),
        Vector(
            "a path too long", .path(ExactString("/" + String(repeating: "a", count: 1_600)), httpMethod: "PUT"), nil),
        Vector("resource", .resource("/a/{id}", httpMethod: "GET"), "GET /a/{id}"),
        Vector("resource, the verb before ANY", .resource("/a", httpMethod: "GET"), "GET /a"),
        Vector("resource, ANY", .resource("/a", httpMethod: "HEAD"), "ANY /a"),
        Vector("resource of another verb", .resource("/a/{id}", httpMethod: "PUT"), nil),
        Vector("resource with another name", .resource("/a/{key}", httpMethod: "GET"), nil),
        Vector("resource is not a path", .resource("/a/7", httpMethod: "GET"), nil),
        Vector("resource $default without a route", .resource("$default", httpMethod: "GET"), nil),
        Vector("route key", .routeKey("GET /a/{id}", httpMethod: "GET"), "GET /a/{id}"),
        Vector("route key ANY, the verb's own rule", .routeKey("ANY /a", httpMethod: "GET"), "GET /a"),
        Vector("route key ANY, another verb", .routeKey("ANY /a", httpMethod: "POST"), "ANY /a"),
        Vector("route key of a verb, a rule for ANY", .routeKey("POST /a", httpMethod: "POST"), "ANY /a"),
        Vector("route key and method that differ", .routeKey("GET /a", httpMethod: "POST"), nil),
        Vector("route key of no form", .routeKey("/a", httpMethod: "GET"), nil),
        Vector("$connect", .connect, "$connect"),
        Vector("$connect is no route key of HTTP", .routeKey("$connect", httpMethod: "GET"), nil),
    ]

    @Test(arguments: vectors)
    func `threat 60: a route is found as API Gateway finds it`(_ vector: Vector) throws {
        let table = try RouteTable(Self.keys.map { (try key($0), RouteRule()) })

        #expect(table.route(for: vector.target).map { table.routes[$0].key.description } == vector.route)
    }

    @Test
    func `the route $default takes what is left, whichever the verb`() throws {
        let table = try table("GET /a", "$default", "$connect")
        let targets: [RouteTarget] = [
            .path("/", httpMethod: "GET"), .path("/a", httpMethod: "PUT"), .path("/b/c", httpMethod: "DELETE"),
            .resource("$default", httpMethod: "GET"), .routeKey("$default", httpMethod: "GET"),
        ]

        #expect(targets.map { table.route(for: $0) } == Array(repeating: 1, count: targets.count))
        #expect(table.route(for: .path("/a", httpMethod: "GET")) == 0)
        #expect(table.route(for: .path("/a/", httpMethod: "GET")) == nil)
    }

    @Test
    func `an HTTP API puts every full match before every greedy one, and nothing else differs`() throws {
        let rest = try table("GET /a/{p+}", "GET /{x}/b", "GET /a/{x}/{y}", "GET /{p+}")
        let reordered = try #require(rest.orderedForHTTPAPIs)
        let paths = ["/a/b", "/a/c", "/a/c/d", "/c/b", "/c", "/a/c/d/e"].map { RouteTarget.path($0, httpMethod: "GET") }

        #expect(paths.map { rest.route(for: $0) } == [0, 0, 2, 1, 3, 0])
        #expect(paths.map { reordered.route(for: $0) } == [1, 0, 2, 1, 3, 0])
        #expect(try table("GET /a/{p+}", "GET /a/{x}", "GET /{p+}", "GET /{x}").orderedForHTTPAPIs == nil)
        #expect(try table("GET /a/{p+}", "GET /{x}", "GET /b/{x}", "GET /{x}/b/{p+}").orderedForHTTPAPIs == nil)
    }

    @Test
    func `a thousand routes are told apart`() throws {
        let table = try RouteTable(
            try (0..<1_000).map { (try key("GET /r\($0)/{id}"), RouteRule(anyScope: [ExactString("s\($0 % 7)")])) })
        let permitted = table.permittedRoutes(for: try caller(scopes: ["s3"]))

        #expect(table.route(for: .path("/r999/x", httpMethod: "GET")) == 999)
        #expect(table.route(for: .resource("/r500/{id}", httpMethod: "GET")) == 500)
        #expect(table.rules.count == 7)
        #expect(permitted.routes == (0..<1_000).filter { $0 % 7 == 3 })
        #expect(permitted.contains(3) && !permitted.contains(4) && !permitted.isEmpty)
    }

    @Test
    func `sets of routes are compared by their members`() {
        var left = RouteSet(routeCount: 130)
        var right = left
        left.insert(129)
        right.insert(64)

        #expect(left.isDisjoint(with: right))
        right.formUnion(left)
        #expect(!left.isDisjoint(with: right))
        #expect(right.routes == [64, 129])
        #expect(RouteSet(routeCount: 0).isEmpty)
    }
}

@testable import APIGateway
@testable import Authorization
import StrictJSON
import TestSupport
import Testing

@Suite("Limits: 512 characters a resource, 8 KB an answer")
struct PolicyLengthTests {
    private func table(_ keys: [String], _ rule: (String) -> RouteRule) throws -> RouteTable {
        try RouteTable(try keys.map { (try RouteKey(parsing: ExactString($0)), rule($0)) })
    }

    @Test
    func `a table whose policy would be too long for some caller is refused`() throws {
        let routes = (100..<200).map { "GET /route-\($0)" }

        let error = #expect(throws: PolicyCompilerError.self) {
            try PolicyCompiler(try table(routes) { RouteRule(anyScope: [ExactString($0)]) })
        }
        #expect(error?.description.contains("of 7037") ?? false, "\(error?.description ?? "")")
        #expect(error?.description.contains("of the routes takes") ?? false)
        #expect(PolicyCompilerError.tooHard.description.contains("request"))
        #expect(PolicyCompilerError.tooManyCallers.description.contains("request"))
    }

    @Test
    func `a table whose policy would be too long is taken where one pattern says all that lies beneath a path`() throws
    {
        let table = try table((100..<200).map { "GET /route-\($0)/{id}" }) { _ in RouteRule() }
        let compiler = try PolicyCompiler(table)
        let policy = compiler.policy(for: table.permittedRoutes(for: try caller()))

        #expect(policy.allow == ["GET/?*"])
        #expect(!compiler.deniesPathsOfNoRoute)
    }

    @Test
    func `a resource longer than 512 characters is refused`() throws {
        let long = "GET /" + String(repeating: "a", count: 440)
        let beside = ["GET /{p+}", "GET /a/" + String(repeating: "b", count: 418)]

        #expect(
            throws: PolicyCompilerError.resourceTooLong(try RouteKey(parsing: ExactString(long)), limitInBytes: 512)
        ) {
            try PolicyCompiler(try table([long]) { _ in RouteRule() })
        }
        #expect(throws: PolicyCompilerError.self) {
            try PolicyCompiler(try table(beside) { RouteRule(anyScope: [ExactString($0)]) })
        }
        let error = PolicyCompilerError.resourceTooLong(.default, limitInBytes: 512)
        #expect(error.description.contains("512 bytes"))
    }

    @Test
    func `paths of no route are denied as long as there is room`() throws {
        func compiler(_ count: Int) throws -> PolicyCompiler {
            try PolicyCompiler(try table((0..<count).map { "GET /r\($0)/{id}" }) { _ in RouteRule() })
        }
        func policy(_ count: Int) throws -> CompiledPolicy {
            var all = RouteSet(routeCount: count)
            for route in 0..<count { all.insert(route) }
            return try compiler(count).policy(for: all)
        }

        #expect(try compiler(30).deniesPathsOfNoRoute)
        #expect(try policy(30).deny.count == 30)
        #expect(try !compiler(60).deniesPathsOfNoRoute)
        #expect(try policy(60).deny.isEmpty)
        #expect(try policy(60).allow.count == 60)
    }

    @Test
    func `a table is refused whose policy is too long for who is permitted little and refused much`() throws {
        let wild = ["GET /a/{p+}", "GET /b/{p+}"]
        let beside = (10..<30).flatMap { ["GET /a/\($0)", "GET /b/\($0)"] }

        #expect(throws: Never.self) {
            try PolicyCompiler(
                try table(wild + beside.filter { $0 < "GET /b" }) { RouteRule(anyScope: [ExactString($0)]) })
        }
        #expect(throws: PolicyCompilerError.self) {
            try PolicyCompiler(try table(wild + beside) { RouteRule(anyScope: [ExactString($0)]) })
        }
    }

    @Test
    func `a route that is permitted is not denied too, and so not counted twice`() throws {
        func compiler(_ count: Int) throws -> PolicyCompiler {
            let keys = ["$default"] + (10..<(10 + count)).map { "GET /r\($0)" }
            return try PolicyCompiler(try table(keys) { RouteRule(anyScope: [ExactString($0)]) })
        }

        #expect(throws: Never.self) { try compiler(30) }
        let error = #expect(throws: PolicyCompilerError.self) { try compiler(50) }
        #expect(error?.description.contains("a caller of 1 of the routes") ?? false, "\(error?.description ?? "")")
    }

    /// The longest of everything that does not depend on the table: names of 128 characters, each of which JSON spells
    /// with two, a key of 128, and a refused request with a resource of 512.
    private func longestAnswer(_ policy: CompiledPolicy) throws -> [UInt8] {
        let stage = String(repeating: "s", count: PolicyCompiler.assumedPrefixLengthInBytes - 58)
        let prefix = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/\(stage)/"
        let path = "TRACE/" + String(repeating: "a", count: 512 - prefix.utf8.count - 6)
        #expect(prefix.utf8.count == PolicyCompiler.assumedPrefixLengthInBytes)
        let arn = try MethodARN(parsing: ExactString(prefix + "GET/"))
        let document = PolicyDocument(policy, on: arn)
        let widest = PolicyDocument(
            CompiledPolicy(allow: policy.allow, deny: policy.deny + [ExactString(path)]), on: arn)
        let name = ExactString(String(repeating: "\"", count: 128))
        let answer = try AuthorizerResponse(
            document.isDenial ? document : widest, for: .restRequest,
            principal: PrincipalID(of: try caller(subject: name)),
            context: AuthorizerContext(), usageKey: try UsageKey(ExactString(String(repeating: "k", count: 128))))
        return answer.bytes
    }

    @Test
    func `no caller's answer is longer than 8 KB, whoever the caller and whatever was asked`() throws {
        var (tables, refused, joined) = (0, 0, 0)
        try check(
            seed: 11, count: 250, generate: { RandomTable.large(requests: 0, using: &$0) }, shrink: { $0.smaller }
        ) {
            random in
            let table = try random.table()
            tables += 1
            guard let compiler = try? PolicyCompiler(table) else {
                refused += 1
                return true
            }
            joined += compiler.joinsPatterns ? 1 : 0
            let scopes = Set(random.entries.flatMap { $0.rule.anyScope ?? [] }).sorted()
            for number in 0..<(1 << scopes.count) {
                let granted = Set(scopes.indices.filter { number & 1 << $0 != 0 }.map { scopes[$0] })
                let policy = compiler.policy(for: table.permittedRoutes(for: try caller(scopes: granted)))
                guard try longestAnswer(policy).count <= AuthorizerResponse.limitInBytes else { return false }
            }
            return true
        }
        print("length: \(tables) large tables, \(joined) with joined patterns, \(refused) refused")
        #expect(joined > 20)
        #expect(refused < tables)
    }

    @Test
    func `large tables' policies say what the table says, also where patterns are joined`() throws {
        let seen = Exactness()
        try check(
            seed: 12, count: 150, generate: { RandomTable.large(requests: 100, using: &$0) }, shrink: { $0.smaller },
            property: seen.holds)
        #expect(seen.verdicts > 10_000)
    }
}

import APIGateway
import Authorization
import StrictJSON
import TestSupport
import Testing

@Suite("What is remembered of policies")
struct PolicyMemoryTests {
    private let table: RouteTable
    private let compiler: PolicyCompiler
    private let routes = (0..<10).map { "GET /\($0)" }

    init() throws {
        table = try RouteTable(
            try routes.map { (try RouteKey(parsing: ExactString($0)), RouteRule(anyScope: [ExactString($0)])) })
        compiler = try PolicyCompiler(table)
    }

    /// The routes whose bits are set.
    private func permitted(_ number: Int) throws -> RouteSet {
        let scopes = routes.indices.filter { number & 1 << $0 != 0 }.map { ExactString(routes[$0]) }
        return table.permittedRoutes(for: try caller(scopes: Set(scopes)))
    }

    @Test
    func `policies are remembered by the routes permitted, in bounded number`() throws {
        var memory = PolicyMemory()
        var counts: [Int] = []

        for number in 0..<(PolicyMemory.limit * 2) {
            let permitted = try permitted(number)
            #expect(memory.policy(for: permitted, from: compiler) == compiler.policy(for: permitted))
            #expect(memory.policy(for: permitted, from: compiler).allow.count == number.nonzeroBitCount)
            counts.append(memory.count)
        }
        #expect(counts.max() == PolicyMemory.limit)
        #expect(counts.last == PolicyMemory.limit)
    }

    /// Stages of two APIs, and two requests of one of them.
    private static let resources = [
        "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/GET/1",
        "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/GET/2",
        "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/test/GET/1",
        "arn:aws:execute-api:eu-central-1:123456789012:f6g7h8i9j0/prod/GET/1",
        "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/$connect",
    ]

    struct Question {
        let caller: Int
        let resource: Int
    }

    @Test(arguments: [1, 12, 17, 40, 700])
    func `a remembered document is the one that would be made anew, whoever asked before, and few are kept`(
        callers: Int
    ) throws {
        try check(
            seed: 20_261_129, count: 8,
            generate: { random in
                (0..<1_000).map { _ in
                    Question(
                        caller: Int.random(in: 0..<callers, using: &random),
                        resource: Int.random(in: Self.resources.indices, using: &random))
                }
            },
            shrink: { questions in
                [Array(questions.prefix(questions.count / 2)), Array(questions.dropFirst())].filter {
                    $0.count < questions.count
                }
            },
            property: { questions in
                var memory = PolicyMemory()
                return try questions.allSatisfy { question in
                    let permitted = try permitted(question.caller)
                    let arn = try MethodARN(parsing: ExactString(Self.resources[question.resource]))
                    let document = memory.document(for: permitted, from: compiler, on: arn)
                    return document == PolicyDocument(compiler.policy(for: permitted), on: arn)
                        && memory.documentCount <= min(callers, PolicyMemory.documentLimit)
                }
            })
    }
}

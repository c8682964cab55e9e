import APIGateway
@testable import Authorization
import StrictJSON
import TestSupport
import Testing

@Suite("A table is refused only where no policy says it")
struct CompletenessTests {
    /// A path of *n* segments has room in the small world for another of *n* + 1 that is as long.
    private static let longest = Exactness.isThorough ? 7 : 5
    private static let segmentLimit = (longest - 1) / 2
    private static let oracle = ExhaustiveOracle(longest: longest)
    private static let callers: [Set<ExactString>] = [[], ["r"], ["w"], ["r", "w"]]

    private static func table(using random: inout SeededRandom) -> RandomTable {
        var entries: [RandomTable.Entry] = []
        for _ in 0..<Int.random(in: 2...5, using: &random) {
            var segments = (0..<Int.random(in: 1...segmentLimit, using: &random)).map { _ in random.pick(["a", "{x}"])
            }
            if random.oneIn(3) { segments[segments.count - 1] = "{p+}" }
            let rule = random.pick([
                RouteRule(), RouteRule(anyScope: ["r"]), RouteRule(anyScope: ["r"]), RouteRule(anyScope: ["w"]),
                RouteRule(allScopes: ["r", "w"]),
            ])
            let entry = RandomTable.Entry(method: "GET", segments: segments, rule: rule)
            if !entries.contains(where: { $0.key == entry.key }) { entries.append(entry) }
        }
        return RandomTable(entries: entries, scopes: [], issuer: "machines", requests: [])
    }

    @Test
    func `the compiler refuses a table if and only if trying every pattern finds no policy for some caller`() throws {
        var (tables, refused) = (0, 0)

        try check(seed: 5, count: 400, generate: Self.table, shrink: { $0.smaller }) { table in
            let canBeSaid = try Self.callers.allSatisfy { scopes in
                let caller = try caller(scopes: scopes)
                return Self.oracle.canSay(
                    table, isPermitted: table.entries.map { $0.rule.refusal(of: caller, on: .default) == nil })
            }
            var isCompiled = true
            do { _ = try PolicyCompiler(try table.table()) } catch { isCompiled = false }
            tables += 1
            refused += isCompiled ? 0 : 1
            return isCompiled == canBeSaid
        }

        print("completeness: \(refused) of \(tables) small tables refused, and no policy says any of them")
        #expect((tables / 10...tables * 9 / 10).contains(refused))
    }
}

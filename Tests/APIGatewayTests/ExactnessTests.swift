import Authorization
import TestSupport
import Testing

@Suite("A compiled policy says what the route table says")
struct ExactnessTests {
    /// The share is that of tables which may be refused, in 100.
    private func checkExactness(
        _ kind: String, verdicts: Int, refusedAtMost share: Int,
        generate: (inout SeededRandom) -> RandomTable
    ) throws {
        let seen = Exactness()

        try check(
            seed: Exactness.seed, count: verdicts / 80, generate: generate, shrink: { $0.smaller }, property: seen.holds
        )

        print(
            "exactness, \(kind) tables: seed \(Exactness.seed), \(seen.verdicts) verdicts, \(seen.refused) of "
                + "\(seen.tables) tables refused (\(seen.refused * 1_000 / seen.tables) in 1,000), "
                + "\(seen.beyond) requests beyond every route allowed")
        #expect(seen.verdicts >= verdicts)
        #expect(seen.refused * 100 <= seen.tables * share)
    }

    @Test
    func `for every request, hostile tables' policies allow it if and only if its route's rule is met`() throws {
        try checkExactness("hostile", verdicts: Exactness.verdictCount / 2, refusedAtMost: 20) {
            RandomTable.hostile(requests: 100, using: &$0)
        }
    }

    @Test
    func `for every request, realistic tables' policies allow it if and only if its route's rule is met`() throws {
        try checkExactness("realistic", verdicts: Exactness.verdictCount / 2, refusedAtMost: 20) {
            RandomTable.realistic(requests: 100, using: &$0)
        }
    }

    @Test
    func `for every request, policies follow the order of HTTP APIs where it is another`() throws {
        try checkExactness("hostile HTTP APIs'", verdicts: Exactness.verdictCount / 10, refusedAtMost: 20) { random in
            var table = RandomTable.hostile(requests: 100, using: &random)
            table.order = .httpAPI
            return table
        }
    }
}

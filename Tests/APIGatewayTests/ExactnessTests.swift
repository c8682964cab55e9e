import Foundation
import TestSupport
import Testing

/// `TURNSTILE_VERDICTS` asks for so many verdicts in place of 200,000, and `TURNSTILE_SEED` for others.
@Suite("A compiled policy says what the route table says")
struct ExactnessTests {
    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    private static let verdicts = number("TURNSTILE_VERDICTS") ?? 200_000
    private static let seed = UInt64(number("TURNSTILE_SEED") ?? 20_260_101)

    /// - Parameter share: Tables that may be refused, in 100.
    private func checkExactness(
        _ kind: String, verdicts: Int, refusedAtMost share: Int,
        generate: (inout SeededRandom) -> RandomTable
    ) throws {
        let seen = Exactness()

        try check(
            seed: Self.seed, count: verdicts / 80, generate: generate, shrink: { $0.smaller }, property: seen.holds)

        print(
            "exactness, \(kind) tables: seed \(Self.seed), \(seen.verdicts) verdicts, \(seen.refused) of "
                + "\(seen.tables) tables refused (\(seen.refused * 1_000 / seen.tables) in 1,000), "
                + "\(seen.beyond) requests beyond every route allowed")
        #expect(seen.verdicts >= verdicts)
        #expect(seen.refused * 100 <= seen.tables * share)
    }

    @Test
    func `for every request, hostile tables' policies allow it if and only if its route's rule is met`() throws {
        try checkExactness("hostile", verdicts: Self.verdicts / 2, refusedAtMost: 16) {
            RandomTable.hostile(requests: 100, using: &$0)
        }
    }

    @Test
    func `for every request, realistic tables' policies allow it if and only if its route's rule is met`() throws {
        try checkExactness("realistic", verdicts: Self.verdicts / 2, refusedAtMost: 3) {
            RandomTable.realistic(requests: 90, using: &$0)
        }
    }
}

import Testing
import TestSupport

@Suite("the search for counterexamples")
struct PropertyTests {
    @Test
    func `a property that holds is asked for every case`() throws {
        var asked = 0
        try check(seed: 1, count: 100, generate: { Int.random(in: 0..<10, using: &$0) }) { number in
            asked += 1
            return number < 10
        }
        #expect(asked == 100)
    }

    @Test
    func `a counterexample is shrunken as far as the property stays broken`() {
        let counterexample = #expect(throws: Counterexample.self) {
            try check(
                seed: 2, count: 100,
                generate: { random in (0..<20).map { _ in Int.random(in: 0..<100, using: &random) } },
                shrink: { shrunken($0) { $0 > 0 ? [$0 / 2, $0 - 1] : [] } },
                property: { $0.allSatisfy { $0 < 50 } })
        }
        #expect(counterexample?.shrunken == "[50]")
        #expect(counterexample?.description.hasPrefix("seed 2, case 0: the property is false\n") == true)
    }

    @Test
    func `a property that throws is broken`() {
        struct Fault: Error {}
        let counterexample = #expect(throws: Counterexample.self) {
            try check(seed: 3, count: 1, generate: { _ in 0 }, property: { _ in throw Fault() })
        }
        #expect(counterexample?.breach == "the property threw Fault()")
    }

    @Test
    func `a shrinking that never ends is ended`() {
        var trials = 0
        let counterexample = #expect(throws: Counterexample.self) {
            try check(
                seed: 4, count: 1, generate: { _ in 0 }, shrink: { [$0 + 1] },
                property: { _ in
                    trials += 1
                    return false
                })
        }
        #expect(counterexample?.shrunken == "10000")
        #expect(trials == 10_001)
    }

    @Test
    func `the same seed gives the same numbers, another seed or stream gives others`() {
        func numbers(_ random: SeededRandom) -> [UInt64] {
            var random = random
            return (0..<4).map { _ in random.next() }
        }
        let first = numbers(SeededRandom(seed: 7, stream: 1))
        #expect(first == numbers(SeededRandom(seed: 7, stream: 1)))
        #expect(first != numbers(SeededRandom(seed: 7, stream: 2)))
        #expect(first != numbers(SeededRandom(seed: 8, stream: 1)))
    }
}

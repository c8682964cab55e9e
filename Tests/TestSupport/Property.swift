/// Holds a property against generated cases, and throws the smallest case found that breaks it.
///
/// Every case has a random source of its own, so the same seed gives the same cases in every run, however many each
/// of them draws.
///
/// - Parameters:
///   - seed: Which cases are generated.
///   - count: How many of them.
///   - generate: Makes a case from random numbers.
///   - shrink: Smaller cases than the one given, the most promising first. Each must be smaller, or the search for
///     the smallest does not come nearer its end, which is after 10,000 trials.
///   - property: What must hold. Throwing breaks it too.
/// - Throws: ``Counterexample``, whose description holds the seed and the case.
package func check<Case>(
    seed: UInt64,
    count: Int,
    generate: (inout SeededRandom) -> Case,
    shrink: (Case) -> [Case] = { _ in [] },
    property: (Case) throws -> Bool
) throws(Counterexample) {
    for index in 0..<count {
        var random = SeededRandom(seed: seed, stream: index)
        let generated = generate(&random)
        guard let breach = breach(of: property, by: generated) else { continue }
        let smallest = smallestCase(from: (generated, breach), shrink: shrink, property: property)
        throw Counterexample(
            seed: seed, index: index, generated: "\(generated)", shrunken: "\(smallest.value)", breach: smallest.breach)
    }
}

/// A case for which a property does not hold.
package struct Counterexample: Error, CustomStringConvertible {
    package let seed: UInt64
    /// The number of cases for which the property held before.
    package let index: Int
    package let generated: String
    package let shrunken: String
    package let breach: String

    package var description: String {
        """
        seed \(seed), case \(index): \(breach)
          shrunken:  \(shrunken)
          generated: \(generated)
        """
    }
}

/// The error with which, or the falsehood by which, a property is broken; `nil` where it holds.
private func breach<Case>(of property: (Case) throws -> Bool, by value: Case) -> String? {
    do {
        return try property(value) ? nil : "the property is false"
    } catch {
        return "the property threw \(error)"
    }
}

private let shrinkingLimit = 10_000

private func smallestCase<Case>(
    from start: (value: Case, breach: String), shrink: (Case) -> [Case], property: (Case) throws -> Bool
) -> (value: Case, breach: String) {
    var smallest = start
    var trials = 0
    var candidates = shrink(start.value)[...]
    while let candidate = candidates.popFirst(), trials < shrinkingLimit {
        trials += 1
        guard let breach = breach(of: property, by: candidate) else { continue }
        smallest = (candidate, breach)
        candidates = shrink(candidate)[...]
    }
    return smallest
}

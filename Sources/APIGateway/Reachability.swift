import Authorization
import StrictJSON

/// Which routes the paths of a pattern resolve to, found by walking the patterns and the tree of routes together.
///
/// Paths with empty segments are left out; see ``PathPattern/denied(_:)``.
struct Reachability {
    /// Steps that all questions of one table may take together: less than 50 ms. A table that needs more is refused,
    /// not guessed at.
    static let effortLimit = 300_000

    /// The overlaps are more than ``effortLimit`` can follow.
    struct TooHard: Error {}

    private(set) var states: RouteStates
    /// Steps taken so far.
    private(set) var effort = 0

    /// See ``RouteStates/init(_:verbs:)``.
    init(tree: RouteTree, verbs: [Verb]) { states = RouteStates(tree, verbs: verbs) }

    /// For each class of verbs, every route that a path of the pattern resolves to.
    mutating func routes(reachedBy pattern: PathPattern, classes: Int) throws(TooHard) -> [Set<Int>] {
        var routes: [Set<Int>] = Array(repeating: [], count: classes)
        _ = try walk(including: pattern, excluding: []) { found in
            for (index, route) in found.enumerated() {
                if let route { routes[index].insert(route) }
            }
            return false
        }
        return routes
    }

    /// The symbols of a path that the first pattern takes and none of the others, and that resolves to the route; the
    /// shortest, and with as few literals as can be.
    mutating func path(
        to route: Int, class index: Int, including pattern: PathPattern, excluding others: [PathPattern]
    ) throws(TooHard) -> [Int]? {
        try walk(including: pattern, excluding: others) { $0[index] == route }
    }

    private struct Point: Hashable {
        var included: UInt64
        var excluded: [UInt64]
        var place: Int
    }

    private struct Step {
        let point: Point
        let previous: Int
        let symbol: Int
    }

    private mutating func walk(
        including: PathPattern, excluding: [PathPattern], until isEnough: ([Int?]) -> Bool
    ) throws(TooHard) -> [Int]? {
        let included = states.steps(of: including)
        let excluded = excluding.map { states.steps(of: $0) }
        let first = Point(
            included: PatternSteps.start, excluded: excluded.map { _ in PatternSteps.start },
            place: RouteStates.start)
        var steps = [Step(point: first, previous: -1, symbol: RouteStates.other)]
        var seen: Set<Point> = [first]
        var next = 0
        while next < steps.count {
            let point = steps[next].point
            if included.accepts(point.included),
                !zip(excluded, point.excluded).contains(where: { $0.accepts($1) }), isEnough(states.routes[point.place])
            {
                return path(to: next, in: steps)
            }
            for symbol in symbols(at: point, included, excluded) {
                effort += 1
                guard effort <= Self.effortLimit else { throw TooHard() }
                let following = advance(point, over: symbol, included, excluded)
                guard following.included != 0,
                    !zip(excluded, following.excluded).contains(where: { $0.acceptsAll(from: $1) }),
                    seen.insert(following).inserted
                else { continue }
                steps.append(Step(point: following, previous: next, symbol: symbol))
            }
            next += 1
        }
        return nil
    }

    /// The segments that can make a difference next, in a settled order: first of all "any other".
    private func symbols(at point: Point, _ included: PatternSteps, _ excluded: [PatternSteps]) -> [Int] {
        var symbols: [Int] = []
        included.addLiterals(at: point.included, to: &symbols)
        if included.isOpen(at: point.included) {
            symbols.append(RouteStates.other)
            symbols += states.literals[point.place]
            for (pattern, state) in zip(excluded, point.excluded) { pattern.addLiterals(at: state, to: &symbols) }
        }
        symbols.sort()
        return symbols
    }

    private mutating func advance(
        _ point: Point, over symbol: Int, _ included: PatternSteps, _ excluded: [PatternSteps]
    ) -> Point {
        Point(
            included: included.advance(point.included, over: symbol),
            excluded: zip(excluded, point.excluded).map { $0.advance($1, over: symbol) },
            place: states.advance(point.place, over: symbol))
    }

    private func path(to step: Int, in steps: [Step]) -> [Int] {
        var symbols: [Int] = []
        var step = step
        while step > 0 {
            symbols.append(steps[step].symbol)
            step = steps[step].previous
        }
        return symbols.reversed()
    }
}

import Authorization
import StrictJSON

/// Which routes the paths of a pattern resolve to, found by walking the patterns and the tree of routes together.
///
/// The walk is exact: a segment is either one of the literals that some pattern or route names at that point, or it
/// is like every other. Paths with empty segments are left out; see ``PathPattern/denied(_:)``.
struct Reachability {
    let tree: RouteTree
    /// Verbs between which templates make a difference.
    let verbs: [Verb]
    /// Stands in a witness for any segment that is not a literal of the table.
    let other: ExactString

    /// Points of the walk that one question may visit. A table that needs more is refused, not guessed at.
    static let effortLimit = 20_000

    /// A path that shows something.
    typealias Witness = [ExactString]

    enum Answer<Value> {
        case found(Value)
        case notFound
        /// ``effortLimit`` was met.
        case tooHard
    }

    /// For each verb, every route that a path of the pattern resolves to. `nil`: too hard.
    func routes(reachedBy pattern: PathPattern) -> [Set<Int>]? {
        var routes: [Set<Int>] = verbs.map { _ in [] }
        let answer = walk(including: pattern, excluding: []) { point in
            for (index, verb) in verbs.enumerated() {
                if let route = route(at: point, verb) { routes[index].insert(route) }
            }
            return false
        }
        if case .tooHard = answer { return nil }
        return routes
    }

    /// A path that the first pattern takes and none of the others, and that resolves to the route.
    func path(
        to route: Int, verb: Verb, including pattern: PathPattern, excluding others: [PathPattern]
    ) -> Answer<Witness> {
        walk(including: pattern, excluding: others) { self.route(at: $0, verb) == route }
    }

    private struct Point: Hashable {
        var included: UInt64
        var excluded: [UInt64]
        /// The nodes of the tree at which the path so far ends.
        var nodes: [Int]
        /// The greedy nodes that have taken a part of the path, and take all that follows.
        var greedy: [Int]
    }

    private struct Step {
        let point: Point
        let previous: Int
        let segment: ExactString?
    }

    private func walk(
        including: PathPattern, excluding: [PathPattern], until isEnough: (Point) -> Bool
    ) -> Answer<Witness> {
        let first = Point(
            included: PathPattern.start, excluded: excluding.map { _ in PathPattern.start }, nodes: [0], greedy: [])
        var steps = [Step(point: first, previous: -1, segment: nil)]
        var seen: Set<Point> = [first]
        var next = 0
        while next < steps.count {
            guard steps.count <= Self.effortLimit else { return .tooHard }
            let point = steps[next].point
            if including.accepts(point.included),
                !zip(excluding, point.excluded).contains(where: { $0.accepts($1) }), isEnough(point)
            {
                return .found(witness(of: next, in: steps))
            }
            for segment in segments(at: point, including, excluding) {
                let following = advance(point, over: segment, including, excluding)
                guard following.included != 0, seen.insert(following).inserted else { continue }
                steps.append(Step(point: following, previous: next, segment: segment))
            }
            next += 1
        }
        return .notFound
    }

    private func route(at point: Point, _ verb: Verb) -> Int? {
        var chosen: (rank: Int, route: Int)?
        for index in point.nodes + point.greedy {
            guard let route = tree.nodes[index].routes[verb] else { continue }
            let rank = tree.nodes[index].rank
            if rank < chosen?.rank ?? .max { chosen = (rank, route) }
        }
        return chosen?.route ?? tree.defaultRoute
    }

    /// The segments that can make a difference next, in a settled order, and last of all "any other".
    private func segments(
        at point: Point, _ including: PathPattern, _ excluding: [PathPattern]
    ) -> [ExactString?] {
        var literals: Set<ExactString> = []
        if including.hasStar(at: point.included) {
            for node in point.nodes { literals.formUnion(tree.nodes[node].literals.keys) }
            for (pattern, state) in zip(excluding, point.excluded) { literals.formUnion(pattern.literals(at: state)) }
        }
        literals.formUnion(including.literals(at: point.included))
        let sorted: [ExactString?] = literals.sorted().map { .some($0) }
        return sorted + [.none]
    }

    private func advance(
        _ point: Point, over segment: ExactString?, _ including: PathPattern, _ excluding: [PathPattern]
    ) -> Point {
        var following = Point(
            included: including.advance(point.included, over: segment),
            excluded: zip(excluding, point.excluded).map { $0.advance($1, over: segment) },
            nodes: [], greedy: point.greedy)
        for index in point.nodes {
            let node = tree.nodes[index]
            if let segment, let child = node.literals[segment] { following.nodes.append(child) }
            if let child = node.parameter { following.nodes.append(child) }
            if let greedy = node.greedy { following.greedy.append(greedy) }
        }
        return following
    }

    private func witness(of step: Int, in steps: [Step]) -> Witness {
        var segments: Witness = []
        var step = step
        while step > 0 {
            segments.append(steps[step].segment ?? other)
            step = steps[step].previous
        }
        return segments.reversed()
    }
}

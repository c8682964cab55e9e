import Authorization
import StrictJSON

/// Which routes the paths of a pattern resolve to, found by walking the patterns and the tree of routes together.
///
/// The walk is exact: a segment is either one of the literals that some pattern or route names at that point, or it
/// is like every other. Paths with empty segments are left out; see ``PathPattern/denied(_:)``.
struct Reachability {
    let tree: RouteTree
    let verb: Verb
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

    /// Every route that a path of the pattern resolves to, with such a path. `nil`: too hard.
    func routes(reachedBy pattern: PathPattern) -> [Int: Witness]? {
        var routes: [Int: Witness] = [:]
        let answer = walk(including: [pattern], excluding: []) { route, witness in
            if routes[route] == nil { routes[route] = witness() }
            return false
        }
        if case .tooHard = answer { return nil }
        return routes
    }

    /// A path that the first pattern takes and none of the others, and that resolves to the route.
    func path(to route: Int, including pattern: PathPattern, excluding others: [PathPattern]) -> Answer<Witness> {
        walk(including: [pattern], excluding: others) { found, _ in found == route }
    }

    private struct Point: Hashable {
        var included: [UInt64]
        var excluded: [UInt64]
        /// The nodes of the tree at which the path so far ends.
        var nodes: [Int]
        /// The first by order of choice among the greedy nodes that have taken a part of the path.
        var greedy: Int?
    }

    private struct Step {
        let point: Point
        let previous: Int
        let segment: ExactString?
    }

    private func walk(
        including: [PathPattern], excluding: [PathPattern], until isEnough: (Int, () -> Witness) -> Bool
    ) -> Answer<Witness> {
        let first = Point(
            included: including.map { _ in PathPattern.start }, excluded: excluding.map { _ in PathPattern.start },
            nodes: [0], greedy: nil)
        var steps = [Step(point: first, previous: -1, segment: nil)]
        var seen: Set<Point> = [first]
        var next = 0
        while next < steps.count {
            guard steps.count <= Self.effortLimit else { return .tooHard }
            let point = steps[next].point
            if zip(including, point.included).allSatisfy({ $0.accepts($1) }),
                !zip(excluding, point.excluded).contains(where: { $0.accepts($1) }),
                let route = route(at: point), isEnough(route, { witness(of: next, in: steps) })
            {
                return .found(witness(of: next, in: steps))
            }
            for segment in segments(at: point, including, excluding) {
                let following = advance(point, over: segment, including, excluding)
                guard !following.included.contains(0), seen.insert(following).inserted else { continue }
                steps.append(Step(point: following, previous: next, segment: segment))
            }
            next += 1
        }
        return .notFound
    }

    private func route(at point: Point) -> Int? {
        let candidates = point.nodes.filter { tree.nodes[$0].routes[verb] != nil } + [point.greedy].compactMap { $0 }
        let chosen = candidates.min { tree.nodes[$0].rank < tree.nodes[$1].rank }
        return chosen.flatMap { tree.nodes[$0].routes[verb] } ?? tree.defaultRoute
    }

    /// The segments that can make a difference next, in a settled order, and last of all "any other".
    private func segments(
        at point: Point, _ including: [PathPattern], _ excluding: [PathPattern]
    ) -> [ExactString?] {
        var literals: Set<ExactString> = []
        for node in point.nodes { literals.formUnion(tree.nodes[node].literals.keys) }
        for (pattern, state) in zip(including, point.included) { literals.formUnion(pattern.literals(at: state)) }
        for (pattern, state) in zip(excluding, point.excluded) { literals.formUnion(pattern.literals(at: state)) }
        let sorted: [ExactString?] = literals.sorted().map { .some($0) }
        return sorted + [.none]
    }

    private func advance(
        _ point: Point, over segment: ExactString?, _ including: [PathPattern], _ excluding: [PathPattern]
    ) -> Point {
        var following = Point(
            included: zip(including, point.included).map { $0.advance($1, over: segment) },
            excluded: zip(excluding, point.excluded).map { $0.advance($1, over: segment) },
            nodes: [], greedy: point.greedy)
        for index in point.nodes {
            let node = tree.nodes[index]
            if let segment, let child = node.literals[segment] { following.nodes.append(child) }
            if let child = node.parameter { following.nodes.append(child) }
            guard let greedy = node.greedy, tree.nodes[greedy].routes[verb] != nil else { continue }
            guard let known = following.greedy, tree.nodes[known].rank < tree.nodes[greedy].rank else {
                following.greedy = greedy
                continue
            }
        }
        following.nodes.sort()
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

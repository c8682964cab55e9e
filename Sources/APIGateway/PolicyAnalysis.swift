import Authorization
import StrictJSON

/// What is worked out once, when the table is loaded, so that a policy is only collected when it is asked for.
///
/// For each route: the patterns that allow it; and for every other route that those patterns reach and that one
/// caller may be refused while it is permitted this one, the patterns to deny. Where no pattern denies exactly that,
/// the table is refused; docs/decisions/0005 proves that then no policy says it.
struct PolicyAnalysis {
    /// A pattern by its place in ``patterns``, for some verbs.
    struct Use: Hashable {
        let pattern: Int
        let verbs: VerbSet
    }

    struct Denial {
        let use: Use
        /// The route that this keeps closed; `nil` for paths that no route of the table takes.
        let refused: Int?
        /// The routes that paths of the pattern resolve to.
        let reach: RouteSet
    }

    private(set) var patterns: [PathPattern] = []
    private(set) var allowed: [[Use]]
    private(set) var denied: [[Denial]]
    /// For each pattern with a star for its verb, the routes that it reaches, once that was asked for.
    private(set) var starReach: [RouteSet?] = []

    let table: RouteTable
    let callers: KnownCallers?
    let verbsOfClass: [VerbSet]
    /// Segments of the longest template.
    let depth: Int
    private var reachability: Reachability
    private var indices: [PathPattern: Int] = [:]
    private var reached: [PathPattern: [Set<Int>]] = [:]
    private var implications: [[Int]: Bool] = [:]

    /// - Throws: ``PolicyCompilerError``.
    init(_ table: RouteTable, callers: KnownCallers?) throws(PolicyCompilerError) {
        self.table = table
        self.callers = callers
        allowed = Array(repeating: [], count: table.routes.count)
        denied = Array(repeating: [], count: table.routes.count)
        verbsOfClass = Self.verbClasses(of: table.tree)
        reachability = Reachability(tree: table.tree, verbs: verbsOfClass.compactMap { $0.verbs.first })
        depth = table.routes.map { $0.key.template?.segments.count ?? 0 }.max() ?? 0
        for index in verbsOfClass.indices {
            for route in table.routes.indices {
                for pattern in basePatterns(of: route, in: index) { try analyse(route, pattern, in: index) }
            }
        }
        try findStarReach(of: denied.flatMap { $0.map { $0.use } })
    }

    /// Verbs between which no template makes a difference are looked at together.
    private static func verbClasses(of tree: RouteTree) -> [VerbSet] {
        var classes: [(routes: [Int?], verbs: VerbSet)] = []
        for verb in Verb.allCases {
            let routes = tree.nodes.map { $0.routes[verb] }
            if let known = classes.firstIndex(where: { $0.routes == routes }) {
                classes[known].verbs.insert(VerbSet(verb))
            } else {
                classes.append((routes, VerbSet(verb)))
            }
        }
        return classes.map { $0.verbs }
    }

    /// The widest that the route's paths can be, before another route takes any; none where it has no path for these
    /// verbs.
    private func basePatterns(of route: Int, in index: Int) -> [PathPattern] {
        guard let verb = verbsOfClass[index].verbs.first else { return [] }
        switch table.routes[route].key {
        case .connect: return []
        case .default:
            return [PathPattern([.star])] + (table.tree.nodes[0].routes[verb] == nil ? [PathPattern([])] : [])
        case .verb(let own, let template): return own == verb ? [PathPattern(template)] : []
        case .any(let template):
            return table.route(for: .resource(template.text, httpMethod: ExactString(verb.rawValue))) == route
                ? [PathPattern(template)] : []
        }
    }
}

extension PolicyAnalysis {
    private mutating func analyse(_ route: Int, _ base: PathPattern, in index: Int) throws(PolicyCompilerError) {
        guard base.hasStar else { return allow(route, base, in: index) }
        // Other routes may take every path of a greedy one.
        guard try reach(of: base, in: index).contains(route) else { return }
        let pattern = try tightened(base, for: route, in: index)
        allow(route, pattern, in: index)
        for other in try reach(of: pattern, in: index).sorted()
        where other != route && canPermit(route, nil, andRefuse: other) {
            for denied in try denials(of: other, beside: route, pattern, in: index) {
                let reach = try reach(of: denied, in: index)
                deny(denied, beside: route, refused: other, reaching: reach, in: index)
            }
        }
        for longer in pattern.longer where PolicyCompiler.canDeny(longer) {
            let reach = try reach(of: longer, in: index)
            guard !reach.contains(route) else { continue }
            deny(longer, beside: route, refused: nil, reaching: reach, in: index)
        }
    }

    private mutating func allow(_ route: Int, _ pattern: PathPattern, in index: Int) {
        allowed[route].append(Use(pattern: place(of: pattern), verbs: verbsOfClass[index]))
    }

    private mutating func deny(
        _ pattern: PathPattern, beside route: Int, refused: Int?, reaching reach: Set<Int>, in index: Int
    ) {
        let use = Use(pattern: place(of: pattern), verbs: verbsOfClass[index])
        denied[route].append(Denial(use: use, refused: refused, reach: table.set(of: reach)))
    }

    mutating func place(of pattern: PathPattern) -> Int {
        if let known = indices[pattern] { return known }
        indices[pattern] = patterns.count
        patterns.append(pattern)
        starReach.append(nil)
        return patterns.count - 1
    }

    /// Where the shorter paths of a greedy route all resolve elsewhere, the pattern need not take them.
    private mutating func tightened(
        _ base: PathPattern, for route: Int, in index: Int
    ) throws(PolicyCompilerError) -> PathPattern {
        guard table.isGreedy(route) else { return base }
        guard try reach(of: base, in: index).contains(where: { $0 != route && canPermit(route, nil, andRefuse: $0) })
        else { return base }
        var tight = base
        for count in 1...(depth + 1) {
            let deeper = base.deepened(by: count)
            guard try path(to: route, including: base, excluding: [deeper], in: index) == nil else { break }
            tight = deeper
        }
        return tight
    }

    /// Finds what the patterns reach with a star for their verb, where that would spare a text.
    mutating func findStarReach(of uses: [Use]) throws(PolicyCompilerError) {
        var verbs = Array(repeating: VerbSet(), count: patterns.count)
        for use in uses { verbs[use.pattern].formUnion(use.verbs) }
        // Before the root, a star would take every path that ends with `/`.
        for index in patterns.indices where starReach[index] == nil && !patterns[index].tokens.isEmpty {
            guard verbs[index].patternTexts.count > 1 else { continue }
            starReach[index] = table.set(of: Set(try reach(of: patterns[index].withStarForVerb()).joined()))
        }
    }
}

/// The questions that the analysis asks.
extension PolicyAnalysis {
    /// The routes that paths of the pattern resolve to.
    mutating func reach(of pattern: PathPattern, in index: Int) throws(PolicyCompilerError) -> Set<Int> {
        try reach(of: pattern)[index]
    }

    private mutating func reach(of pattern: PathPattern) throws(PolicyCompilerError) -> [Set<Int>] {
        if let known = reached[pattern] { return known }
        do throws(Reachability.TooHard) {
            let routes = try reachability.routes(reachedBy: pattern, classes: verbsOfClass.count)
            reached[pattern] = routes
            return routes
        } catch {
            throw .tooHard
        }
    }

    mutating func path(
        to route: Int, including pattern: PathPattern, excluding others: [PathPattern], in index: Int
    ) throws(PolicyCompilerError) -> [Int]? {
        do throws(Reachability.TooHard) {
            return try reachability.path(to: route, class: index, including: pattern, excluding: others)
        } catch {
            throw .tooHard
        }
    }

    /// Whether some caller is permitted these and not that one.
    mutating func canPermit(_ first: Int, _ second: Int?, andRefuse refused: Int) -> Bool {
        let permitted = [first, second ?? first].map { table.routes[$0].ruleIndex }
        let refused = table.routes[refused].ruleIndex
        guard !permitted.contains(refused) else { return false }
        let question = permitted + [refused]
        if let known = implications[question] { return known }
        let implication = RuleImplication(permitted: permitted.map { table.rules[$0] }, callers: callers)
        let answer = implication.canRefuse(table.rules[refused])
        implications[question] = answer
        return answer
    }

    /// The narrowest pattern that takes a path, whatever its segments are that no route names.
    func pattern(of path: [Int]) -> PathPattern {
        PathPattern(path.map { $0 == RouteStates.other ? .star : .literal(reachability.states.text(of: $0)) })
    }

    func request(_ path: [Int], in index: Int) -> String {
        let verb = verbsOfClass[index].verbs.first?.rawValue ?? ""
        guard !path.isEmpty else { return "\(verb) /" }
        return path.reduce("\(verb) ") { $0 + "/" + reachability.states.text(of: $1).description }
    }
}

extension RouteTable {
    func isGreedy(_ route: Int) -> Bool { routes[route].key.template?.isGreedy ?? true }

    func set(of indices: Set<Int>) -> RouteSet {
        var set = RouteSet(routeCount: routes.count)
        for route in indices { set.insert(route) }
        return set
    }
}

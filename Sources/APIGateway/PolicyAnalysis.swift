import Authorization
import StrictJSON

/// What is worked out once, when the table is loaded, so that a policy is only collected when it is asked for.
///
/// For each route: the patterns that allow it; and for every other route that those patterns reach and that one
/// caller may be refused while it is permitted this one, the patterns to deny. Where no pattern denies exactly that,
/// the table is refused.
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
    /// For each pattern with a star for its verb, the routes that it reaches, once it is used to deny.
    private(set) var starReach: [RouteSet?] = []

    private let table: RouteTable
    private let reachability: Reachability
    private let verbsOfClass: [VerbSet]
    private let depth: Int
    private var indices: [PathPattern: Int] = [:]
    private var reached: [PathPattern: [Set<Int>]] = [:]
    private var implications: [[Int]: Bool] = [:]

    /// - Throws: ``PolicyCompilerError``.
    init(_ table: RouteTable) throws(PolicyCompilerError) {
        self.table = table
        allowed = Array(repeating: [], count: table.routes.count)
        denied = Array(repeating: [], count: table.routes.count)
        let sets = Self.verbClasses(of: table.tree)
        verbsOfClass = sets
        reachability = Reachability(
            tree: table.tree, verbs: sets.compactMap { $0.verbs.first },
            other: Self.segmentOtherThanLiterals(of: table))
        depth = table.routes.map { $0.key.template?.segments.count ?? 0 }.max() ?? 0
        for index in verbsOfClass.indices {
            for route in table.routes.indices {
                for pattern in basePatterns(of: route, in: index) { try analyse(route, pattern, in: index) }
            }
        }
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

    private static func segmentOtherThanLiterals(of table: RouteTable) -> ExactString {
        var literals: Set<ExactString> = []
        for node in table.tree.nodes { literals.formUnion(node.literals.keys) }
        var other: ExactString = "x"
        while literals.contains(other) { other = ExactString(utf8: (other.utf8 + "x".utf8)[...]) }
        return other
    }

    /// The widest that the route's paths can be, before another route takes any; none where it has no path for these
    /// verbs.
    private func basePatterns(of route: Int, in index: Int) -> [PathPattern] {
        let verb = reachability.verbs[index]
        let root = table.tree.nodes[0].routes[verb]
        switch table.routes[route].key {
        case .connect: return []
        case .default: return [PathPattern([.star])] + (root == nil ? [PathPattern([])] : [])
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
        let pattern = try tightened(base, for: route, in: index)
        allow(route, pattern, in: index)
        for other in try reach(of: pattern, in: index).sorted()
        where other != route && canPermit([route], andRefuse: other) {
            try separate(route, pattern, from: other, in: index)
        }
        for longer in Self.longer(than: pattern) {
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
        var routes = RouteSet(routeCount: table.routes.count)
        for route in reach { routes.insert(route) }
        let use = Use(pattern: place(of: pattern), verbs: verbsOfClass[index])
        if starReach[use.pattern] == nil { starReach[use.pattern] = reachWithStarForVerb(pattern) }
        denied[route].append(Denial(use: use, refused: refused, reach: routes))
    }

    /// Where the shorter paths of a greedy route all resolve elsewhere, the pattern need not take them.
    private mutating func tightened(
        _ base: PathPattern, for route: Int, in index: Int
    ) throws(PolicyCompilerError) -> PathPattern {
        guard isGreedy(route) else { return base }
        guard try reach(of: base, in: index).contains(where: { $0 != route && canPermit([route], andRefuse: $0) })
        else { return base }
        var tight = base
        for count in 1...(depth + 1) {
            let deeper = base.deepened(by: count)
            guard deeper.tokens.count <= RouteTemplate.segmentLimit + 1,
                case .notFound = path(to: route, including: base, excluding: [deeper], in: index)
            else { break }
            tight = deeper
        }
        return tight
    }

    /// Finds patterns that deny what the first route's pattern takes of the other's paths, and no path of a route
    /// that somebody may call who may call the first and not the other.
    private mutating func separate(
        _ route: Int, _ pattern: PathPattern, from other: Int, in index: Int
    ) throws(PolicyCompilerError) {
        var harmless: [PathPattern] = []
        for candidate in candidates(toSeparate: pattern, from: other) {
            let reach = try reach(of: candidate, in: index)
            let isHarmless = reach.allSatisfy { $0 == other || !canPermit([route, $0], andRefuse: other) }
            if isHarmless { harmless.append(candidate) }
        }
        if case .found(let path) = path(to: other, including: pattern, excluding: harmless, in: index) {
            throw .notExact(
                permitted: table.routes[route].key, refused: table.routes[other].key,
                request: Self.request(reachability.verbs[index], path))
        }
        var chosen = harmless.first { covers([$0], pattern, of: other, in: index) }.map { [$0] } ?? harmless
        for candidate in chosen.reversed() where chosen.count > 1 {
            let fewer = chosen.filter { $0 != candidate }
            if covers(fewer, pattern, of: other, in: index) { chosen = fewer }
        }
        guard covers(chosen, pattern, of: other, in: index) else { throw .tooHard }
        for candidate in chosen {
            deny(
                candidate, beside: route, refused: other, reaching: try reach(of: candidate, in: index), in: index)
        }
    }

    private func covers(_ denied: [PathPattern], _ pattern: PathPattern, of other: Int, in index: Int) -> Bool {
        if case .notFound = path(to: other, including: pattern, excluding: denied, in: index) { return true }
        return false
    }

    /// First what is denied beside the pattern anyway, then what serves every route beside the refused one, then what
    /// serves this pair only.
    private func candidates(toSeparate pattern: PathPattern, from other: Int) -> [PathPattern] {
        let base = table.routes[other].key.template.map { PathPattern($0) } ?? PathPattern([.star])
        var candidates = Self.longer(than: pattern) + [base]
        if isGreedy(other) {
            for count in 1...(depth + 1) { candidates.append(base.deepened(by: count)) }
        }
        for candidate in candidates + [pattern] {
            if let aligned = candidate.aligned(with: base) { candidates.append(aligned) }
            if let aligned = candidate.aligned(with: pattern) { candidates.append(aligned) }
        }
        var seen: Set<PathPattern> = []
        return candidates.filter { $0.tokens.count <= RouteTemplate.segmentLimit + 1 && seen.insert($0).inserted }
    }

    /// The paths that a pattern takes beyond those of its own length: one star, wherever it is, has taken more.
    private static func longer(than pattern: PathPattern) -> [PathPattern] {
        pattern.tokens.indices.filter { pattern.tokens[$0] == .star }.map { index in
            var tokens = pattern.tokens
            tokens.insert(.star, at: index)
            return PathPattern(tokens)
        }
    }
}

extension PolicyAnalysis {
    private func isGreedy(_ route: Int) -> Bool {
        guard let template = table.routes[route].key.template else { return true }
        if case .greedy = template.segments.last { return true }
        return false
    }

    private mutating func place(of pattern: PathPattern) -> Int {
        if let known = indices[pattern] { return known }
        indices[pattern] = patterns.count
        patterns.append(pattern)
        starReach.append(nil)
        return patterns.count - 1
    }

    private mutating func reach(
        of pattern: PathPattern, in index: Int
    ) throws(PolicyCompilerError) -> Set<Int> {
        if let known = reached[pattern] { return known[index] }
        guard let routes = reachability.routes(reachedBy: pattern) else { throw .tooHard }
        reached[pattern] = routes
        return routes[index]
    }

    private func path(
        to route: Int, including pattern: PathPattern, excluding others: [PathPattern], in index: Int
    ) -> Reachability.Answer<Reachability.Witness> {
        reachability.path(to: route, verb: reachability.verbs[index], including: pattern, excluding: others)
    }

    /// `nil` where a star cannot stand for the verb: for the root, where it would take every path that ends with `/`.
    private func reachWithStarForVerb(_ pattern: PathPattern) -> RouteSet? {
        guard !pattern.tokens.isEmpty, let reached = reachability.routes(reachedBy: pattern.withStarForVerb()) else {
            return nil
        }
        var reach = RouteSet(routeCount: table.routes.count)
        for route in reached.joined() { reach.insert(route) }
        return reach
    }

    private mutating func canPermit(_ permitted: [Int], andRefuse refused: Int) -> Bool {
        let rules = permitted.map { table.routes[$0].ruleIndex }.sorted()
        let refusedRule = table.routes[refused].ruleIndex
        guard !rules.contains(refusedRule) else { return false }
        if let known = implications[rules + [refusedRule]] { return known }
        let answer = RuleImplication(permitted: rules.map { table.rules[$0] }).canRefuse(table.rules[refusedRule])
        implications[rules + [refusedRule]] = answer
        return answer
    }

    private static func request(_ verb: Verb, _ path: Reachability.Witness) -> String {
        guard !path.isEmpty else { return "\(verb.rawValue) /" }
        return path.reduce("\(verb.rawValue) ") { $0 + "/" + $1.description }
    }
}

package import Authorization
package import StrictJSON

/// What a caller may do, as the parts of a policy that do not depend on the API: each text stands behind
/// `arn:…:api/stage/`.
package struct CompiledPolicy: Equatable, Sendable {
    package var allow: [ExactString] = []
    package var deny: [ExactString] = []
    package var allowsConnect = false
}

/// Says a route table in IAM's words, for one caller at a time (API Gateway evaluates the cached answer again for
/// every later request with the same token).
///
/// The policy is exact: for every method and path that API Gateway resolves to a route of the table, as
/// ``RouteTree`` says, it allows the request if, and only if, the caller meets the route's rule. A table of which that
/// cannot be so is refused when it is loaded. Paths that no route of the table takes are denied where a pattern can
/// say so and there is room, paths with empty segments wherever two readings of them could differ.
///
/// What a policy cannot see: whether a `/` in the ARN was sent as `%2F`. If API Gateway resolves `/a/b%2Fc` as two
/// segments and then evaluates the ARN of three, no policy says otherwise.
package struct PolicyCompiler: Sendable {
    /// The longest resource API Gateway takes (developer guide, *Output from a Lambda authorizer*).
    package static let resourceLimitInBytes = 512
    /// What stands before a resource's own text: an ARN of 52 to 64 characters and a stage of up to 20.
    package static let assumedPrefixLengthInBytes = 84
    /// Kept free in an answer for its principal, context, usage key and frame.
    package static let reserveInBytes = 1_024

    /// Whether policies also deny the paths that wildcards reach and no route of the table takes. Left out where a
    /// policy would be too long with it: the API must then have no route that the table does not have.
    package private(set) var deniesPathsOfNoRoute = true

    private let table: RouteTable
    private let patterns: [PathPattern]
    private let allowed: [[PolicyAnalysis.Use]]
    private let denied: [[PolicyAnalysis.Denial]]
    private let starReach: [RouteSet?]

    /// - Throws: ``PolicyCompilerError`` for a table that one policy a token cannot say.
    package init(_ table: RouteTable) throws(PolicyCompilerError) {
        try Self.checkLeastLength(of: table)
        let analysis = try PolicyAnalysis(table)
        self.table = table
        patterns = analysis.patterns
        allowed = analysis.allowed
        denied = analysis.denied
        starReach = analysis.starReach
        try checkResourceLengths()
        deniesPathsOfNoRoute = longestPolicyInBytes() <= Self.limitInBytes
        let length = longestPolicyInBytes()
        guard length <= Self.limitInBytes else {
            throw .policyTooLong(lengthInBytes: length, limitInBytes: Self.limitInBytes)
        }
    }

    /// - Complexity: O(n) in the permitted routes and the patterns beside them.
    package func policy(for permitted: RouteSet) -> CompiledPolicy {
        var policy = CompiledPolicy()
        var allowedVerbs = Array(repeating: VerbSet(), count: patterns.count)
        var deniedVerbs = allowedVerbs
        for route in permitted.routes {
            for use in allowed[route] { allowedVerbs[use.pattern].formUnion(use.verbs) }
            for denial in denied[route] where isNeeded(denial, for: permitted) {
                deniedVerbs[denial.use.pattern].formUnion(denial.use.verbs)
            }
        }
        for (pattern, verbs) in zip(patterns, allowedVerbs) {
            policy.allow += verbs.patternTexts.map { pattern.allowed($0) }
        }
        for index in patterns.indices where !deniedVerbs[index].isEmpty {
            let verbs = isStarHarmless(index, for: permitted) ? ["*"] : deniedVerbs[index].patternTexts
            policy.deny += verbs.flatMap { patterns[index].denied($0) }
        }
        if needsEmptySegmentsDenied(policy, permitted) { policy.deny.append("*//*") }
        for route in permitted.routes {
            if table.routes[route].key == .connect { policy.allowsConnect = true }
            if table.routes[route].key == .default { policy.allow.append("$default") }
        }
        return policy
    }

    private func isNeeded(_ denial: PolicyAnalysis.Denial, for permitted: RouteSet) -> Bool {
        guard let refused = denial.refused else {
            return deniesPathsOfNoRoute && denial.reach.isDisjoint(with: permitted)
        }
        return !permitted.contains(refused)
    }

    private func isStarHarmless(_ pattern: Int, for permitted: RouteSet) -> Bool {
        starReach[pattern].map { $0.isDisjoint(with: permitted) } ?? false
    }

    /// `/a//b` may be read as `/a/b`. That only matters where a wildcard takes it (a star, or `????` for `PUT/`) and
    /// some route is refused.
    private func needsEmptySegmentsDenied(_ policy: CompiledPolicy, _ permitted: RouteSet) -> Bool {
        policy.allow.contains { $0.utf8.contains(UInt8(ascii: "?")) }
            && table.routes.indices.contains { !permitted.contains($0) && $0 != table.connectRoute }
    }
}

extension PolicyCompiler {
    /// The patterns of one route, whatever else they reach: for an answer that is used for one request only.
    package static func patterns(of route: RouteKey, verb: Verb) -> [ExactString] {
        switch route {
        case .connect: []
        case .default: [PathPattern([.star]).allowed(verb.rawValue), PathPattern([]).allowed(verb.rawValue)]
        case .verb(_, let template), .any(let template): [PathPattern(template).allowed(verb.rawValue)]
        }
    }

    /// Room for resources in an answer.
    private static let limitInBytes = AuthorizerResponse.limitInBytes - reserveInBytes
    /// What each resource takes beside its own text: the prefix, quotation marks and a comma.
    private static let overheadInBytes = assumedPrefixLengthInBytes + 3

    /// Each path takes one resource at the least. A table too long by that is refused before it is analysed.
    private static func checkLeastLength(of table: RouteTable) throws(PolicyCompilerError) {
        let templates = Set(table.routes.compactMap { $0.key.template?.text })
        let length = templates.count * overheadInBytes
        guard length <= limitInBytes else { throw .policyTooLong(lengthInBytes: length, limitInBytes: limitInBytes) }
    }

    private func checkResourceLengths() throws(PolicyCompilerError) {
        for (route, uses) in zip(table.routes, allowed) {
            let length = uses.map { patterns[$0.pattern].allowed("OPTIONS").utf8.count }.max() ?? 0
            guard length + Self.assumedPrefixLengthInBytes <= Self.resourceLimitInBytes else {
                throw .resourceTooLong(route.key, limitInBytes: Self.resourceLimitInBytes)
            }
        }
    }

    private func longestPolicyInBytes() -> Int { largestSets().map { lengthInBytes(of: $0) }.max() ?? 0 }

    /// How long the resources of a policy are in an answer.
    private func lengthInBytes(of permitted: RouteSet) -> Int {
        let policy = policy(for: permitted)
        return (policy.allow + policy.deny).reduce(0) { $0 + $1.utf8.count + Self.overheadInBytes }
    }

    /// Every route; every route but those of one rule; and what a caller has who meets few rules, since each refused
    /// route may need patterns to deny: the rule with the longest policy and every other that makes it longer.
    private func largestSets() -> [RouteSet] {
        let most = [routes { _ in true }] + table.rules.indices.map { excluded in routes { $0 != excluded } }
        let least = table.rules.map { met in
            let implied = table.rules.map { !RuleImplication(permitted: [met]).canRefuse($0) }
            return routes { implied[$0] }
        }
        let ordered = least.map { (set: $0, length: lengthInBytes(of: $0)) }.sorted { $0.length > $1.length }
        var few = (set: RouteSet(routeCount: table.routes.count), length: 0)
        for candidate in ordered {
            var union = few.set
            union.formUnion(candidate.set)
            let length = lengthInBytes(of: union)
            if length > few.length { few = (union, length) }
        }
        return most + [few.set]
    }

    private func routes(whoseRule isIncluded: (Int) -> Bool) -> RouteSet {
        var set = RouteSet(routeCount: table.routes.count)
        for (index, route) in table.routes.enumerated() where isIncluded(route.ruleIndex) { set.insert(index) }
        return set
    }
}

/// The policies of the callers seen so far. Callers with the same routes share one.
package struct PolicyMemory: Sendable {
    /// Most sets of routes kept; beyond it all are forgotten, which costs one compilation each.
    package static let limit = 256

    private var policies: [RouteSet: CompiledPolicy] = [:]

    package init() {}

    package mutating func policy(for permitted: RouteSet, from compiler: PolicyCompiler) -> CompiledPolicy {
        if let known = policies[permitted] { return known }
        if policies.count >= Self.limit { policies.removeAll(keepingCapacity: true) }
        let policy = compiler.policy(for: permitted)
        policies[permitted] = policy
        return policy
    }
}

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
    /// Whether policies also deny the paths that wildcards reach and no route of the table takes. Left out where a
    /// policy would be too long with it: the API must then have no route that the table does not have.
    package private(set) var deniesPathsOfNoRoute = true
    /// Whether a policy that would be too long names a whole part of the API at once where the caller may call every
    /// route of it.
    private(set) var joinsPatterns = false

    let table: RouteTable
    let callers: KnownCallers?
    let patterns: [PathPattern]
    let allowed: [[PolicyAnalysis.Use]]
    let denied: [[PolicyAnalysis.Denial]]
    private let starReach: [RouteSet?]
    private let joints: [PolicyAnalysis.Joint]

    /// - Parameters:
    ///   - table: In the order of one kind of API.
    ///   - callers: Who may call at all. Without it, rules of any issuer and client may meet in one caller.
    /// - Throws: ``PolicyCompilerError`` for a table that one policy a token cannot say.
    package init(_ table: RouteTable, callers: KnownCallers? = nil) throws(PolicyCompilerError) {
        self = try Self.compiling(table, callers)
    }

    private init(_ analysis: PolicyAnalysis, deniesPathsOfNoRoute: Bool, joints: [PolicyAnalysis.Joint]?) {
        table = analysis.table
        callers = analysis.callers
        patterns = analysis.patterns
        allowed = analysis.allowed
        denied = analysis.denied
        starReach = analysis.starReach
        self.joints = joints ?? []
        self.deniesPathsOfNoRoute = deniesPathsOfNoRoute
        joinsPatterns = joints != nil
    }

    /// What costs room goes first that costs no exactness: denials of what no route takes, then one pattern a route.
    private static func compiling(
        _ table: RouteTable, _ callers: KnownCallers?
    ) throws(PolicyCompilerError) -> Self {
        var analysis = try PolicyAnalysis(table, callers: callers)
        let whole = Self(analysis, deniesPathsOfNoRoute: true, joints: nil)
        try whole.checkResourceLengths()
        if case .fits = whole.fit() { return whole }
        let shorter = Self(analysis, deniesPathsOfNoRoute: false, joints: nil)
        if case .fits = shorter.fit() { return shorter }
        let joints = try analysis.joints()
        let shortest = Self(analysis, deniesPathsOfNoRoute: false, joints: joints)
        switch shortest.fit() {
        case .fits: return shortest
        case .tooHard: throw .tooManyCallers
        case .tooLong(let permitted):
            throw .policyTooLong(
                lengthInBytes: shortest.lengthInBytes(of: shortest.policy(for: permitted)),
                limitInBytes: limitInBytes, routes: permitted.routes.count)
        }
    }

    /// The order of choice that the policies are for.
    package var order: RouteTree.Order { table.tree.order }

    /// - Complexity: O(n) in the permitted routes and the patterns beside them.
    package func policy(for permitted: RouteSet) -> CompiledPolicy {
        let policy = policy(for: permitted, joining: [])
        guard joinsPatterns, lengthInBytes(of: policy) > Self.limitInBytes else { return policy }
        return self.policy(for: permitted, joining: chosenJoints(for: permitted))
    }

    private func policy(for permitted: RouteSet, joining joints: [PolicyAnalysis.Joint]) -> CompiledPolicy {
        var policy = CompiledPolicy()
        var allowedVerbs = Array(repeating: VerbSet(), count: patterns.count)
        var deniedVerbs = allowedVerbs
        for joint in joints { allowedVerbs[joint.use.pattern].formUnion(joint.use.verbs) }
        for route in permitted.routes {
            let joined = verbs(joinedBy: joints, of: route)
            for use in allowed[route] where !joined.isSuperset(of: use.verbs) {
                allowedVerbs[use.pattern].formUnion(use.verbs)
            }
            for denial in denied[route]
            where !joined.isSuperset(of: denial.use.verbs) && isNeeded(denial, for: permitted) {
                deniedVerbs[denial.use.pattern].formUnion(denial.use.verbs)
            }
        }
        for index in patterns.indices where !allowedVerbs[index].isEmpty {
            let isForAll = joinsPatterns && allowedVerbs[index] == .all && isStarPermitted(index, for: permitted)
            policy.allow += (isForAll ? ["*"] : allowedVerbs[index].patternTexts).map { patterns[index].allowed($0) }
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

    private func isStarPermitted(_ pattern: Int, for permitted: RouteSet) -> Bool {
        starReach[pattern].map { $0.isSubset(of: permitted) } ?? false
    }

    /// `/a//b` may be read as `/a/b`. That only matters where a wildcard takes it (a star, or `????` for `PUT/`) and
    /// some route is refused.
    private func needsEmptySegmentsDenied(_ policy: CompiledPolicy, _ permitted: RouteSet) -> Bool {
        policy.allow.contains { $0.utf8.contains(UInt8(ascii: "?")) || $0.utf8.contains(UInt8(ascii: "*")) }
            && table.routes.indices.contains { !permitted.contains($0) && $0 != table.connectRoute }
    }

    /// The patterns of one route, whatever else they reach: for an answer that is used for one request only.
    package static func patterns(of route: RouteKey, verb: Verb) -> [ExactString] {
        switch route {
        case .connect: []
        case .default: [PathPattern([.star]).allowed(verb.rawValue), PathPattern([]).allowed(verb.rawValue)]
        case .verb(_, let template), .any(let template): [PathPattern(template).allowed(verb.rawValue)]
        }
    }
}

/// Patterns for parts of the API.
extension PolicyCompiler {
    /// The widest patterns that reach nothing but what the caller may call, and stand for two or more others.
    private func chosenJoints(for permitted: RouteSet) -> [PolicyAnalysis.Joint] {
        var chosen: [PolicyAnalysis.Joint] = []
        for joint in joints where joint.reach.isSubset(of: permitted) && joint.routes.routes.count > 1 {
            let isWithin = chosen.contains {
                $0.use.verbs == joint.use.verbs && joint.routes.isSubset(of: $0.routes)
            }
            if !isWithin { chosen.append(joint) }
        }
        return chosen
    }

    /// The verbs for which the route's own patterns are not needed.
    private func verbs(joinedBy joints: [PolicyAnalysis.Joint], of route: Int) -> VerbSet {
        joints.reduce(VerbSet()) { $1.routes.contains(route) ? $0.union($1.use.verbs) : $0 }
    }
}

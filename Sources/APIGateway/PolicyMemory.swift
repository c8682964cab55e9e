package import Authorization

/// The policies of the callers seen so far. Callers with the same routes share one.
package struct PolicyMemory: Sendable {
    /// Most sets of routes kept, each of no more than an answer's 8 KB; beyond it all are forgotten, which costs one
    /// compilation each.
    package static let limit = 256

    private var policies: [RouteSet: CompiledPolicy] = [:]

    package init() {}

    /// How many are kept.
    package var count: Int { policies.count }

    package mutating func policy(for permitted: RouteSet, from compiler: PolicyCompiler) -> CompiledPolicy {
        if let known = policies[permitted] { return known }
        if policies.count >= Self.limit { policies.removeAll(keepingCapacity: true) }
        let policy = compiler.policy(for: permitted)
        policies[permitted] = policy
        return policy
    }
}

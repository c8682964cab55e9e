package import Authorization

/// The policies of the callers seen so far. Callers with the same routes share one.
package struct PolicyMemory: Sendable {
    /// Most sets of routes kept, each of no more than an answer's 8 KB; beyond it all are forgotten, which costs one
    /// compilation each.
    package static let limit = 256

    private struct Key: Hashable {
        let permitted: RouteSet
        let order: RouteTree.Order
    }

    private var policies: [Key: CompiledPolicy] = [:]

    package init() {}

    /// How many are kept.
    package var count: Int { policies.count }

    package mutating func policy(for permitted: RouteSet, from compiler: PolicyCompiler) -> CompiledPolicy {
        let key = Key(permitted: permitted, order: compiler.order)
        if let known = policies[key] { return known }
        if policies.count >= Self.limit { policies.removeAll(keepingCapacity: true) }
        let policy = compiler.policy(for: permitted)
        policies[key] = policy
        return policy
    }
}

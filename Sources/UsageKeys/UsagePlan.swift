/// A usage plan of API Gateway (API_UsagePlan).
package struct UsagePlan: Equatable, Sendable {
    package let id: String
    package let name: String
    /// The stages that it meters, each as `<api id>:<stage>`.
    package let stages: Set<String>

    package init(id: String, name: String, stages: Set<String>) {
        self.id = id
        self.name = name
        self.stages = stages
    }
}

/// Plans in which a key cannot be, or should not be, while it is in another.
package struct PlanRivals: Sendable {
    private let rivals: [String: Set<String>]

    /// - Parameters:
    ///   - named: The ids of the plans that rules name. A key that belongs in one of them is not left in another.
    ///   - plans: Every plan of the account and region. A key can be in one plan of a stage only (API Gateway developer
    ///     guide, *Usage plans and API keys*), so it leaves those that share one with its own.
    package init(named: [String], among plans: [UsagePlan]) {
        var rivals: [String: Set<String>] = [:]
        for plan in plans where named.contains(plan.id) {
            let sharing = plans.filter { !$0.stages.isDisjoint(with: plan.stages) }.map(\.id)
            rivals[plan.id] = Set(named + sharing).subtracting([plan.id])
        }
        self.rivals = rivals
    }

    package func plans(against plan: String) -> Set<String> { rivals[plan, default: []] }

    /// Every plan whose keys have to be known.
    package var all: Set<String> { rivals.values.reduce(into: Set(rivals.keys)) { $0.formUnion($1) } }
}

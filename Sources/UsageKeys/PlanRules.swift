package import StrictJSON

/// Which usage plan a client's key belongs in: the first rule that fits says it.
package struct PlanRules: Sendable {
    package enum Target: Hashable, Sendable {
        /// A usage plan, by its id or its name.
        case plan(String)
        /// No plan, and so no key.
        case noPlan
    }

    package struct Rule: Sendable {
        package let pattern: NamePattern
        package let target: Target

        package init(pattern: NamePattern, target: Target) {
            self.pattern = pattern
            self.target = target
        }
    }

    package let rules: [Rule]
    /// For whoever fits no rule; `nil` for nothing.
    package let otherwise: Target?

    package init(rules: [Rule], otherwise: Target?) {
        self.rules = rules
        self.otherwise = otherwise
    }

    /// - Parameters:
    ///   - name: The client's name.
    ///   - id: The client's id, which a rule may name instead.
    /// - Returns: `nil` where no rule fits.
    package func target(name: String, id: ExactString) -> Target? {
        rules.first { $0.pattern.matches(name) || $0.pattern.text == id }?.target ?? otherwise
    }

    /// Every plan that a rule names, in the order of the rules.
    package var plans: [String] {
        var plans: [String] = []
        for target in rules.map(\.target) + [otherwise].compactMap(\.self) {
            if case .plan(let name) = target, !plans.contains(name) { plans.append(name) }
        }
        return plans
    }

    /// The same rules with each plan's name or id replaced.
    package func mapPlans<Failure: Error>(_ transform: (String) throws(Failure) -> String) throws(Failure) -> PlanRules
    {
        var mapped: [Rule] = []
        for rule in rules {
            mapped.append(Rule(pattern: rule.pattern, target: try Self.map(rule.target, transform)))
        }
        return PlanRules(
            rules: mapped,
            otherwise: try otherwise.map { target throws(Failure) in
                try Self.map(target, transform)
            })
    }

    private static func map<Failure: Error>(
        _ target: Target, _ transform: (String) throws(Failure) -> String
    ) throws(Failure) -> Target {
        switch target {
        case .plan(let name): .plan(try transform(name))
        case .noPlan: .noPlan
        }
    }
}

/// A name in which `*` stands for any run of characters and `?` for any one; letters are compared with their case.
package struct NamePattern: Hashable, Sendable {
    package let text: ExactString

    package init(_ text: String) { self.text = ExactString(text) }

    /// - Complexity: O(n·m) at the worst: after a mismatch only the last `*` is tried again, one character later.
    package func matches(_ name: String) -> Bool {
        let pattern = Array(text.description.unicodeScalars)
        let name = Array(name.unicodeScalars)
        var (position, index) = (0, 0)
        var resume: (position: Int, index: Int)?
        while index < name.count {
            if position < pattern.count, pattern[position] == "*" {
                resume = (position + 1, index)
                position += 1
            } else if position < pattern.count, pattern[position] == "?" || pattern[position] == name[index] {
                position += 1
                index += 1
            } else if let last = resume {
                resume = (last.position, last.index + 1)
                (position, index) = (last.position, last.index + 1)
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == "*" }
    }
}

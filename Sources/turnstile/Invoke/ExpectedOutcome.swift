import StrictJSON

/// What must come of a sample event: the contents of its `.expected.json`.
struct ExpectedOutcome {
    private let members: JSONValue
    private let event: JSONValue

    /// What the answer is compared with; exactly one of these is there.
    private static let answerMembers = ["policy", "answer", "error"]
    private static let recordMembers = ["decision", "reason", "issuer", "client", "route"]
    private static let policyMembers = ["principalId", "context", "requests"]

    /// - Throws: ``Problem`` where the expectation is not one: a misspelt member must not be an expectation that is
    ///   always met.
    init(parsing bytes: [UInt8], path: String, event: JSONValue) throws(Problem) {
        members = try JSONFile.parse(bytes, path: path, remedy: "mend it, or leave it out with --no-expected").root
        self.event = event
        try Self.checkNames(members, "", Self.recordMembers + ["usageIdentifierKey"] + Self.answerMembers, path)
        guard Self.answerMembers.count(where: { members[$0] != nil }) == 1 else {
            throw Problem("\(path) must have exactly one of policy, answer and error")
        }
        guard members["decision"]?.kind == .string, members["reason"] != nil else {
            throw Problem("\(path) must have a decision and a reason, which may be null")
        }
        if let policy = members["policy"] {
            try Self.checkNames(policy, "policy.", Self.policyMembers, path)
            guard policy["principalId"] != nil, policy["context"] != nil, policy["requests"]?.kind == .object else {
                throw Problem("\(path): policy must have principalId, context and requests")
            }
        }
    }

    private static func checkNames(_ value: JSONValue, _ prefix: String, _ allowed: [String], _ path: String)
        throws(Problem)
    {
        guard let all = value.members else { throw Problem("\(path): \(prefix.dropLast()) must be an object") }
        for member in all where !allowed.contains(member.name) {
            throw Problem(
                "\(path) has the member \(prefix)\(member.name)", remedy: "known are \(allowed.joined(separator: ", "))"
            )
        }
    }

    /// What differs, a line each; empty where all is as expected.
    func differences(from outcome: Outcome) -> [String] {
        let record = outcome.record?.members
        var differences = Self.recordMembers.compactMap { name in
            members[name].flatMap { JSONDifference.between(expected: $0, found: record?[name], name) }
        }
        if let key = members["usageIdentifierKey"] {
            let found = outcome.answer.response?["usageIdentifierKey"]
            differences += [JSONDifference.between(expected: key, found: found, "usageIdentifierKey")].compactMap(
                \.self)
        }
        return differences + answerDifferences(outcome.answer)
    }

    private func answerDifferences(_ answer: Outcome.Answer) -> [String] {
        if let expected = members["error"] {
            guard case .error(let error) = answer else { return ["expected an error, found an answer"] }
            return (expected.members.map { Array($0) } ?? []).compactMap { member in
                JSONDifference.between(expected: member.value, found: error.root[member.name], "error.\(member.name)")
            }
        }
        guard let response = answer.response else {
            return ["expected an answer, found the error \(answer.body["errorType"]?.string ?? "without a type")"]
        }
        if let expected = members["answer"] {
            return [JSONDifference.between(expected: expected, found: response, "answer")].compactMap(\.self)
        }
        return members["policy"].map { policyDifferences($0, response) } ?? []
    }

    private func policyDifferences(_ expected: JSONValue, _ response: JSONValue) -> [String] {
        var differences = ["principalId", "context"].compactMap { name in
            expected[name].flatMap { JSONDifference.between(expected: $0, found: response[name], name) }
        }
        guard let resource = ExecuteAPIResource(event: event) else {
            return differences + ["the event has no methodArn or routeArn to put requests to"]
        }
        do {
            let policy = try PolicyEvaluation(response["policyDocument"])
            for request in expected["requests"]?.members.map({ Array($0) }) ?? [] {
                differences += Self.requestDifferences(request, policy, resource)
            }
        } catch {
            differences.append(error.description)
        }
        return differences
    }

    private static func requestDifferences(
        _ request: JSONMember, _ policy: PolicyEvaluation, _ resource: ExecuteAPIResource
    ) -> [String] {
        let isAllowed = policy.allows(resource.arn(of: request.name))
        var differences: [String] = []
        if request.value.bool != isAllowed {
            differences.append("\(request.name): the policy \(isAllowed ? "allows" : "refuses") it")
        }
        for elsewhere in resource.arnsElsewhere(of: request.name) where policy.allows(elsewhere) {
            differences.append("\(request.name): the policy reaches as far as \(elsewhere)")
        }
        return differences
    }
}

extension Outcome.Answer {
    fileprivate var response: JSONValue? {
        guard case .response(let document) = self else { return nil }
        return document.root
    }
}

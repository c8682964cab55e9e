import StrictJSON

/// What API Gateway makes of an authorizer's policy: the rules of IAM for one action, `execute-api:Invoke`
/// (IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements").
struct PolicyEvaluation {
    enum Effect: String { case allow = "Allow", deny = "Deny" }

    private struct Statement {
        let effect: Effect
        let actions: [[UInt8]]
        let resources: [[UInt8]]
    }

    private let statements: [Statement]

    static let action = "execute-api:Invoke"

    /// - Parameter document: The value of `policyDocument`.
    /// - Throws: ``PolicyProblem`` where the document is not one whose every element is understood: a condition that
    ///   was overlooked would make the verdict a guess.
    init(_ document: JSONValue?) throws(PolicyProblem) {
        guard let document, document.kind == .object else { throw PolicyProblem("policyDocument is not an object") }
        guard document["Version"]?.isString("2012-10-17") == true else {
            throw PolicyProblem("policyDocument.Version is not \"2012-10-17\"")
        }
        var statements: [Statement] = []
        for element in Self.oneOrMore(document["Statement"]) { statements.append(try Self.statement(element)) }
        guard !statements.isEmpty else { throw PolicyProblem("policyDocument has no statement") }
        self.statements = statements
    }

    /// An explicit Deny wins; without a matching Allow the answer is no.
    func allows(_ arn: String) -> Bool {
        let resource = Array(arn.utf8)
        let matching = statements.filter { statement in
            statement.actions.contains { WildcardPattern.matches($0, Array(Self.action.lowercased().utf8)) }
                && statement.resources.contains { WildcardPattern.matches($0, resource) }
        }
        return !matching.isEmpty && !matching.contains { $0.effect == .deny }
    }

    private static func statement(_ value: JSONValue) throws(PolicyProblem) -> Statement {
        guard let members = value.members else { throw PolicyProblem("a statement is not an object") }
        for member in members where !["Sid", "Effect", "Action", "Resource"].contains(member.name) {
            throw PolicyProblem("a statement has the element \(member.name), which an authorizer does not write")
        }
        guard let effect = value["Effect"]?.string.flatMap(Effect.init) else {
            throw PolicyProblem("a statement's Effect is neither Allow nor Deny")
        }
        let actions = oneOrMore(value["Action"]).compactMap { $0.string.map { Array($0.lowercased().utf8) } }
        let resources = oneOrMore(value["Resource"]).compactMap { $0.utf8.map(Array.init) }
        guard !actions.isEmpty, !resources.isEmpty else {
            throw PolicyProblem("a statement has no Action or no Resource")
        }
        return Statement(effect: effect, actions: actions, resources: resources)
    }

    /// IAM takes a single value for a list of one.
    private static func oneOrMore(_ value: JSONValue?) -> [JSONValue] {
        guard let value else { return [] }
        return value.elements.map { Array($0) } ?? [value]
    }
}

/// Why a policy is not one that could be evaluated.
struct PolicyProblem: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// `*` stands for any run of characters, `/` and `:` included, and `?` for exactly one (IAM User Guide, "Resource").
enum WildcardPattern {
    /// - Complexity: O(pattern × text), without recursion.
    static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var position = 0
        var patternPosition = 0
        /// Where to go on if what follows the last `*` does not fit here.
        var retry: (pattern: Int, text: Int)?
        while position < text.count {
            if patternPosition < pattern.count, pattern[patternPosition] == UInt8(ascii: "*") {
                retry = (patternPosition + 1, position)
                patternPosition += 1
            } else if patternPosition < pattern.count,
                pattern[patternPosition] == UInt8(ascii: "?") || pattern[patternPosition] == text[position]
            {
                patternPosition += 1
                position += 1
            } else if let last = retry {
                retry = (last.pattern, last.text + 1)
                (patternPosition, position) = (last.pattern, last.text + 1)
            } else {
                return false
            }
        }
        return pattern[patternPosition...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

import Authorization
import StrictJSON

/// How long policies are, and whether any caller's is too long.
extension PolicyCompiler {
    /// The longest resource API Gateway takes (developer guide, *Output from a Lambda authorizer*).
    package static let resourceLimitInBytes = 512
    /// What stands before a resource's own text: an ARN of 52 to 66 characters and a stage of up to 18. A stage with a
    /// longer name takes more, up to its 128 characters.
    package static let assumedPrefixLengthInBytes = 84
    /// Kept free in an answer: its frame with the longest principal and usage key (607), and a refused request's own
    /// resource, see ``PolicyDocument/refusing(_:)``. The context gets what is left.
    package static let reserveInBytes = 640 + resourceLimitInBytes + 3

    /// Room for resources in an answer.
    static let limitInBytes = AuthorizerResponse.limitInBytes - reserveInBytes
    /// What each resource takes beside its own text: the prefix, quotation marks and a comma.
    private static let overheadInBytes = assumedPrefixLengthInBytes + 3
    /// Sets of rules that are looked at. A table that needs more is taken for too long, not guessed at.
    private static let searchLimit = 400

    func checkResourceLengths() throws(PolicyCompilerError) {
        for (index, route) in table.routes.enumerated() {
            let longest = Self.longestVerbInBytes
            let allowed = allowed[index].map { patterns[$0.pattern].allowedLength + longest }
            let denied = denied[index].map { patterns[$0.use.pattern].longestDenied + longest }
            let length = (allowed + denied).max() ?? 0
            guard length + Self.assumedPrefixLengthInBytes <= Self.resourceLimitInBytes else {
                throw .resourceTooLong(route.key, limitInBytes: Self.resourceLimitInBytes)
            }
        }
    }

    /// Whether the pattern can be denied at all, for whichever verb.
    static func canDeny(_ pattern: PathPattern) -> Bool {
        pattern.longestDenied + longestVerbInBytes + assumedPrefixLengthInBytes <= resourceLimitInBytes
    }

    /// `OPTIONS`.
    private static let longestVerbInBytes = 7

    /// How long the resources of a policy are in an answer.
    func lengthInBytes(of policy: CompiledPolicy) -> Int {
        (policy.allow + policy.deny).reduce(0) { $0 + $1.utf8.count + Self.overheadInBytes }
    }

    enum Fit {
        /// Every caller's policy fits.
        case fits
        /// That of a caller of these routes does not.
        case tooLong(RouteSet)
        /// More sets of rules would have to be looked at than ``searchLimit``.
        case tooHard
    }

    /// Whether every caller's policy fits into an answer.
    ///
    /// Every set of rules that a caller may meet is looked at, save those that a bound for many at once shows to fit.
    /// Of a rule, what takes more room is tried first, met or refused: a policy that is too long is so found early.
    func fit() -> Fit {
        var effort = 0
        return search(Choice(met: [], refused: [], open: table.rules.indices), &effort)
    }

    /// Rules that a caller meets, rules that it does not, and rules of which that is not said yet.
    private struct Choice {
        var met: [Int]
        var refused: [Int]
        var open: Range<Int>
    }

    private func search(_ choice: Choice, _ effort: inout Int) -> Fit {
        let certain = routes(ofRules: choice.met)
        let bound = lengthBound(choice, certain: certain)
        guard bound.bytes > Self.limitInBytes else { return .fits }
        effort += 1
        guard effort <= Self.searchLimit else { return .tooHard }
        guard let rule = choice.open.first else {
            return lengthInBytes(of: policy(for: certain)) > Self.limitInBytes ? .tooLong(certain) : .fits
        }
        let open = choice.open.dropFirst()
        let met = Choice(met: choice.met + [rule], refused: choice.refused, open: open)
        let refused = Choice(met: choice.met, refused: choice.refused + [rule], open: open)
        for next in bound.isFirstLongerMet ? [met, refused] : [refused, met] where isPossible(next) {
            let fit = search(next, &effort)
            guard case .fits = fit else { return fit }
        }
        return .fits
    }

    /// Whether some caller meets the rules that are met, and for each of the others some caller does not.
    private func isPossible(_ choice: Choice) -> Bool {
        let implication = RuleImplication(permitted: choice.met.map { table.rules[$0] }, callers: callers)
        return implication.isSatisfiable && choice.refused.allSatisfy { implication.canRefuse(table.rules[$0]) }
    }

    private func routes(ofRules rules: [Int]) -> RouteSet {
        var routes = RouteSet(routeCount: table.routes.count)
        for rule in rules { routes.formUnion(table.routesOfRule[rule]) }
        return routes
    }

    /// No policy of a caller who meets these rules and not those is longer, patterns not joined; and whether the first
    /// rule of which nothing is said takes more room met than refused.
    ///
    /// Two bounds, of which the less counts: what every route that may be permitted and every denial that may be
    /// needed take together; and, rule by rule, what its routes take met or what it takes to deny them, whichever is
    /// more. Several rules' texts for one pattern take no less apart than together.
    private func lengthBound(_ choice: Choice, certain: RouteSet) -> (bytes: Int, isFirstLongerMet: Bool) {
        let possible = routes(ofRules: choice.met + choice.open)
        var whole = Texts()
        var certainly = whole
        var byRule = Array(repeating: whole, count: choice.open.count)
        for route in possible.routes {
            let rule = openIndex(of: route, in: choice)
            whole.allow(allowed[route])
            if let rule { byRule[rule].allow(allowed[route]) } else { certainly.allow(allowed[route]) }
            for denial in denied[route] where mayBeNeeded(denial, certain: certain) {
                whole.deny(denial.use)
                if let rule = denial.refused.flatMap({ openIndex(of: $0, in: choice) }) {
                    byRule[rule].deny(denial.use)
                } else {
                    certainly.deny(denial.use)
                }
            }
        }
        let both = ["*//*", "$default"].reduce(0) { $0 + $1.utf8.count + Self.overheadInBytes }
        let lengths = byRule.map { length(of: $0) }
        let least = length(of: certainly)
        let apart = lengths.reduce(least.allow + least.deny) { $0 + max($1.allow, $1.deny) }
        let together = length(of: whole)
        return (
            both + min(together.allow + together.deny, apart), lengths.first.map { $0.allow > $0.deny } ?? true
        )
    }

    /// The patterns, by their places, and the verbs of each.
    private struct Texts {
        private(set) var allowed: [Int: VerbSet] = [:]
        private(set) var denied: [Int: VerbSet] = [:]

        mutating func allow(_ uses: [PolicyAnalysis.Use]) {
            for use in uses { allowed[use.pattern, default: VerbSet()].formUnion(use.verbs) }
        }

        mutating func deny(_ use: PolicyAnalysis.Use) {
            denied[use.pattern, default: VerbSet()].formUnion(use.verbs)
        }
    }

    private func length(of texts: Texts) -> (allow: Int, deny: Int) {
        let allow = texts.allowed.reduce(0) { length, use in
            let verbs = use.value.patternLength
            return length + verbs.bytes + verbs.count * (patterns[use.key].allowedLength + Self.overheadInBytes)
        }
        let deny = texts.denied.reduce(0) { length, use in
            let (verbs, paths) = (use.value.patternLength, patterns[use.key].deniedLength)
            return length + verbs.bytes * paths.count
                + verbs.count * (paths.bytes + paths.count * Self.overheadInBytes)
        }
        return (allow, deny)
    }

    /// The place among the rules of which nothing is said; `nil` where the route's is not one of them.
    private func openIndex(of route: Int, in choice: Choice) -> Int? {
        let rule = table.routes[route].ruleIndex
        return choice.open.contains(rule) ? rule - choice.open.lowerBound : nil
    }

    private func mayBeNeeded(_ denial: PolicyAnalysis.Denial, certain: RouteSet) -> Bool {
        guard let refused = denial.refused else {
            return deniesPathsOfNoRoute && denial.reach.isDisjoint(with: certain)
        }
        return !certain.contains(refused)
    }
}

extension PathPattern {
    /// The bytes of the longest of ``denied(_:)`` beside its verb.
    fileprivate var longestDenied: Int {
        let length = deniedLength
        return length.count == 1 ? length.bytes : (length.bytes + 1) / 2
    }
}

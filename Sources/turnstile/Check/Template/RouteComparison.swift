import Authorization
import StrictJSON

/// The routes of a template beside the rules of a route table.
struct RouteComparison {
    /// What became of a route, or of a rule that no route has.
    enum Verdict: String, CaseIterable {
        case inStep = "in_step"
        /// A route that asks the authorizer, which will refuse every request to it.
        case noRule = "no_rule"
        /// A rule that is never asked for.
        case noRoute = "no_route"
        /// Both have the route, but name its parameters differently; they are matched by their text.
        case otherNames = "other_parameter_names"
        /// The table has a rule, and API Gateway does not ask.
        case ruleNotAsked = "rule_not_asked"
        /// A route that no route table can have.
        case notARouteKey = "not_a_route_key"
        /// Another authorizer, or none, is asked; that is not Turnstile's to judge.
        case notGuarded = "not_guarded"
        /// A part of the route, or who is asked about it, stands in no template.
        case unknown

        /// Whether table and template are out of step.
        var isDifference: Bool {
            switch self {
            case .inStep, .notGuarded, .unknown: false
            case .noRule, .noRoute, .otherNames, .ruleNotAsked, .notARouteKey: true
            }
        }
    }

    struct Line {
        let verdict: Verdict
        /// As the template has it.
        var route: String?
        var api: String?
        var source: String?
        var rules: [RouteKey] = []
        var note: String?
    }

    private(set) var lines: [Line] = []
    private let rules: [RouteKey]
    private var askedRules: Set<Int> = []

    var isInStep: Bool { !lines.contains { $0.verdict.isDifference } }

    init(_ selection: TemplateSelection, _ table: RouteTable) {
        rules = table.routes.map(\.key)
        for api in selection.apis {
            for route in api.routes where Self.isAsked(route, of: api) {
                lines.append(line(route, of: api, askedBy: selection.function))
            }
        }
        let routes = selection.apis.flatMap(\.routes)
        addRulesThatAreNotAsked(
            routesAreKnown: selection.unread.isEmpty && routes.allSatisfy { $0.key.text != nil }
                && selection.apis.allSatisfy(\.unread.isEmpty))
    }

    /// Of a WebSocket API only the opening of a connection has an authorizer.
    private static func isAsked(_ route: TemplateRoute, of api: TemplateAPI) -> Bool {
        api.kind != .webSocket || route.key.text == nil || route.key == .known("$connect")
    }

    // MARK: Routes

    private mutating func line(_ route: TemplateRoute, of api: TemplateAPI, askedBy function: String) -> Line {
        var line = Line(verdict: .inStep, api: api.id, source: route.source)
        switch route.guardian {
        case .authorizer(let authorizer) where authorizer.function == function:
            line = judge(route, line, isToken: authorizer.isToken)
        case .authorizer(let authorizer):
            line = Self.unguarded(route, line, by: "Authorizer \(authorizer.name)")
        case .other(let words):
            line = Self.unguarded(route, line, by: words)
        case .unknown(let words):
            line = undecided(route, line, by: words)
        }
        return line
    }

    private static func unguarded(_ route: TemplateRoute, _ line: Line, by words: String) -> Line {
        var note = "not guarded by Turnstile: \(words)"
        if case .unknown = route.key { note += "; its key cannot be known before it is deployed" }
        return Line(
            verdict: .notGuarded, route: route.key.shown, api: line.api, source: line.source, note: note)
    }

    /// Who is asked stands in no template, so neither does whether the route's rules are asked for.
    private mutating func undecided(_ route: TemplateRoute, _ line: Line, by words: String) -> Line {
        let key = route.key.text.flatMap { try? RouteKey(parsing: ExactString($0)) }
        let fitting = key.map { key in matches { $0.sameRoute(as: key) || $0.sameShape(as: key) } } ?? []
        askedRules.formUnion(fitting)
        return Line(
            verdict: .unknown, route: route.key.shown, api: line.api, source: line.source,
            rules: fitting.map { rules[$0] }, note: "who is asked cannot be known before it is deployed: \(words)")
    }

    private mutating func judge(_ route: TemplateRoute, _ line: Line, isToken: Bool) -> Line {
        func found(_ verdict: Verdict, _ rules: [RouteKey] = [], _ note: String? = nil) -> Line {
            Line(
                verdict: verdict, route: route.key.shown, api: line.api, source: line.source, rules: rules,
                note: note)
        }
        guard let text = route.key.text else {
            return found(.unknown, [], "cannot be known before it is deployed; --parameter gives values")
        }
        let key: RouteKey
        do {
            key = try RouteKey(parsing: ExactString(text))
        } catch {
            return found(.notARouteKey, [], "no route table can have it: \(error)")
        }
        let same = matches { $0.sameRoute(as: key) }
        if !same.isEmpty {
            askedRules.formUnion(same)
            let covered = same.reduce(into: VerbSet()) { $0.formUnion(rules[$1].verbs) }
            let left = key.verbs.subtracting(covered).verbs.map(\.rawValue)
            let note = left.isEmpty ? nil : "no rule for \(left.joined(separator: " ")), which are refused"
            return found(.inStep, same.map { rules[$0] }, note)
        }
        let similar = matches { $0.sameShape(as: key) }
        guard !similar.isEmpty else { return found(.noRule, [], "no rule: every request is refused") }
        askedRules.formUnion(similar)
        let names = similar.map { rules[$0] }
        return isToken
            ? found(.inStep, names, "parameters are named differently, which a TOKEN authorizer does not see")
            : found(.otherNames, names, "parameters are named differently: every request is refused")
    }

    private func matches(_ isMatch: (RouteKey) -> Bool) -> [Int] { rules.indices.filter { isMatch(rules[$0]) } }

    // MARK: Rules

    private static let notAsked = "the rule is never asked for"

    private mutating func addRulesThatAreNotAsked(routesAreKnown: Bool) {
        let openRoutes = lines.indices.compactMap { index -> (index: Int, key: RouteKey)? in
            guard lines[index].verdict == .notGuarded, let text = lines[index].route else { return nil }
            return (try? RouteKey(parsing: ExactString(text))).map { (index, $0) }
        }
        for (index, rule) in rules.enumerated() where !askedRules.contains(index) {
            if let open = openRoutes.first(where: { rule.sameRoute(as: $0.key) || rule.sameShape(as: $0.key) })?.index {
                let words = lines[open].note ?? ""
                lines[open] = Line(
                    verdict: .ruleNotAsked, route: lines[open].route, api: lines[open].api, source: lines[open].source,
                    rules: lines[open].rules + [rule],
                    note: words.hasPrefix(Self.notAsked) ? words : "\(Self.notAsked): \(words)")
            } else {
                let note = "no such route" + (routesAreKnown ? "" : ", unless it is one that cannot be known")
                lines.append(Line(verdict: .noRoute, rules: [rule], note: note))
            }
        }
    }
}

extension RouteKey {
    /// The verbs that the key takes; none for keys without a path.
    fileprivate var verbs: VerbSet {
        switch self {
        case .verb(let verb, _): VerbSet(verb)
        case .any: .all
        case .default, .connect: []
        }
    }

    /// Whether requests that API Gateway resolves to `route` are judged by this rule: the same text, and a verb that
    /// both take.
    fileprivate func sameRoute(as route: RouteKey) -> Bool {
        guard let template, let other = route.template else { return self == route }
        return template.text == other.text && !verbs.isDisjoint(with: route.verbs)
    }

    /// The same but for the names of parameters.
    fileprivate func sameShape(as route: RouteKey) -> Bool {
        guard let template, let other = route.template, template.segments.count == other.segments.count else {
            return false
        }
        let isAlike = zip(template.segments, other.segments).allSatisfy { left, right in
            switch (left, right) {
            case (.literal(let left), .literal(let right)): left == right
            case (.parameter, .parameter), (.greedy, .greedy): true
            default: false
            }
        }
        return isAlike && !verbs.isDisjoint(with: route.verbs)
    }
}

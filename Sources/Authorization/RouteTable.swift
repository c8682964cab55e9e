import StrictJSON

/// Every route that is open to someone, with its rule. A route that is not in the table is closed.
package struct RouteTable: Sendable {
    package struct Route: Sendable {
        package let key: RouteKey
        package let rule: RouteRule
        /// The rule's place among the table's distinct ones.
        package let ruleIndex: Int
    }

    package let routes: [Route]
    package private(set) var tree: RouteTree
    /// The rules that differ from each other; many routes share few.
    package let rules: [RouteRule]
    package let connectRoute: Int?
    /// For each of ``rules``, its routes.
    package let routesOfRule: [RouteSet]
    private let templates: [ExactString: Int]

    /// - Throws: ``RouteTableError``, naming the routes.
    package init(_ pairs: [(RouteKey, RouteRule)]) throws(RouteTableError) {
        guard !pairs.isEmpty else { throw .empty }
        try Self.checkKeysAreDistinct(pairs.map { $0.0 })
        var ruleIndices: [RouteRule: Int] = [:]
        var routes: [Route] = []
        var routesOfRule: [RouteSet] = []
        for (key, rule) in pairs {
            let ruleIndex = ruleIndices[rule] ?? routesOfRule.count
            if ruleIndex == routesOfRule.count {
                ruleIndices[rule] = ruleIndex
                routesOfRule.append(RouteSet(routeCount: pairs.count))
            }
            routesOfRule[ruleIndex].insert(routes.count)
            routes.append(Route(key: key, rule: rule, ruleIndex: ruleIndex))
        }
        let keys = routes.map { $0.key }
        self.routes = routes
        self.routesOfRule = routesOfRule
        rules = ruleIndices.sorted { $0.value < $1.value }.map { $0.key }
        tree = RouteTree(keys)
        connectRoute = keys.firstIndex(of: .connect)
        templates = Self.nodesByTemplate(keys, in: tree)
    }

    /// The same table as an HTTP API reads it; `nil` where that makes no difference to any path.
    package var orderedForHTTPAPIs: RouteTable? {
        let templates = routes.compactMap { $0.key.template }
        let isDifferent = templates.contains { greedy in
            greedy.isGreedy && templates.contains { !$0.isGreedy && greedy.comesBefore(full: $0) }
        }
        guard isDifferent else { return nil }
        var table = self
        table.tree = RouteTree(routes.map { $0.key }, order: .httpAPI)
        return table
    }

    /// The routes whose rule the caller meets. Each distinct rule is tried once.
    package func permittedRoutes(for caller: Caller) -> RouteSet {
        var permitted = RouteSet(routeCount: routes.count)
        for (rule, routes) in zip(rules, routesOfRule) where rule.isMet(by: caller) { permitted.formUnion(routes) }
        return permitted
    }

    /// The table's route for what API Gateway resolved; `nil` where the table has none.
    package func route(for target: RouteTarget) -> Int? {
        switch target {
        case .connect: connectRoute
        case .resource("$default", _), .routeKey("$default", _): tree.defaultRoute
        case .resource(let template, let method): route(ofTemplate: template, httpMethod: method)
        case .routeKey(let key, let method): route(ofKey: key, httpMethod: method)
        case .path(let path, let method): route(ofPath: path, httpMethod: method)
        }
    }

    /// Decides one request, its usage key apart.
    package func refusal(of caller: Caller, on target: RouteTarget) -> Denial? {
        guard let route = route(for: target) else { return .routeUnknown(target) }
        return routes[route].rule.refusal(of: caller, on: routes[route].key)
    }

    /// Decides one request. A usage key is asked for only where the route's rule is met.
    package func decide(
        _ caller: Caller, on target: RouteTarget, meteredBy strategy: UsageKeyStrategy,
        hashing hash: some MessageAuthentication
    ) -> Decision {
        guard let index = route(for: target) else { return .deny(because: .routeUnknown(target)) }
        let route = routes[index]
        if let denial = route.rule.refusal(of: caller, on: route.key) { return .deny(because: denial) }
        do {
            return .allow(Grant(route: route.key, usageKey: try strategy.key(for: caller, hashing: hash)))
        } catch {
            return .deny(because: .usageKeyUnusable(error, on: route.key))
        }
    }
}

extension RouteTable {
    private func route(ofTemplate template: ExactString, httpMethod: ExactString) -> Int? {
        guard let verb = Verb(httpMethod), let node = templates[template] else { return nil }
        return tree.nodes[node].routes[verb]
    }

    /// `GET /x` or `ANY /x`. The method must be the key's own, and the more specific rule of the table applies, also
    /// where the API itself has `ANY` only.
    private func route(ofKey text: ExactString, httpMethod: ExactString) -> Int? {
        guard let space = text.utf8.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        let method = text.utf8[..<space]
        guard method.elementsEqual("ANY".utf8) || method.elementsEqual(httpMethod.utf8) else { return nil }
        return route(ofTemplate: ExactString(utf8: text.utf8[(space + 1)...]), httpMethod: httpMethod)
    }

    private func route(ofPath path: ExactString, httpMethod: ExactString) -> Int? {
        guard let verb = Verb(httpMethod) else { return nil }
        guard path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") else {
            return PathText.segments(of: path).flatMap { tree.route(for: $0, verb: verb) }
        }
        let segments = PathText.segments(of: ExactString(utf8: path.utf8.dropLast()[...]))
        guard let segments, !segments.isEmpty else { return nil }
        return tree.routeBeforeSlash(for: segments, verb: verb)
    }

    private static func nodesByTemplate(_ keys: [RouteKey], in tree: RouteTree) -> [ExactString: Int] {
        var nodes: [ExactString: Int] = [:]
        for key in keys {
            guard let template = key.template else { continue }
            nodes[template.text] = tree.node(of: template)
        }
        return nodes
    }

    private static func checkKeysAreDistinct(_ keys: [RouteKey]) throws(RouteTableError) {
        var seen: Set<RouteKey> = []
        var templateOfShape: [[RouteTemplate.Segment]: RouteKey] = [:]
        for key in keys {
            guard seen.insert(key).inserted else { throw .duplicate(key) }
            guard let template = key.template else { continue }
            let known = templateOfShape[template.shape] ?? key
            guard known.template == template else { throw .ambiguous(known, key) }
            templateOfShape[template.shape] = key
        }
    }
}

/// Why routes do not make a table.
package enum RouteTableError: Error, Equatable, Sendable {
    case empty
    case duplicate(RouteKey)
    /// Two templates that differ only in the names of their parameters; API Gateway keeps one.
    case ambiguous(RouteKey, RouteKey)
}

extension RouteTableError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "there is no route, so every request would be refused"
        case .duplicate(let key): "route \(key.description) is there twice"
        case .ambiguous(let first, let second):
            "routes \(first.description) and \(second.description) match the same paths; name their parameters alike"
        }
    }
}

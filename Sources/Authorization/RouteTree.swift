package import StrictJSON

/// How API Gateway chooses a route for a path. This file is the one place where that is written down; looking up a
/// path and compiling a policy both read it from here.
///
/// 1. Segment by segment from the left, a literal comes before `{parameter}`, and that before `{proxy+}`, which takes
///    one segment or more and never none.
/// 2. For one template, the request's own verb comes before `ANY`.
/// 3. `$default` takes what is left, the root and every verb included.
/// 4. The root is a path of no segments, which only `/` and `$default` take.
///
/// Sources: API Gateway developer guide, *Create routes for HTTP APIs*, "Routing API requests" (full match, then
/// greedy path variable, then `$default`), and *Set up a proxy integration with a proxy resource* ("the sibling
/// resources are excluded from the representation of the proxy resource").
///
/// Among all routes that match path *and* verb the first by this order wins. REST walks its tree of resources without
/// turning back, so that `/a/b/c` finds nothing where only `/a/b/d` and `/a/{id}/c` exist; this order then names a
/// route that is never asked for. HTTP APIs put every full match before every greedy one (``Order/httpAPI``); the two
/// orders part only where a greedy route has a literal and a full one a parameter (`/a/{proxy+}` beside `/{x}/b`).
///
/// A `/` at the end: both kinds are seen to drop it (aws/chalice issue 65, where AWS's own engineer shows it for REST;
/// aws-powertools/powertools-lambda-python issue 1552 for both), HTTP APIs are also seen to let a greedy route take it,
/// and AWS documents neither. So such a path has a route only where both readings give the same one, as inside
/// `{proxy+}`; elsewhere it has none, whatever the event says. A path with any other empty segment has none.
///
/// The stage is not part of the path: it stands in the ARN, `$default` included, and a policy repeats the request's.
package struct RouteTree: Sendable {
    /// Which of several routes that match is chosen.
    package enum Order: Sendable {
        /// As the segments say, from the left.
        case rest
        /// The same, but every full match before every greedy one.
        case httpAPI
    }

    package struct Node: Sendable {
        package fileprivate(set) var literals: [ExactString: Int] = [:]
        package fileprivate(set) var parameter: Int?
        /// The node behind `{name+}`; it has no children.
        package fileprivate(set) var greedy: Int?
        package fileprivate(set) var routes = VerbRoutes()
        /// The place of this node's template in the order of choice: of two that match one path, the lower wins.
        package fileprivate(set) var rank = 0
    }

    /// The routes of one template.
    package struct VerbRoutes: Sendable {
        private var specific: [Int?] = Array(repeating: nil, count: Verb.allCases.count)
        private var any: Int?

        package subscript(verb: Verb) -> Int? { specific[verb.index] ?? any }

        fileprivate mutating func set(_ route: Int, for key: RouteKey) {
            switch key {
            case .verb(let verb, _): specific[verb.index] = route
            case .any: any = route
            case .default, .connect: break
            }
        }
    }

    /// Node 0 is the root, `/`.
    package private(set) var nodes = [Node()]
    /// The route of `$default`.
    package private(set) var defaultRoute: Int?

    package let order: Order

    init(_ keys: [RouteKey], order: Order = .rest) {
        self.order = order
        for (route, key) in keys.enumerated() {
            if let template = key.template {
                nodes[insert(template)].routes.set(route, for: key)
            } else if key == .default {
                defaultRoute = route
            }
        }
        var rank = 0
        setRanks(from: 0, next: &rank)
        guard order == .httpAPI else { return }
        for index in nodes.compactMap({ $0.greedy }) { nodes[index].rank += nodes.count }
    }

    /// The route for a path of these segments; `nil` where API Gateway finds none either.
    package func route(for segments: [ExactString], verb: Verb) -> Int? {
        if order == .httpAPI, let full = route(for: segments[...], verb: verb, from: 0, takingGreedy: false) {
            return full
        }
        return route(for: segments[...], verb: verb, from: 0, takingGreedy: true) ?? defaultRoute
    }

    /// The route for a path of these segments and a `/` at its end: that which it has without the slash, if it is also
    /// that which takes the slash for the start of one more segment.
    package func routeBeforeSlash(for segments: [ExactString], verb: Verb) -> Int? {
        let dropped = route(for: segments, verb: verb)
        return dropped == route(for: segments + [""], verb: verb) ? dropped : nil
    }

    /// Each node is visited once at the most: its depth is fixed, and so is what is left of the path there.
    private func route(
        for segments: ArraySlice<ExactString>, verb: Verb, from node: Int, takingGreedy: Bool
    ) -> Int? {
        guard let segment = segments.first else { return nodes[node].routes[verb] }
        for case let child? in [nodes[node].literals[segment], nodes[node].parameter] {
            let route = route(for: segments.dropFirst(), verb: verb, from: child, takingGreedy: takingGreedy)
            if let route { return route }
        }
        return takingGreedy ? nodes[node].greedy.flatMap { nodes[$0].routes[verb] } : nil
    }

    /// The node at which the template ends.
    func node(of template: RouteTemplate) -> Int? {
        var node = 0
        for segment in template.segments {
            guard let child = child(of: node, for: segment) else { return nil }
            node = child
        }
        return node
    }

    private mutating func insert(_ template: RouteTemplate) -> Int {
        var node = 0
        for segment in template.segments {
            node = child(of: node, for: segment) ?? addChild(to: node, for: segment)
        }
        return node
    }

    private func child(of node: Int, for segment: RouteTemplate.Segment) -> Int? {
        switch segment {
        case .literal(let text): nodes[node].literals[text]
        case .parameter: nodes[node].parameter
        case .greedy: nodes[node].greedy
        }
    }

    private mutating func addChild(to node: Int, for segment: RouteTemplate.Segment) -> Int {
        let child = nodes.count
        nodes.append(Node())
        switch segment {
        case .literal(let text): nodes[node].literals[text] = child
        case .parameter: nodes[node].parameter = child
        case .greedy: nodes[node].greedy = child
        }
        return child
    }

    /// Depth first, in the order of choice. Two literals never match one segment, so their order is of no weight.
    private mutating func setRanks(from node: Int, next rank: inout Int) {
        nodes[node].rank = rank
        rank += 1
        let children =
            nodes[node].literals.values.sorted() + [nodes[node].parameter, nodes[node].greedy].compactMap { $0 }
        for child in children { setRanks(from: child, next: &rank) }
    }
}

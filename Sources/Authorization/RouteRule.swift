package import StrictJSON

/// What a caller needs for one route. A list that is absent asks for nothing; a rule without lists is met by every
/// verified caller. An empty list is met by none.
package struct RouteRule: Hashable, Sendable {
    /// At least one of these scopes.
    package var anyScope: [ExactString]?
    /// Every one of these scopes.
    package var allScopes: [ExactString]?
    /// At least one of these groups.
    package var anyGroup: [ExactString]?
    /// The token was accepted by one of these issuer entries.
    package var issuers: [ExactString]?
    /// The token was issued to one of these clients.
    package var clients: [ExactString]?

    package init(
        anyScope: [ExactString]? = nil, allScopes: [ExactString]? = nil, anyGroup: [ExactString]? = nil,
        issuers: [ExactString]? = nil, clients: [ExactString]? = nil
    ) {
        self.anyScope = anyScope
        self.allScopes = allScopes
        self.anyGroup = anyGroup
        self.issuers = issuers
        self.clients = clients
    }

    /// The first condition that the caller does not meet; `nil` where all are met.
    package func refusal(of caller: Caller, on route: RouteKey) -> Denial? {
        if let issuers, !issuers.contains(caller.issuerName) {
            return .issuerNotAllowed(caller.issuerName, on: route)
        }
        if let clients, !(caller.clientID.map(clients.contains) ?? false) {
            return .clientNotAllowed(caller.clientID, on: route)
        }
        if let anyScope, !anyScope.contains(where: caller.scopes.contains) {
            return .insufficientScope(.any(anyScope), on: route)
        }
        if let allScopes, !allScopes.allSatisfy(caller.scopes.contains) {
            return .insufficientScope(.all(allScopes.filter { !caller.scopes.contains($0) }), on: route)
        }
        if let anyGroup, !anyGroup.contains(where: caller.groups.contains) {
            return .groupMissing(anyOf: anyGroup, on: route)
        }
        return nil
    }

    func isMet(by caller: Caller) -> Bool { refusal(of: caller, on: .default) == nil }
}

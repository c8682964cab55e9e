package import StrictJSON

/// Whether a verified caller may do what it asked for.
package enum Decision: Equatable, Sendable {
    case allow(Grant)
    case deny(because: Denial)
}

/// What an allowed caller gets.
package struct Grant: Equatable, Sendable {
    package let route: RouteKey
    /// The API key that meters the caller; `nil` where it is not metered.
    package let usageKey: UsageKey?

    package init(route: RouteKey, usageKey: UsageKey?) {
        self.route = route
        self.usageKey = usageKey
    }
}

/// Why a verified caller may not proceed. Cases stand in the order in which they are checked.
package enum Denial: Equatable, Sendable {
    case routeUnknown(RouteTarget)
    case issuerNotAllowed(ExactString, on: RouteKey)
    /// `nil`: the token names no client.
    case clientNotAllowed(ExactString?, on: RouteKey)
    case insufficientScope(MissingScope, on: RouteKey)
    case groupMissing(anyOf: [ExactString], on: RouteKey)
    case usageKeyUnusable(UsageKeyFault, on: RouteKey)

    package enum MissingScope: Equatable, Sendable {
        /// None of these was granted.
        case any([ExactString])
        /// Not one of these was granted, though each is needed.
        case all([ExactString])
    }

    /// The rule's route; `nil` where there is none.
    package var route: RouteKey? {
        switch self {
        case .routeUnknown: nil
        case .issuerNotAllowed(_, let route), .clientNotAllowed(_, let route), .insufficientScope(_, let route),
            .groupMissing(_, let route), .usageKeyUnusable(_, let route):
            route
        }
    }

    /// A stable identifier for logs, metrics and alarms. Never reworded, never reused.
    package var code: String {
        switch self {
        case .routeUnknown: "route_unknown"
        case .issuerNotAllowed: "issuer_not_allowed"
        case .clientNotAllowed: "client_not_allowed"
        case .insufficientScope: "insufficient_scope"
        case .groupMissing: "group_missing"
        case .usageKeyUnusable: "usage_key_unusable"
        }
    }
}

extension Denial: CustomStringConvertible {
    package var description: String {
        switch self {
        case .routeUnknown(let target):
            "no rule covers \(target.description)"
        case .issuerNotAllowed(let issuer, let route):
            "\(route.description) is not open to tokens of issuer \(issuer.description)"
        case .clientNotAllowed(let client?, let route):
            "\(route.description) is not open to client \(client.description)"
        case .clientNotAllowed(nil, let route):
            "\(route.description) is open to certain clients, and the token names none"
        case .insufficientScope(.any(let scopes), let route):
            "\(route.description) needs one of the scopes \(Self.list(scopes)), and the token has none of them"
        case .insufficientScope(.all(let scopes), let route):
            "\(route.description) also needs \(scopes.count == 1 ? "scope" : "scopes") \(Self.list(scopes))"
        case .groupMissing(let groups, let route):
            "\(route.description) needs one of the groups \(Self.list(groups)), and the token has none of them"
        case .usageKeyUnusable(let fault, _):
            fault.description
        }
    }

    private static func list(_ names: [ExactString]) -> String {
        names.isEmpty ? "(none can be granted)" : names.map { $0.description }.joined(separator: " ")
    }
}

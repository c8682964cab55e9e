package import Authorization
package import StrictJSON

/// What rules say of each other: whether some caller meets all of these and not that one.
///
/// Rules are conditions on a caller's issuer, client, scopes and groups, each independent of the others, and each
/// only ever helped by one more scope or group. So it is enough to look at each way of failing the refused rule by
/// itself, with the least else.
struct RuleImplication {
    let permitted: [RouteRule]
    /// Whose tokens are accepted; `nil` where that is not known, and any issuer and client may be met.
    var callers: KnownCallers?

    func canRefuse(_ refused: RouteRule) -> Bool {
        guard isSatisfiable else { return false }
        return isIdentityFree(of: refused) || isAnyScopeFree(of: refused)
            || isAllScopesFree(of: refused) || isGroupFree(of: refused)
    }

    /// Whether some caller meets them all.
    var isSatisfiable: Bool {
        hasIdentity && permitted.allSatisfy { $0.anyScope != [] && $0.anyGroup != [] }
    }

    /// The issuers of which every rule takes tokens; `nil` for all.
    private var issuers: Set<ExactString>? { Self.intersection(permitted.map { $0.issuers }) }
    private var clients: Set<ExactString>? { Self.intersection(permitted.map { $0.clients }) }
    private var neededScopes: Set<ExactString> { Set(permitted.flatMap { $0.allScopes ?? [] }) }

    /// Whether there are an issuer and a client of which every permitted rule takes tokens.
    private var hasIdentity: Bool {
        guard let callers else { return !(issuers?.isEmpty ?? false) && !(clients?.isEmpty ?? false) }
        return callers.contains { issuer, client in permitted.allSatisfy { $0.takes(issuer, client) } }
    }

    /// The same, where the refused rule takes none of theirs.
    private func isIdentityFree(of refused: RouteRule) -> Bool {
        guard let callers else { return isIssuerFree(of: refused) || isClientFree(of: refused) }
        return callers.contains { issuer, client in
            permitted.allSatisfy { $0.takes(issuer, client) } && !refused.takes(issuer, client)
        }
    }

    private func isIssuerFree(of refused: RouteRule) -> Bool {
        guard let theirs = refused.issuers else { return false }
        return issuers.map { !$0.isSubset(of: theirs) } ?? true
    }

    private func isClientFree(of refused: RouteRule) -> Bool {
        guard let theirs = refused.clients else { return false }
        return clients.map { !$0.isSubset(of: theirs) } ?? true
    }

    private func isAnyScopeFree(of refused: RouteRule) -> Bool {
        guard let theirs = refused.anyScope else { return false }
        return neededScopes.isDisjoint(with: theirs) && hasChoice(of: { $0.anyScope }, beside: theirs)
    }

    private func isAllScopesFree(of refused: RouteRule) -> Bool {
        guard let theirs = refused.allScopes else { return false }
        let needed = neededScopes
        return theirs.contains { !needed.contains($0) && hasChoice(of: { $0.anyScope }, beside: [$0]) }
    }

    private func isGroupFree(of refused: RouteRule) -> Bool {
        guard let theirs = refused.anyGroup else { return false }
        return hasChoice(of: { $0.anyGroup }, beside: theirs)
    }

    /// Whether each permitted rule's list has an entry that is not among these.
    private func hasChoice(of list: (RouteRule) -> [ExactString]?, beside excluded: [ExactString]) -> Bool {
        permitted.allSatisfy { rule in
            guard let list = list(rule) else { return true }
            return list.contains { !excluded.contains($0) }
        }
    }

    private static func intersection(_ lists: [[ExactString]?]) -> Set<ExactString>? {
        var common: Set<ExactString>?
        for case let list? in lists { common = common?.intersection(list) ?? Set(list) }
        return common
    }
}

/// The issuers whose tokens are accepted, by the configuration's names, and the clients that each may name.
package struct KnownCallers: Sendable {
    /// The clients are `nil` where any may be named, or none.
    private let issuers: [(name: ExactString, clients: [ExactString?])]

    /// Of clients that the same rules name one is kept: to every rule they are alike.
    ///
    /// - Parameters:
    ///   - issuers: Each with the clients that its tokens must be issued to; `nil` where that may be any.
    ///   - table: Whose rules name other clients.
    package init(_ issuers: [(name: ExactString, clients: Set<ExactString>?)], in table: RouteTable) {
        var rulesOfClient: [ExactString: [Int]] = [:]
        for (index, rule) in table.rules.enumerated() {
            for client in rule.clients ?? [] { rulesOfClient[client, default: []].append(index) }
        }
        self.issuers = issuers.map { issuer in
            var seen: Set<[Int]> = []
            var clients: [ExactString?] = issuer.clients == nil ? [nil] : []
            for client in (issuer.clients ?? Set(rulesOfClient.keys)).sorted()
            where seen.insert(rulesOfClient[client] ?? []).inserted {
                clients.append(client)
            }
            return (issuer.name, clients)
        }
    }

    /// How many are looked at.
    var count: Int { issuers.reduce(0) { $0 + $1.clients.count } }

    fileprivate func contains(_ isMeant: (ExactString, ExactString?) -> Bool) -> Bool {
        issuers.contains { issuer in issuer.clients.contains { isMeant(issuer.name, $0) } }
    }
}

extension RouteRule {
    fileprivate func takes(_ issuer: ExactString, _ client: ExactString?) -> Bool {
        if let issuers, !issuers.contains(issuer) { return false }
        if let clients, !(client.map { clients.contains($0) } ?? false) { return false }
        return true
    }
}

package import Authorization
package import JOSE
package import StrictJSON

/// A key that should be there, enabled, and in its plan.
package struct WantedKey: Equatable, Sendable {
    package let value: UsageKey
    package let owner: KeyOwner
    /// The client's name.
    package let name: String
    /// The id of the usage plan.
    package let plan: String
    /// The machine clients that it meters; none for an issuer's own key.
    package fileprivate(set) var clients: [ExactString]

    package init(value: UsageKey, owner: KeyOwner, name: String, plan: String, clients: [ExactString]) {
        self.value = value
        self.owner = owner
        self.name = name
        self.plan = plan
        self.clients = clients
    }
}

/// One entry of the configuration's `issuers` that takes tokens of the pool.
package struct MeteredIssuer: Sendable {
    package let policy: IssuerPolicy
    package let usageKey: UsageKeyStrategy

    package init(policy: IssuerPolicy, usageKey: UsageKeyStrategy) {
        self.policy = policy
        self.usageKey = usageKey
    }
}

/// Which keys a pool's clients should have, by the strategies that the authorizer uses.
package struct KeyAssignment: Sendable {
    /// In the order of their owners' names, then ids; each value once.
    package private(set) var wanted: [WantedKey] = []
    /// Machine clients without a key, in the same order.
    package private(set) var left: [LeftClient] = []
    /// Every machine client of the pool.
    let machines: Set<ExactString>
    /// For whom there is a wanted key.
    private(set) var served: Set<KeyOwner> = []
    private let issuers: [MeteredIssuer]

    private var indexOfValue: [UsageKey: Int] = [:]

    /// - Parameters:
    ///   - clients: All app clients of the pool.
    ///   - issuers: The entries that take its tokens, in the order of the configuration.
    ///   - plans: Rules whose plans are ids.
    ///   - hash: What HMAC keys are made with.
    package init(
        of clients: [AppClient], under issuers: [MeteredIssuer], plans: PlanRules,
        hashing hash: some MessageAuthentication
    ) {
        self.issuers = issuers
        machines = Set(clients.filter(\.isMachine).map(\.id))
        for issuer in issuers { addKeyOfIssuer(issuer, plans) }
        for client in clients.filter(\.isMachine).sorted(by: Self.isBefore) {
            do throws(Exclusion) {
                try add(client, plans, hash)
            } catch {
                left.append(LeftClient(id: client.id, name: client.name, reason: error.reason))
            }
        }
        for client in clients.filter({ !$0.isMachine }).sorted(by: Self.isBefore) where isMetered(client) {
            left.append(LeftClient(id: client.id, name: client.name, reason: .callsForPeople))
        }
        wanted.sort { (ExactString($0.name), $0.owner.name) < (ExactString($1.name), $1.owner.name) }
        served = Set(wanted.map(\.owner)).union(wanted.flatMap(\.clients).map { .client($0) })
        indexOfValue = [:]
    }

    private struct Exclusion: Error { let reason: LeftClient.Reason }

    private static func isBefore(_ left: AppClient, _ right: AppClient) -> Bool {
        (ExactString(left.name), left.id) < (ExactString(right.name), right.id)
    }

    /// Whether the tokens of people who use the client are metered by a key of the client.
    private func isMetered(_ client: AppClient) -> Bool {
        switch issuers.first(where: { $0.policy.admits(client.id) })?.usageKey {
        case .clientID, .hmac: true
        case .map(let keys, _): keys[client.id] != nil
        case .automatic, .claim, .fixed, .some(.none), nil: false
        }
    }

    /// Whoever calls under a `fixed` key, people too, is metered by one key.
    private mutating func addKeyOfIssuer(_ issuer: MeteredIssuer, _ plans: PlanRules) {
        guard case .fixed(let key) = issuer.usageKey else { return }
        let name = issuer.policy.name
        let exclusion: LeftClient.Reason
        switch (plans.target(name: name.description, id: name), indexOfValue[key].map { wanted[$0] }) {
        case (.plan(let plan), nil):
            indexOfValue[key] = wanted.count
            wanted.append(
                WantedKey(value: key, owner: .issuer(name), name: name.description, plan: plan, clients: []))
            return
        case (.plan(let plan), let other?):
            guard plan != other.plan else { return }
            exclusion = .sharesKeyAcrossPlans(with: other.owner.name)
        case (.noPlan, _): exclusion = .noPlanByRule
        case (nil, _): exclusion = .fitsNoPlan
        }
        left.append(LeftClient(id: name, name: name.description, reason: exclusion))
    }

    private mutating func add(
        _ client: AppClient, _ plans: PlanRules, _ hash: some MessageAuthentication
    ) throws(Exclusion) {
        guard let issuer = issuers.first(where: { $0.policy.admits(client.id) }) else {
            throw Exclusion(reason: .notAccepted)
        }
        let value = try Self.value(for: client, under: issuer, hash)
        if case .fixed = issuer.usageKey {
            if let index = indexOfValue[value] { wanted[index].clients.append(client.id) }
            return
        }
        guard let target = plans.target(name: client.name, id: client.id) else { throw Exclusion(reason: .fitsNoPlan) }
        guard case .plan(let plan) = target else { throw Exclusion(reason: .noPlanByRule) }
        if let index = indexOfValue[value] {
            guard wanted[index].plan == plan else {
                throw Exclusion(reason: .sharesKeyAcrossPlans(with: wanted[index].owner.name))
            }
            wanted[index].clients.append(client.id)
            return
        }
        indexOfValue[value] = wanted.count
        wanted.append(
            WantedKey(value: value, owner: .client(client.id), name: client.name, plan: plan, clients: [client.id]))
    }

    private static func value(
        for client: AppClient, under issuer: MeteredIssuer, _ hash: some MessageAuthentication
    ) throws(Exclusion) -> UsageKey {
        guard issuer.policy.tokenUse != .id else { throw Exclusion(reason: .takesOnlyIDTokens) }
        if case .claim = issuer.usageKey { throw Exclusion(reason: .keyIsInAClaim) }
        let key: UsageKey?
        do throws(UsageKeyFault) {
            key = try issuer.usageKey.key(ofMachineClient: client.id, of: issuer.policy.issuer, hashing: hash)
        } catch {
            throw Exclusion(reason: .unusable(error))
        }
        guard let key else { throw Exclusion(reason: .notMetered) }
        return key
    }
}

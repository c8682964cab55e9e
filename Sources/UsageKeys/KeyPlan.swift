import Authorization
package import StrictJSON

/// What is there.
package struct KeyInventory: Sendable {
    /// Every API key of the account and region, whoever made it: one value cannot be had twice.
    package let keys: [APIKey]
    /// The ids of the keys in each plan that a rule names and in each rival of those. What is in other plans is not
    /// looked at.
    package let attachments: [String: Set<String>]
    package let rivals: PlanRivals

    package init(keys: [APIKey], attachments: [String: Set<String>], rivals: PlanRivals) {
        // A list that changes while it is read page by page can show a key twice.
        var seen: Set<String> = []
        self.keys = keys.filter { seen.insert($0.id).inserted }
        self.attachments = attachments
        self.rivals = rivals
    }
}

/// What is to be done so that what is there becomes what should be: nothing, once it was done.
package struct KeyPlan: Sendable {
    /// Clients are served before anything is taken away; within that, in the order of ``KeyAssignment/wanted``.
    package private(set) var changes: [KeyChange] = []
    /// Machine clients for which nothing is done.
    package private(set) var left: [LeftClient]
    /// Keys of this tool that nobody is waiting for.
    package private(set) var idle: [IdleKey] = []
    /// Keys that are as they should be.
    package private(set) var unchangedCount = 0
    /// Enabled keys of this tool for the pool, before anything is done.
    package let usedCount: Int
    /// How many keys the account has in the region.
    package let keyCount: Int

    /// The most that an account may have in a region (API Gateway developer guide, *Quotas for configuring and running
    /// a REST API*).
    package static let keyLimit = 10_000

    /// A plan that takes this many keys from use, or fewer, is never a sweep.
    private static let sweepFloor = 10

    private let pool: ExactString
    private let inventory: KeyInventory

    /// - Parameters:
    ///   - pool: Whose keys these are.
    ///   - assignment: What should be.
    ///   - inventory: What is there.
    ///   - isPruning: Whether keys that nobody wants are deleted.
    package init(pool: ExactString, assignment: KeyAssignment, inventory: KeyInventory, isPruning: Bool) {
        self.pool = pool
        self.inventory = inventory
        left = assignment.left
        keyCount = inventory.keys.count
        usedCount = inventory.keys.count { $0.isEnabled && KeyMark(of: $0)?.pool == pool }
        let keysByValue = Dictionary(inventory.keys.map { ($0.value, $0) }) { first, _ in first }
        for wanted in assignment.wanted { add(wanted, keysByValue[wanted.value.value]) }
        let wantedValues = Set(assignment.wanted.map(\.value.value))
        let unwanted = inventory.keys.filter { !wantedValues.contains($0.value) }
        for key in unwanted.sorted(by: { (ExactString($0.name), $0.id) < (ExactString($1.name), $1.id) }) {
            guard let mark = KeyMark(of: key), mark.pool == pool else { continue }
            addUnwanted(key, mark.owner, assignment, isPruning: isPruning)
        }
        left.sort { (ExactString($0.name), $0.id) < (ExactString($1.name), $1.id) }
    }

    package var isInStep: Bool { changes.isEmpty }

    /// Enabled keys that are disabled or deleted.
    package var withdrawnCount: Int { changes.count { $0.wanted == nil && $0.key?.isEnabled == true } }

    /// Whether it takes more than two thirds of the pool's keys from use: rather a wrong pool, endpoint or configuration
    /// than what somebody wants. A secret that was replaced leaves one key of two.
    package var isSweep: Bool { withdrawnCount > Self.sweepFloor && withdrawnCount * 3 > usedCount * 2 }

    /// Clients that a plan would take a key away from because a list does not show them.
    ///
    /// - Parameters:
    ///   - keys: Every API key.
    ///   - pool: Whose keys are meant.
    ///   - clients: What the list showed.
    ///   - isPruning: As for ``init(pool:assignment:inventory:isPruning:)``.
    /// - Returns: Each once, in the order of the keys.
    package static func owners(
        ofKeys keys: [APIKey], in pool: ExactString, beside clients: [AppClient], isPruning: Bool
    ) -> [ExactString] {
        var known = Set(clients.map(\.id))
        return keys.compactMap { key in
            guard isPruning || key.isEnabled, let mark = KeyMark(of: key), mark.pool == pool,
                case .client(let id) = mark.owner, known.insert(id).inserted
            else { return nil }
            return id
        }
    }

    /// Machine clients that stay refused until somebody does something.
    package var faults: [LeftClient] { left.filter(\.reason.isFault) }

    package func count(of kind: KeyStep.Kind) -> Int {
        changes.reduce(0) { $0 + $1.steps.count { $0.kind == kind } }
    }

    // MARK: Keys that are wanted

    private mutating func add(_ wanted: WantedKey, _ key: APIKey?) {
        guard let key else {
            changes.append(
                KeyChange(
                    wanted: wanted, key: nil, owner: wanted.owner, steps: [.create, .attach(plan: wanted.plan)]))
            return
        }
        guard let mark = KeyMark(of: key), mark.pool == pool else {
            addForeign(wanted, key)
            return
        }
        let isOff = !key.isEnabled && key.description != KeyDescription.disabled
        if isOff { leave(wanted, because: .disabledByHand(keyID: key.id)) }
        let steps =
            placement(of: key, wanted) + (isOff || key.isEnabled ? [] : [.enable])
            + (key.name == wanted.name ? [] : [.rename(wanted.name)])
        if steps.isEmpty {
            unchangedCount += isOff ? 0 : 1
        } else {
            changes.append(KeyChange(wanted: wanted, key: key, owner: wanted.owner, steps: steps))
        }
    }

    /// A key can be in one plan of a stage only, so it leaves the wrong one before it enters the right one.
    private func placement(of key: APIKey, _ wanted: WantedKey) -> [KeyStep] {
        let plans = inventory.attachments.filter { $0.value.contains(key.id) }.keys
        let rivals = inventory.rivals.plans(against: wanted.plan)
        let wrong = plans.filter(rivals.contains).sorted().map { KeyStep.detach(plan: $0) }
        return wrong + (plans.contains(wanted.plan) ? [] : [.attach(plan: wanted.plan)])
    }

    private mutating func addForeign(_ wanted: WantedKey, _ key: APIKey) {
        let isInPlan = inventory.attachments[wanted.plan, default: []].contains(key.id)
        switch (key.isEnabled, isInPlan) {
        case (true, true): leave(wanted, because: .servedByForeignKey(id: key.id))
        case (false, _): leave(wanted, because: .foreignKey(id: key.id, flaw: .isDisabled))
        case (true, false): leave(wanted, because: .foreignKey(id: key.id, flaw: .isNotInThePlan))
        }
    }

    private mutating func leave(_ wanted: WantedKey, because reason: LeftClient.Reason) {
        left.append(LeftClient(id: wanted.owner.name, name: wanted.name, reason: reason))
    }

    // MARK: Keys of ours that nobody wants

    private mutating func addUnwanted(
        _ key: APIKey, _ owner: KeyOwner, _ assignment: KeyAssignment, isPruning: Bool
    ) {
        let reason = IdleKey.Reason(owner, assignment)
        if isPruning, reason.canBePruned {
            changes.append(KeyChange(wanted: nil, key: key, owner: owner, steps: [.delete]))
        } else if reason == .clientGone, key.isEnabled {
            changes.append(KeyChange(wanted: nil, key: key, owner: owner, steps: [.disable]))
        } else {
            idle.append(IdleKey(key: key, owner: owner, reason: reason))
        }
    }
}

/// A key of this tool that nobody is waiting for, and that stays as it is.
package struct IdleKey: Equatable, Sendable {
    package let key: APIKey
    package let owner: KeyOwner
    package let reason: Reason

    package enum Reason: String, Sendable {
        /// The client is no longer in the pool, or can no longer use client credentials.
        case clientGone = "client_gone"
        /// Its client has another key now: the strategy, the secret or the map has changed. An authorizer that is
        /// still deployed may name this one.
        case superseded
        /// Its client, or issuer, is there, and which key it should have is not known.
        case undecided

        fileprivate init(_ owner: KeyOwner, _ assignment: KeyAssignment) {
            switch owner {
            case .client(let id) where !assignment.machines.contains(id): self = .clientGone
            default: self = assignment.served.contains(owner) ? .superseded : .undecided
            }
        }

        fileprivate var canBePruned: Bool { self != .undecided }
    }
}

package import AWSClient
import Authorization
package import StrictJSON

/// Takes the steps of a plan, so that it does not matter where it is stopped, nor who else takes them at the same time:
/// whatever was lost, refused as already there, or already gone is looked at again.
package struct KeyApplication<Store: UsageKeyStore> {
    package var store: Store
    private let pool: ExactString

    /// How often one step is tried where somebody else seems to work on the same, or what was made is not seen yet.
    private static var attemptLimit: Int { 6 }

    package init(store: Store, pool: ExactString) {
        self.store = store
        self.pool = pool
    }

    /// - Returns: The id of the key.
    /// - Throws: ``KeyChangeError`` for the first step that cannot be taken; the steps after it are not tried.
    @discardableResult
    package mutating func apply(_ change: KeyChange) throws(KeyChangeError) -> String {
        var id = change.key?.id
        for step in change.steps {
            if step == .create, let wanted = change.wanted {
                id = try create(wanted)
            } else if let id {
                try take(step, on: id, isNew: change.key == nil)
            }
        }
        return id ?? ""
    }

    private mutating func take(_ step: KeyStep, on id: String, isNew: Bool) throws(KeyChangeError) {
        switch step {
        case .create: return
        case .attach(let plan): try attach(id, to: plan, isNew: isNew)
        case .detach(let plan):
            try repeated(absenceIsSuccess: true) { store throws(AWSError) in try store.detach(id, from: plan) }
        case .delete: try repeated(absenceIsSuccess: true) { store throws(AWSError) in try store.delete(id) }
        case .rename(let name): try update(id, [.name(name)])
        case .enable: try update(id, [.enabled(true), .description(KeyDescription.made)])
        case .disable: try update(id, [.enabled(false), .description(KeyDescription.disabled)])
        }
    }

    // MARK: Steps whose repetition changes nothing

    private mutating func update(_ id: String, _ changes: [KeyUpdate]) throws(KeyChangeError) {
        try repeated(absenceIsSuccess: false) { store throws(AWSError) in try store.update(id, with: changes) }
    }

    private mutating func repeated(
        absenceIsSuccess: Bool, _ call: (inout Store) throws(AWSError) -> Void
    ) throws(KeyChangeError) {
        for attempt in 1... {
            do throws(AWSError) {
                return try call(&store)
            } catch {
                switch error {
                case .notFound where absenceIsSuccess: return
                case .conflict, .outcomeUnknown:
                    guard attempt < Self.attemptLimit else { throw .aws(error) }
                    store.wait(after: attempt)
                default: throw .aws(error)
                }
            }
        }
    }

    // MARK: Create

    /// A value can be had once, so a second attempt makes no second key: it is refused, and the first is found.
    private mutating func create(_ wanted: WantedKey) throws(KeyChangeError) -> String {
        for attempt in 1... {
            do throws(AWSError) {
                return try store.create(wanted, for: pool)
            } catch {
                switch error {
                case .conflict, .outcomeUnknown:
                    if let id = try find(wanted) { return id }
                    guard attempt < Self.attemptLimit else { throw .aws(error) }
                    store.wait(after: attempt)
                default: throw .aws(error)
                }
            }
        }
        return ""
    }

    private mutating func find(_ wanted: WantedKey) throws(KeyChangeError) -> String? {
        let found: APIKey?
        do throws(AWSError) { found = try store.key(valued: wanted.value.value) } catch { throw .aws(error) }
        guard let found else { return nil }
        guard let mark = KeyMark(of: found), mark.pool == pool else { throw .foreignKey(id: found.id) }
        guard found.isEnabled else { throw .isDisabled(id: found.id) }
        return found.id
    }

    // MARK: Attach

    /// API Gateway answers a conflict for a key that is in the plan, for one that is in another plan of the same stage,
    /// and where another key is being attached at the same moment: only looking tells the first, and waiting the last.
    private mutating func attach(_ id: String, to plan: String, isNew: Bool) throws(KeyChangeError) {
        for attempt in 1... {
            do throws(AWSError) {
                return try store.attach(id, to: plan)
            } catch {
                switch error {
                case .conflict, .outcomeUnknown:
                    if try isAttached(id, to: plan) { return }
                case .notFound where isNew: break
                default: throw .aws(error)
                }
                guard attempt < Self.attemptLimit else { throw try lastError(of: id, error) }
                store.wait(after: attempt)
            }
        }
    }

    /// What stands in the way is more use than that something does.
    private mutating func lastError(of id: String, _ error: AWSError) throws(KeyChangeError) -> KeyChangeError {
        guard case .conflict = error else { return .aws(error) }
        let plans: [String]
        do throws(AWSError) { plans = try store.plans(of: id) } catch { throw .aws(error) }
        return plans.isEmpty ? .aws(error) : .isInOtherPlans(plans)
    }

    private mutating func isAttached(_ id: String, to plan: String) throws(KeyChangeError) -> Bool {
        do throws(AWSError) { return try store.isAttached(id, to: plan) } catch { throw .aws(error) }
    }
}

/// Why a change was not made, or not to its end.
package enum KeyChangeError: Error, Equatable, Sendable {
    case aws(AWSError)
    /// Something else has made a key with this value since the plan was made.
    case foreignKey(id: String)
    /// A key of ours with this value was there all the time, disabled, and no list showed it.
    case isDisabled(id: String)
    /// The key has come into these plans since the plan was made, and one of them is for the same stage.
    case isInOtherPlans([String])
}

extension KeyChangeError {
    /// Whether it would befall every other change as well.
    package var concernsAll: Bool {
        guard case .aws(let error) = self else { return false }
        return switch error {
        case .conflict, .notFound, .limitExceeded, .refused, .malformedResponse, .outcomeUnknown: false
        default: true
        }
    }

    package var isLimitOfKeys: Bool {
        if case .aws(.limitExceeded) = self { true } else { false }
    }
}

import AWSClient
import AuthorizerService
import StrictJSON
import Synchronization
import UsageKeys

/// What became of a change.
enum KeyOutcome: Equatable {
    /// With the id of the key.
    case done(String)
    case failed(code: String, message: String)
    case notReached
}

/// Takes the steps of a plan one after another.
final class KeysRun {
    private let plan: KeyPlan
    private let session: KeysSession
    private(set) var outcomes: [KeyOutcome] = []
    /// Why the run ended before its end.
    private(set) var lastWord: String?
    private let stop = StopRequest()

    init(_ plan: KeyPlan, _ session: KeysSession) {
        self.plan = plan
        self.session = session
    }

    var isInterrupted: Bool { stop.isMade }

    var isComplete: Bool {
        outcomes.allSatisfy { if case .done = $0 { true } else { false } }
    }

    func applyAll() {
        let progress = Progress()
        let interruptions = Interruptions { [stop] in stop.make() }
        defer {
            interruptions.stop()
            progress.end()
        }
        var application = KeyApplication(store: session.keys, pool: ExactString(session.pool.id))
        var isFull = false
        for (index, change) in plan.changes.enumerated() {
            guard lastWord == nil, !isInterrupted, !(isFull && change.key == nil) else {
                outcomes.append(.notReached)
                continue
            }
            progress.show("\(index) of \(plan.changes.count) done, now \(change.verbs) \(change.name)")
            do throws(KeyChangeError) {
                outcomes.append(.done(try application.apply(change)))
            } catch {
                outcomes.append(.failed(code: error.code, message: error.message))
                if error.concernsAll { lastWord = error.message }
                if error.isLimitOfKeys { isFull = true }
            }
        }
    }
}

/// A person's wish that the run ends. The first lets the call that is under way come to its end; whoever asks again
/// does not want to wait.
private final class StopRequest: Sendable {
    private let countSoFar = Mutex(0)

    var isMade: Bool { countSoFar.withLock { $0 > 0 } }

    func make() {
        let count = countSoFar.withLock { count in
            count += 1
            return count
        }
        if count == 1 {
            Console.complain("\nstopping after the call that is under way")
        } else {
            System.exit(ExitStatus.interrupted.rawValue)
        }
    }
}

extension KeyChange {
    /// `create, attach`
    var verbs: String { steps.map(\.kind.rawValue).joined(separator: ", ") }
}

extension KeyChangeError {
    var code: String {
        switch self {
        case .aws(let error): error.code
        case .foreignKey: "foreign_key"
        case .isDisabled: "key_disabled"
        case .isInOtherPlans: "in_other_plans"
        }
    }

    var message: String {
        switch self {
        case .aws(.limitExceeded):
            "API Gateway takes no more keys in this account and region; delete what is not used, as with --prune"
        case .aws(let error): "\(error.what); \(error.remedy)"
        case .foreignKey(let id): "key \(id) has its value, and was not made by turnstile; run plan again"
        case .isDisabled(let id): "key \(id) has its value and is disabled, which no list showed; run it again"
        case .isInOtherPlans(let plans):
            "somebody has put the key into plan \(plans.joined(separator: ", ")) of the same stage; run it again"
        }
    }
}

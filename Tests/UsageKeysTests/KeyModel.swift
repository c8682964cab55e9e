import AWSClient
import Authorization
import StrictJSON
import TestSupport
import UsageKeys

/// API Gateway in memory: what it promises, and on top of that every trouble that a call can have.
struct KeyModel: UsageKeyStore {
    /// The process that calls has ended, as SIGKILL ends it.
    static let killed = AWSError.throttled(action: "killed", attempts: 1)

    private(set) var keys: [String: APIKey] = [:]
    private(set) var plans: [String: Set<String>]
    private(set) var violations: [String] = []
    private(set) var changeCount = 0
    /// Stages of which two plans share one, so that no key can be in both.
    let stageOfPlan: [String: String]
    var random: SeededRandom
    /// Calls until the end of the process; `nil` for none.
    var callsUntilKill: Int?
    /// One call in this many has a trouble; `nil` for none.
    var oneTroubleIn: Int?
    private var nextID = 0
    private let foreign: [String: APIKey]
    private let foreignPlaces: [String: Set<String>]

    init(stageOfPlan: [String: String], seed: UInt64, foreign: [(key: APIKey, plan: String?)] = []) {
        self.stageOfPlan = stageOfPlan
        random = SeededRandom(seed: seed)
        plans = stageOfPlan.mapValues { _ in [] }
        for (key, plan) in foreign {
            keys[key.id] = key
            if let plan { plans[plan]?.insert(key.id) }
        }
        self.foreign = keys
        foreignPlaces = plans
    }

    /// All that is looked at where rules name these plans.
    func inventory(named: [String]) -> KeyInventory {
        let all = stageOfPlan.map { UsagePlan(id: $0.key, name: $0.key, stages: [$0.value]) }
        let rivals = PlanRivals(named: named, among: all)
        return KeyInventory(
            keys: keys.values.sorted { $0.id < $1.id }, attachments: plans.filter { rivals.all.contains($0.key) },
            rivals: rivals)
    }

    /// A person takes a key out of every plan, and puts it into this one.
    mutating func moveByHand(valued value: ExactString, to plan: String) {
        guard let key = keys.values.first(where: { $0.value == value }), foreign[key.id] == nil else { return }
        for other in plans.keys { plans[other]?.remove(key.id) }
        plans[plan]?.insert(key.id)
    }

    /// What must never be, whatever happens.
    func faults() -> [String] {
        var faults = violations
        let values = keys.values.map(\.value)
        if Set(values).count != values.count { faults.append("a value is there twice") }
        for (id, key) in foreign where keys[id] != key { faults.append("foreign key \(id) was changed") }
        for (plan, ids) in foreignPlaces where plans[plan]?.intersection(foreign.keys) != ids {
            faults.append("a foreign key in \(plan) was moved")
        }
        return faults
    }

    // MARK: Trouble

    /// Before a call: the end of the process, or a refusal that changes nothing.
    private mutating func begin(_ action: String) throws(AWSError) {
        if let rest = callsUntilKill {
            guard rest > 0 else { throw Self.killed }
            callsUntilKill = rest - 1
        }
        guard let oneTroubleIn, random.oneIn(oneTroubleIn) else { return }
        throw random.oneIn(2)
            ? .conflict(action: action, message: "concurrent modification")
            : .outcomeUnknown(action: action, .status(503))
    }

    /// After a call that was carried out: the end of the process before the answer came, or the answer lost.
    private mutating func end(_ action: String) throws(AWSError) {
        changeCount += 1
        if let rest = callsUntilKill {
            guard rest > 0 else { throw Self.killed }
            callsUntilKill = rest - 1
        }
        guard let oneTroubleIn, random.oneIn(oneTroubleIn) else { return }
        throw .outcomeUnknown(action: action, .status(500))
    }

    private func found(_ id: String, _ action: String) throws(AWSError) -> APIKey {
        guard let key = keys[id] else { throw .notFound(action: action, message: "Invalid API Key identifier") }
        return key
    }

    // MARK: Calls

    mutating func create(_ wanted: WantedKey, for pool: ExactString) throws(AWSError) -> String {
        try begin("POST")
        guard !keys.values.contains(where: { $0.value == wanted.value.value }) else {
            throw .conflict(action: "POST", message: "API Key already exists")
        }
        nextID += 1
        let id = "made\(nextID)"
        let tags = Dictionary(
            uniqueKeysWithValues: KeyMark(pool: pool, owner: wanted.owner).tags.map { ($0.name, $0.value) })
        keys[id] = APIKey(
            id: id, value: wanted.value.value, name: wanted.name, isEnabled: true, description: KeyDescription.made,
            tags: tags)
        try end("POST")
        return id
    }

    mutating func attach(_ key: String, to plan: String) throws(AWSError) {
        try begin("POST")
        _ = try found(key, "POST")
        guard let stage = stageOfPlan[plan] else { throw .notFound(action: "POST", message: "Invalid Usage Plan") }
        guard !plans.contains(where: { stageOfPlan[$0.key] == stage && $0.value.contains(key) }) else {
            throw .conflict(action: "POST", message: "already in a plan of this stage")
        }
        plans[plan]?.insert(key)
        try end("POST")
    }

    mutating func detach(_ key: String, from plan: String) throws(AWSError) {
        try begin("DELETE")
        guard plans[plan]?.remove(key) != nil else {
            throw .notFound(action: "DELETE", message: "Invalid Usage Plan Key")
        }
        try end("DELETE")
    }

    mutating func update(_ key: String, with changes: [KeyUpdate]) throws(AWSError) {
        try begin("PATCH")
        var found = try found(key, "PATCH")
        for change in changes {
            switch change {
            case .name(let name): found.name = name
            case .enabled(let isEnabled): found.isEnabled = isEnabled
            case .description(let text): found.description = text
            }
        }
        keys[key] = found
        try end("PATCH")
    }

    mutating func delete(_ key: String) throws(AWSError) {
        try begin("DELETE")
        _ = try found(key, "DELETE")
        if foreign[key] != nil { violations.append("foreign key \(key) was deleted") }
        keys[key] = nil
        for plan in plans.keys { plans[plan]?.remove(key) }
        try end("DELETE")
    }

    mutating func key(valued value: ExactString) throws(AWSError) -> APIKey? {
        if callsUntilKill == 0 { throw Self.killed }
        return keys.values.first { $0.value == value }
    }

    mutating func isAttached(_ key: String, to plan: String) throws(AWSError) -> Bool {
        if callsUntilKill == 0 { throw Self.killed }
        return plans[plan]?.contains(key) ?? false
    }

    mutating func plans(of key: String) throws(AWSError) -> [String] {
        plans.filter { $0.value.contains(key) }.keys.sorted()
    }

    mutating func wait(after attempt: Int) {}
}

import AuthorizerService
import StrictJSON
import UsageKeys

extension KeysReport {
    /// One object; docs/usage-keys.md describes it.
    var json: String {
        var json = JSONWriter()
        json.beginObject()
        json.member("userPool", session.pool.id)
        json.member("region", session.region)
        json.member("configuration", session.configurationPath)
        json.name("inStep")
        json.bool(outcomes.map { outcomes in outcomes.allSatisfy(\.isDone) } ?? plan.isInStep)
        json.name("isSweep")
        json.bool(plan.isSweep)
        json.name("changes")
        json.beginArray()
        for (index, change) in plan.changes.enumerated() { Self.write(change, outcomes?[index], to: &json) }
        json.endArray()
        json.name("left")
        json.beginArray()
        for left in plan.left { Self.write(left, to: &json) }
        json.endArray()
        json.name("idle")
        json.beginArray()
        for idle in plan.idle { Self.write(idle, to: &json) }
        json.endArray()
        json.name("counts")
        writeCounts(to: &json)
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func write(_ change: KeyChange, _ outcome: KeyOutcome?, to json: inout JSONWriter) {
        json.beginObject()
        json.member(change.owner)
        json.member("name", change.name)
        json.name("steps")
        json.beginArray()
        for step in change.steps { write(step, to: &json) }
        json.endArray()
        switch outcome {
        case .done(let key)?:
            json.member("key", key)
            json.member("outcome", "done")
        case .failed(let code, let message)?:
            json.member("key", change.key?.id)
            json.member("outcome", "failed")
            json.member("error", code)
            json.member("message", message)
        case .notReached?:
            json.member("key", change.key?.id)
            json.member("outcome", "not_reached")
        case nil: json.member("key", change.key?.id)
        }
        json.endObject()
    }

    private static func write(_ step: KeyStep, to json: inout JSONWriter) {
        json.beginObject()
        json.member("do", step.kind.rawValue)
        switch step {
        case .attach(let plan), .detach(let plan): json.member("plan", plan)
        case .rename(let name): json.member("to", name)
        case .create, .enable, .disable, .delete: break
        }
        json.endObject()
    }

    private static func write(_ left: LeftClient, to json: inout JSONWriter) {
        json.beginObject()
        json.member("client", left.id.description)
        json.member("name", left.name)
        json.member("reason", left.reason.code)
        json.name("fault")
        json.bool(left.reason.isFault)
        json.member("message", left.reason.description)
        json.endObject()
    }

    private static func write(_ idle: IdleKey, to json: inout JSONWriter) {
        json.beginObject()
        json.member("key", idle.key.id)
        json.member("name", idle.key.name)
        json.member(idle.owner)
        json.member("reason", idle.reason.rawValue)
        json.endObject()
    }

    private func writeCounts(to json: inout JSONWriter) {
        json.beginObject()
        for kind in KeyStep.Kind.allCases { json.member(kind.rawValue, count(of: kind)) }
        json.member("unchanged", plan.unchangedCount)
        json.member("left", plan.left.count)
        json.member("faults", plan.faults.count)
        json.member("keys", plan.keyCount)
        json.endObject()
    }
}

extension KeyOutcome {
    fileprivate var isDone: Bool { if case .done = self { true } else { false } }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ value: String?) {
        guard let value else { return }
        self.name(name)
        string(value)
    }

    fileprivate mutating func member(_ name: String, _ value: Int) {
        self.name(name)
        integer(Int64(value))
    }

    fileprivate mutating func member(_ owner: KeyOwner) {
        switch owner {
        case .client(let id): member("client", id.description)
        case .issuer(let name): member("issuer", name.description)
        }
    }
}

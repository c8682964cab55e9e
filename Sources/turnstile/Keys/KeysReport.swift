import AuthorizerService
import StrictJSON
import UsageKeys

/// A plan, or what became of it, as a person or a machine reads it. No key's value is in it.
struct KeysReport {
    let plan: KeyPlan
    let session: KeysSession
    /// One for each change; `nil` for a plan that was only made.
    let outcomes: [KeyOutcome]?

    init(_ plan: KeyPlan, _ session: KeysSession, outcomes: [KeyOutcome]?) {
        self.plan = plan
        self.session = session
        self.outcomes = outcomes
    }

    func print(asJSON: Bool) throws(Problem) {
        let form = ConfigurationListing.Form.current
        let text =
            asJSON ? json : lines(width: form.width, coloured: form.isColoured).joined(separator: "\n")
        try Console.deliver(text)
    }

    // MARK: For a person

    func lines(width: Int?, coloured: Bool) -> [String] {
        var table = Table([
            Table.Column(heading: "ACTION"), Table.Column(heading: "CLIENT", leastWidth: 16),
            Table.Column(heading: "CLIENT ID", leastWidth: 12), Table.Column(heading: "PLAN", leastWidth: 8),
            Table.Column(heading: "KEY"),
        ])
        table.rows += plan.changes.enumerated().map { row($1, outcomes?[$0]) }
        table.rows += plan.left.map(row) + listedIdleKeys.map(row)
        let rows = table.rows.isEmpty ? [] : table.lines(width: width, coloured: coloured) + [""]
        return rows + summary
    }

    private func row(_ change: KeyChange, _ outcome: KeyOutcome?) -> Table.Row {
        var row = (mark: Mark.none, key: change.key?.id ?? "", notes: [String]())
        switch outcome {
        case .done(let key)?: (row.mark, row.key) = (.passed, key)
        case .failed(_, let message)?: (row.mark, row.notes) = (.failed, [message])
        case .notReached?: row.mark = .notReached
        case nil: break
        }
        if let name = change.key?.name, change.steps.contains(where: { $0.kind == .rename }) {
            row.notes.append("was \(name)")
        }
        let cells = [
            change.verbs, change.name, change.owner.text, change.wanted.map { planText($0.plan) } ?? "", row.key,
        ]
        return Table.Row(mark: row.mark, cells: cells, notes: row.notes)
    }

    private func row(_ left: LeftClient) -> Table.Row {
        Table.Row(
            mark: left.reason.isFault ? .failed : .none, cells: ["leave", left.name, left.id.description],
            notes: [left.reason.description])
    }

    private func row(_ idle: IdleKey) -> Table.Row {
        let note =
            idle.reason == .superseded ? "its client has another key now" : "which key its owner has is not known"
        return Table.Row(cells: ["leave", idle.key.name, idle.owner.text, "", idle.key.id], notes: [note])
    }

    /// Those that were disabled are counted; those of clients that are left anyway are told there.
    private var listedIdleKeys: [IdleKey] {
        let left = Set(plan.left.map(\.id))
        return plan.idle.filter { $0.reason != .clientGone && !left.contains($0.owner.name) }
    }

    private func planText(_ id: String) -> String {
        session.planNames[id].flatMap { $0.isEmpty ? nil : $0 } ?? id
    }

    private var summary: [String] {
        var parts = KeyStep.Kind.allCases.compactMap { kind -> String? in
            let count = count(of: kind)
            return count == 0 ? nil : "\(count) \(outcomes == nil ? kind.future : kind.past)"
        }
        if parts.isEmpty { parts.append(outcomes == nil || plan.isInStep ? "nothing to do" : "nothing done") }
        parts.append(
            outcomes == nil || plan.isInStep
                ? "\(plan.unchangedCount) as they should be" : "\(plan.unchangedCount) were right")
        if !plan.left.isEmpty { parts.append("\(plan.left.count) left") }
        var lines = [parts.joined(separator: ", ")]
        let unfinished = outcomes?.count { if case .done = $0 { false } else { true } } ?? 0
        if unfinished > 0 { lines.append("\(unfinished) of \(plan.changes.count) changes were not made: run it again") }
        if !plan.faults.isEmpty {
            lines.append("\(plan.faults.count) marked ✗ stay without a key of their own until somebody sees to them")
        }
        let idle = plan.idle.count { $0.reason == .clientGone }
        if idle > 0 { lines.append("\(idle) disabled, their clients gone: --prune deletes them") }
        if outcomes == nil, plan.isSweep {
            lines.append(
                "that takes \(plan.withdrawnCount) of \(plan.usedCount) keys from use: apply does it with --allow-sweep only"
            )
        }
        let total = plan.keyCount + plan.count(of: .create)
        if outcomes == nil, total > KeyPlan.keyLimit {
            lines.append("that makes \(total) keys, and API Gateway takes \(KeyPlan.keyLimit) in an account and region")
        }
        return lines
    }

    /// Steps that are to be taken, or of changes that were made.
    func count(of kind: KeyStep.Kind) -> Int {
        guard let outcomes else { return plan.count(of: kind) }
        return zip(plan.changes, outcomes).reduce(0) { sum, pair in
            guard case .done = pair.1 else { return sum }
            return sum + pair.0.steps.count { $0.kind == kind }
        }
    }
}

extension KeyOwner {
    fileprivate var text: String {
        switch self {
        case .client(let id): id.description
        case .issuer(let name): "all of issuer \(name)"
        }
    }
}

extension KeyStep.Kind {
    fileprivate var future: String { "to \(rawValue)" }

    fileprivate var past: String {
        switch self {
        case .create, .rename, .enable, .disable, .delete: "\(rawValue)d"
        case .attach, .detach: "\(rawValue)ed"
        }
    }
}

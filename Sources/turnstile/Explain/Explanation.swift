import StrictJSON

/// An evaluation as a person or a machine reads it: every check in order, with its verdict.
struct Explanation {
    private let evaluation: Evaluation
    private let failed: Check?

    init(_ evaluation: Evaluation) {
        self.evaluation = evaluation
        failed = evaluation.reason.flatMap(Check.init(reason:))
    }

    private func mark(of check: Check) -> Mark {
        guard let failed, let index = Check.allCases.firstIndex(of: check),
            let failedIndex = Check.allCases.firstIndex(of: failed)
        else { return evaluation.reason == nil ? .passed : .notReached }
        return index < failedIndex ? .passed : index == failedIndex ? .failed : .notReached
    }

    // MARK: For a person

    func lines(coloured: Bool) -> [String] {
        var table = Table([Table.Column(heading: "")])
        for check in Check.allCases {
            let mark = mark(of: check)
            table.rows.append(
                Table.Row(mark: mark, cells: [text(of: check)], notes: mark == .failed ? notes(on: check) : []))
        }
        let lines = table.lines(width: nil, coloured: coloured) + ["", summary]
        return details.isEmpty ? lines : lines + [details]
    }

    private func text(of check: Check) -> String {
        if check == .event, let shape = evaluation.shape { return "\(check.claim): \(shape)" }
        return isUnasked(check) ? "\(check.claim) (not asked for)" : check.claim
    }

    private func isUnasked(_ check: Check) -> Bool {
        evaluation.unasked.contains(check) && mark(of: check) == .passed
    }

    private func notes(on check: Check) -> [String] {
        [evaluation.explanation, evaluation.claimed].compactMap(\.self) + ["to do: \(check.remedy)"]
    }

    private var summary: String { [evaluation.decision, evaluation.reason].compactMap(\.self).joined(separator: ": ") }

    private var details: String {
        named.compactMap { name, value in value.map { "\(name) \($0)" } }.joined(separator: ", ").printable
    }

    private var named: [(String, String?)] {
        [
            ("issuer", evaluation.issuer), ("client", evaluation.client), ("kid", evaluation.keyID),
            ("route", evaluation.route), ("usage key", evaluation.usageKey),
        ]
    }

    // MARK: For a machine

    var json: String {
        var json = JSONWriter()
        json.beginObject()
        let members = [
            ("decision", evaluation.decision), ("reason", evaluation.reason), ("explanation", evaluation.explanation),
            ("remedy", failed?.remedy), ("issuer", evaluation.issuer), ("client", evaluation.client),
            ("kid", evaluation.keyID), ("route", evaluation.route), ("usageIdentifierKey", evaluation.usageKey),
        ]
        for (name, value) in members {
            json.name(name)
            if let value { json.string(value) } else { json.null() }
        }
        json.name("checks")
        json.beginArray()
        for check in Check.allCases {
            json.beginObject()
            json.name("check")
            json.string(check.claim)
            json.name("reason")
            json.string(check.rawValue)
            json.name("verdict")
            json.string(isUnasked(check) ? "not_asked" : mark(of: check).word)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

extension Mark {
    fileprivate var word: String {
        switch self {
        case .passed: "passed"
        case .failed: "failed"
        case .notReached, .none: "not_reached"
        }
    }
}

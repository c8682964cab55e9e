import Authorization
import StrictJSON

/// A comparison as a person or a machine reads it.
struct ComparisonListing {
    let comparison: RouteComparison
    let warnings: [String]

    private static let nothing = "–"

    func lines(_ form: ConfigurationListing.Form) -> [String] {
        var table = Table([
            Table.Column(heading: "ROUTE", leastWidth: 16), Table.Column(heading: "IN THE TEMPLATE", leastWidth: 16),
            Table.Column(heading: "RULE", leastWidth: 16),
        ])
        for line in comparison.lines {
            let rules = line.rules.map(\.description).joined(separator: ", ")
            table.rows.append(
                Table.Row(
                    mark: line.verdict.mark,
                    cells: [
                        line.route ?? Self.nothing, line.source ?? Self.nothing, rules.isEmpty ? Self.nothing : rules,
                    ],
                    notes: [line.note].compactMap(\.self)))
        }
        return table.lines(width: form.width, coloured: form.isColoured) + ["", summary]
    }

    private var summary: String {
        let counts = RouteComparison.Verdict.allCases.compactMap { verdict -> String? in
            let count = comparison.lines.count { $0.verdict == verdict }
            return count == 0 ? nil : "\(count) \(verdict.words(count: count))"
        }
        return (comparison.isInStep ? "in step: " : "not in step: ") + counts.joined(separator: ", ")
    }

    var json: String {
        var json = JSONWriter()
        json.beginObject()
        json.name("inStep")
        json.bool(comparison.isInStep)
        json.name("routes")
        json.beginArray()
        for line in comparison.lines { Self.write(line, to: &json) }
        json.endArray()
        json.name("warnings")
        json.beginArray()
        for warning in warnings { json.string(warning) }
        json.endArray()
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func write(_ line: RouteComparison.Line, to json: inout JSONWriter) {
        json.beginObject()
        json.name("verdict")
        json.string(line.verdict.rawValue)
        for (name, text) in [("route", line.route), ("api", line.api), ("source", line.source), ("note", line.note)] {
            guard let text else { continue }
            json.name(name)
            json.string(text)
        }
        json.name("rules")
        json.beginArray()
        for rule in line.rules { json.string(rule.description) }
        json.endArray()
        json.endObject()
    }
}

extension RouteComparison.Verdict {
    fileprivate var mark: Mark { isDifference ? .failed : self == .inStep ? .passed : .notReached }

    fileprivate func words(count: Int) -> String {
        switch self {
        case .inStep: "with a rule"
        case .noRule: "without a rule"
        case .noRoute: count == 1 ? "rule without a route" : "rules without a route"
        case .otherNames: "with other parameter names"
        case .ruleNotAsked: "whose rule is not asked for"
        case .notARouteKey: "that no table can have"
        case .notGuarded: "not guarded by Turnstile"
        case .unknown: "not known"
        }
    }
}

@testable import Authorization
import StrictJSON
import TestSupport

/// Tables of few words, so that routes lie beneath, beside and across each other.
extension RandomTable {
    private static let words = ["a", "b", "admin"]

    static func hostile(requests: Int, using random: inout SeededRandom) -> RandomTable {
        let count = Int.random(in: 1...6, using: &random)
        var entries: [Entry] = []
        for _ in 0..<count {
            let entry = Self.entry(using: &random)
            if !entries.contains(where: { $0.key == entry.key }) { entries.append(entry) }
        }
        let scopes = Set(["r", "w", "admin"].filter { _ in random.oneIn(2) }.map { ExactString($0) })
        let requests = (0..<requests).map { _ in Self.request(for: entries, words: words, using: &random) }
        return RandomTable(
            entries: entries, scopes: scopes, issuer: random.oneIn(2) ? "machines" : "staff", requests: requests)
    }

    private static func entry(using random: inout SeededRandom) -> Entry {
        let rule = Self.rule(using: &random)
        if random.oneIn(25) { return Entry(method: "$default", segments: [], rule: rule) }
        var segments = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            random.oneIn(3) ? "{x}" : random.pick(words)
        }
        if random.oneIn(4) { segments.append("{p+}") }
        return Entry(method: random.pick(["GET", "GET", "POST", "PUT", "ANY"]), segments: segments, rule: rule)
    }

    private static func rule(using random: inout SeededRandom) -> RouteRule {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: RouteRule()
        case 1: RouteRule(anyScope: ["r", "w"])
        case 2: RouteRule(allScopes: ["r", "w"])
        case 3: RouteRule(anyScope: ["admin"], issuers: ["staff"])
        case 4: RouteRule(issuers: ["staff"])
        default: RouteRule(anyScope: [random.oneIn(2) ? "r" : "w"])
        }
    }
}

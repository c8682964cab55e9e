@testable import Authorization
import StrictJSON
import TestSupport

/// Tables of many routes, of which some do not fit into an answer route by route.
extension RandomTable {
    static func large(requests: Int, using random: inout SeededRandom) -> RandomTable {
        let areas = (0..<Int.random(in: 1...3, using: &random)).map { "area\($0)" }
        let scopes = (0..<Int.random(in: 1...4, using: &random)).map { "s\($0)" }
        var entries: [Entry] = []
        for area in areas {
            let rule = RouteRule(anyScope: [ExactString(random.pick(scopes))])
            for number in 0..<Int.random(in: 3...25, using: &random) {
                entries += resource([area, "things\(number)"], rule, scopes, using: &random)
            }
        }
        let words = areas + ["things0", "things1", "x"]
        let hurting = (0..<requests).map { _ in Self.request(for: entries, words: words, using: &random) }
        return RandomTable(
            entries: entries, scopes: Set(scopes.filter { _ in !random.oneIn(3) }.map { ExactString($0) }),
            issuer: "machines", requests: hurting)
    }

    private static func resource(
        _ path: [String], _ usual: RouteRule, _ scopes: [String], using random: inout SeededRandom
    ) -> [Entry] {
        let rule = random.oneIn(12) ? RouteRule(anyScope: [ExactString(random.pick(scopes))]) : usual
        var entries = [Entry(method: random.oneIn(3) ? "ANY" : "GET", segments: path, rule: rule)]
        if random.oneIn(2) { entries.append(Entry(method: "GET", segments: path + ["{x}"], rule: rule)) }
        if random.oneIn(3) { entries.append(Entry(method: "POST", segments: path + ["{x}"], rule: rule)) }
        if random.oneIn(8) { entries.append(Entry(method: "GET", segments: path + ["{x}", "{p+}"], rule: rule)) }
        return entries
    }
}

@testable import Authorization
import StrictJSON
import TestSupport

/// Tables as people write them: collections, their items and what these have, each with scopes to read and to write;
/// somewhere an area for operators, somewhere a route for everybody.
extension RandomTable {
    private static let collections = ["orders", "customers", "products", "invoices", "shipments"]
    private static let parts = ["lines", "notes", "payments", "history"]

    static func realistic(requests: Int, using random: inout SeededRandom) -> RandomTable {
        let base = random.pick([[], ["v1"], ["external"]])
        var entries: [Entry] = []
        for name in collections.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)) {
            entries += collection(base + [name], name, using: &random)
        }
        if random.oneIn(2) { entries.append(Entry(method: "GET", segments: ["health"], rule: RouteRule())) }
        if random.oneIn(2) {
            let rule = RouteRule(anyGroup: ["operators"], issuers: ["staff"])
            entries.append(Entry(method: "ANY", segments: [random.pick(["admin", "internal"]), "{p+}"], rule: rule))
        }
        if random.oneIn(20) {
            entries.append(
                Entry(method: "ANY", segments: ["{p+}"], rule: random.oneIn(2) ? RouteRule() : reading("all")))
        }
        let scopes = collections.flatMap { ["\($0).read", "\($0).write", "\($0).lines"] } + ["all.read"]
        let words = ["search", "42", "admin", "internal"] + collections + parts
        let hurting = (0..<requests).map { _ in Self.request(for: entries, words: words, using: &random) }
        return RandomTable(
            entries: entries, scopes: Set(scopes.filter { _ in random.oneIn(3) }.map { ExactString($0) }),
            issuer: random.oneIn(3) ? "staff" : "machines", requests: hurting)
    }

    private static func reading(_ name: String) -> RouteRule { RouteRule(anyScope: [ExactString("\(name).read")]) }
    private static func writing(_ name: String) -> RouteRule { RouteRule(anyScope: [ExactString("\(name).write")]) }

    private static func collection(
        _ path: [String], _ name: String, using random: inout SeededRandom
    ) -> [Entry] {
        let read =
            random.oneIn(3)
            ? RouteRule(anyScope: [ExactString("\(name).read"), ExactString("\(name).write")]) : reading(name)
        let item = path + ["{x}"]
        var entries = [
            Entry(method: "GET", segments: path, rule: read), Entry(method: "GET", segments: item, rule: read),
        ]
        if !random.oneIn(4) {
            entries.append(Entry(method: "POST", segments: path, rule: writing(name)))
            entries.append(Entry(method: random.pick(["PUT", "PATCH"]), segments: item, rule: writing(name)))
        }
        if random.oneIn(3) {
            let rule = random.oneIn(2) ? writing(name) : RouteRule(issuers: ["staff"])
            entries.append(Entry(method: "DELETE", segments: item, rule: rule))
        }
        if random.oneIn(3) { entries.append(Entry(method: "GET", segments: path + ["search"], rule: reading("all"))) }
        for part in parts where random.oneIn(4) {
            let rule = random.oneIn(6) ? RouteRule(anyScope: [ExactString("\(name).lines")]) : read
            entries.append(Entry(method: "GET", segments: item + [part], rule: rule))
            if random.oneIn(2) {
                entries.append(Entry(method: "GET", segments: item + [part, "{x}"], rule: rule))
                entries.append(Entry(method: "POST", segments: item + [part], rule: writing(name)))
            }
        }
        if random.oneIn(8) { entries.append(Entry(method: "GET", segments: item + ["files", "{p+}"], rule: read)) }
        return entries
    }
}

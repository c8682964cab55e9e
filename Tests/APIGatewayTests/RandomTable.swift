@testable import Authorization
import StrictJSON
import TestSupport

/// A table, a caller of it, and requests made to hurt.
struct RandomTable: CustomStringConvertible {
    struct Entry {
        var method: String
        var segments: [String]
        var rule: RouteRule

        /// A parameter is named by its place, so that no path has one name twice.
        var key: String {
            let names = segments.enumerated().map { $1 == "{x}" ? "{x\($0)}" : $1 }
            return method.hasPrefix("$") ? method : "\(method) /" + names.joined(separator: "/")
        }

        func matches(_ verb: String, _ path: [String]) -> Bool {
            if method == "$default" { return true }
            guard method == "ANY" || method == verb else { return false }
            if segments.last == "{p+}" {
                return path.count >= segments.count
                    && zip(segments.dropLast(), path).allSatisfy { $0 == "{x}" || $0 == $1 }
            }
            return path.count == segments.count && zip(segments, path).allSatisfy { $0 == "{x}" || $0 == $1 }
        }

        /// The order of choice, written down a second time: 0 literal, 1 parameter, 2 greedy, 3 `$default`; then the
        /// verb before `ANY`.
        var rank: [Int] {
            if method == "$default" { return [3] }
            return segments.map { $0 == "{p+}" ? 2 : $0 == "{x}" ? 1 : 0 } + [method == "ANY" ? 1 : 0]
        }
    }

    struct Request: CustomStringConvertible {
        var verb: String
        var path: [String]
        var description: String { "\(verb)/" + path.joined(separator: "/") }
    }

    var entries: [Entry]
    var scopes: Set<ExactString>
    var issuer: ExactString
    var requests: [Request]

    var description: String {
        let routes = entries.map { "\($0.key) any=\($0.rule.anyScope ?? []) all=\($0.rule.allScopes ?? [])" }
        return "\(routes) scopes \(scopes) issuer \(issuer) requests \(requests)"
    }

    /// The route for a request, found by trying every one; `nil` where none matches.
    func route(for request: Request) -> Int? {
        entries.indices.filter { entries[$0].matches(request.verb, request.path) }
            .min { entries[$0].rank.lexicographicallyPrecedes(entries[$1].rank) }
    }
}

extension RandomTable {
    static let verbs = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]
    static let words = ["a", "b", "admin"]
    static let oddities = [
        "*", "?", "a:b", "GET", "$", "${a}", "a*", "admin2", "%2F", "x y", "é", "A", "{x}", "aa", "-",
    ]

    static func random(using random: inout SeededRandom) -> RandomTable {
        let count = Int.random(in: 1...6, using: &random)
        var entries: [Entry] = []
        for _ in 0..<count {
            let entry = Self.entry(using: &random)
            if !entries.contains(where: { $0.key == entry.key }) { entries.append(entry) }
        }
        let scopes = Set(["r", "w", "admin"].filter { _ in random.oneIn(2) }.map { ExactString($0) })
        let requests = (0..<60).map { _ in Self.request(for: entries, using: &random) }
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

    /// Mostly a path that some template takes, with a word of another or an oddity in it.
    private static func request(for entries: [Entry], using random: inout SeededRandom) -> Request {
        var path = random.pick(entries).segments.flatMap { segment -> [String] in
            switch segment {
            case "{x}": [random.pick(words + oddities)]
            case "{p+}": (0..<Int.random(in: 1...3, using: &random)).map { _ in random.pick(words + oddities) }
            default: [segment]
            }
        }
        if random.oneIn(4) { path.append(random.pick(words + oddities)) }
        if random.oneIn(6), !path.isEmpty { path.removeLast() }
        if random.oneIn(6), !path.isEmpty { path[path.startIndex] = random.pick(words) }
        if random.oneIn(8) { path.insert("", at: Int.random(in: 0...path.count, using: &random)) }
        if path == [""] { path = [] }
        return Request(verb: random.oneIn(2) ? "GET" : random.pick(verbs), path: path)
    }

    /// Tables with one route less, and with one request.
    var smaller: [RandomTable] {
        shrunken(entries).filter { !$0.isEmpty }.map { entries in
            var table = self
            table.entries = entries
            return table
        }
            + (requests.count > 1
                ? shrunken(requests).map { requests in
                    var table = self
                    table.requests = requests
                    return table
                } : [])
    }
}

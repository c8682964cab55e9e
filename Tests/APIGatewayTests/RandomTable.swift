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
        /// verb before `ANY`. HTTP APIs put what is greedy behind all that is not.
        func rank(_ order: RouteTree.Order) -> [Int] {
            if method == "$default" { return [3] }
            let isBehind = order == .httpAPI && segments.last == "{p+}"
            return [isBehind ? 1 : 0] + segments.map { $0 == "{p+}" ? 2 : $0 == "{x}" ? 1 : 0 } + [
                method == "ANY" ? 1 : 0
            ]
        }
    }

    struct Request: CustomStringConvertible {
        var verb: String
        var path: [String]
        var description: String { "\(verb)/" + path.joined(separator: "/") }
    }

    /// What API Gateway may make of a request.
    enum Meaning: Equatable {
        /// One route, or none, whoever reads it.
        case settled(Int?)
        /// Empty segments that may be dropped or taken: any of these.
        case unsettled([Int?])
    }

    var entries: [Entry]
    var scopes: Set<ExactString>
    var issuer: ExactString
    var requests: [Request]
    var order = RouteTree.Order.rest

    var description: String {
        let routes = entries.map { "\($0.key) any=\($0.rule.anyScope ?? []) all=\($0.rule.allScopes ?? [])" }
        return "\(routes) scopes \(scopes) issuer \(issuer) requests \(requests)"
    }

    func table() throws -> RouteTable {
        let table = try RouteTable(entries.map { (try RouteKey(parsing: ExactString($0.key)), $0.rule) })
        return order == .rest ? table : table.orderedForHTTPAPIs ?? table
    }

    /// The route for a path without empty segments, found by trying every one; `nil` where none matches.
    func route(for request: Request) -> Int? {
        entries.indices.filter { entries[$0].matches(request.verb, request.path) }
            .min { entries[$0].rank(order).lexicographicallyPrecedes(entries[$1].rank(order)) }
    }

    /// A path with empty segments may be read as one without them, and as one with something in their place. One
    /// that only ends with a slash is settled where both are the same.
    func meaning(of request: Request) -> Meaning {
        guard request.path.contains("") else { return .settled(route(for: request)) }
        var dropped = request
        dropped.path.removeAll { $0.isEmpty }
        var taken = request
        taken.path = taken.path.map { $0.isEmpty ? "~" : $0 }
        let routes = [route(for: dropped), route(for: taken)]
        let isOneSlashAtEnd = request.path.count > 1 && !request.path.dropLast().contains("")
        return isOneSlashAtEnd && routes[0] == routes[1] ? .settled(routes[0]) : .unsettled(routes)
    }
}

extension RandomTable {
    /// The smaller part of a table that still shows something: with fewer routes, and with fewer requests.
    var smaller: [RandomTable] {
        let withFewerRoutes = shrunken(entries).filter { !$0.isEmpty }.map { entries in
            var table = self
            table.entries = entries
            return table
        }
        guard requests.count > 1 else { return withFewerRoutes }
        return withFewerRoutes
            + shrunken(requests).map { requests in
                var table = self
                table.requests = requests
                return table
            }
    }
}

/// Requests.
extension RandomTable {
    static let verbs = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]

    /// Segments that a careless reader takes for something else.
    static let oddities = [
        "*", "?", "?*", "a:b", "GET", "POST", "$", "${a}", "${*}", "a*", "admin2", "%2F", "a%2Fb", "%2e%2e", "x y", "é",
        "A", "{x}", "{p+}", "aa", "-", "$default", "$connect", "arn:aws:execute-api:eu-central-1:1:a", "\\", "\"",
        "a;b",
    ]

    /// Longest path behind `arn:…:api/stage`: API Gateway evaluates ARNs of up to 1,600 bytes.
    private static var pathLimitInBytes: Int { 1_600 - apiARN.utf8.count }

    /// Mostly a path that some template takes, with a word of another or an oddity in it.
    static func request(for entries: [Entry], words: [String], using random: inout SeededRandom) -> Request {
        let entry = random.pick(entries)
        func segment() -> String { random.oneIn(3) ? random.pick(oddities) : random.pick(words) }
        var path = entry.segments.flatMap { part -> [String] in
            switch part {
            case "{x}": [segment()]
            case "{p+}": (0..<Int.random(in: 1...3, using: &random)).map { _ in segment() }
            default: [part]
            }
        }
        if random.oneIn(4) { path.append(segment()) }
        if random.oneIn(6), !path.isEmpty { path.removeLast() }
        if random.oneIn(6), !path.isEmpty { path[Int.random(in: path.indices, using: &random)] = random.pick(words) }
        if random.oneIn(10) { path.insert("", at: Int.random(in: 0...path.count, using: &random)) }
        if random.oneIn(10), !path.isEmpty { path.append("") }
        if path == [""] { path = [] }
        let isOwnVerb = verbs.contains(entry.method) && !random.oneIn(4)
        let verb = isOwnVerb ? entry.method : random.pick(verbs)
        return lengthened(Request(verb: verb, path: path), using: &random)
    }

    /// Once in a while, one segment so long that the ARN has all the bytes it may have.
    private static func lengthened(_ request: Request, using random: inout SeededRandom) -> Request {
        guard random.oneIn(60), !request.path.isEmpty else { return request }
        var long = request
        let index = Int.random(in: long.path.indices, using: &random)
        let room = pathLimitInBytes - request.description.utf8.count
        guard room > 0, !long.path[index].isEmpty else { return request }
        long.path[index] += String(repeating: random.pick(["x", "*", "%2F", "GET"]), count: 600).prefix(room)
        return long
    }
}

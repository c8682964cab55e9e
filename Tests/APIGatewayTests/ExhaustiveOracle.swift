@testable import Authorization

/// Whether any policy at all says a table, found by trying every pattern over a small world: the paths of up to seven
/// characters, each `a`, `x` or `/`, and all patterns of `a`, `/`, `?` and `*`.
///
/// That patterns do not name `x` is what makes the small world tell of the large one: API Gateway takes more
/// characters than an answer has room for, so that for every policy there are characters which it does not name.
struct ExhaustiveOracle {
    /// Nodes of the tree of all beginnings of paths, as a set.
    private struct Nodes: Hashable {
        private var words: [UInt64]

        init(count: Int) { words = Array(repeating: 0, count: (count + 63) / 64) }

        var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

        func contains(_ node: Int) -> Bool { words[node / 64] & 1 << UInt64(node % 64) != 0 }

        mutating func insert(_ node: Int) { words[node / 64] |= 1 << UInt64(node % 64) }

        mutating func formUnion(_ other: Self) { for index in words.indices { words[index] |= other.words[index] } }

        mutating func formIntersection(_ other: Self) {
            for index in words.indices { words[index] &= other.words[index] }
        }

        mutating func subtract(_ other: Self) { for index in words.indices { words[index] &= ~other.words[index] } }

        func isDisjoint(with other: Self) -> Bool {
            for index in words.indices where words[index] & other.words[index] != 0 { return false }
            return true
        }

        var members: [Int] {
            var members: [Int] = []
            for (index, word) in words.enumerated() {
                var rest = word
                while rest != 0 {
                    members.append(index * 64 + rest.trailingZeroBitCount)
                    rest &= rest - 1
                }
            }
            return members
        }
    }

    private let longest: Int
    /// The paths, and the node at which each ends.
    private var paths: [(segments: [String], node: Int)] = []
    /// Behind `a`, behind `x` and behind `/`.
    private var children: [[Int]] = []
    /// The sets of paths that patterns take.
    private var languages: [Nodes] = []

    init(longest: Int) {
        self.longest = longest
        _ = addNode(behind: "")
        var ends = Nodes(count: children.count)
        for path in paths { ends.insert(path.node) }
        var start = Nodes(count: children.count)
        start.insert(0)
        var seen: Set<Nodes> = [start]
        var open = [start]
        var found: Set<Nodes> = []
        while let nodes = open.popLast() {
            var language = nodes
            language.formIntersection(ends)
            found.insert(language)
            for symbol in Symbol.allCases {
                let next = advance(nodes, over: symbol)
                if !next.isEmpty, seen.insert(next).inserted { open.append(next) }
            }
        }
        languages = Array(found)
    }

    private mutating func addNode(behind text: String) -> Int {
        let node = children.count
        children.append([])
        let segments = text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
        if !segments.contains("") { paths.append((segments, node)) }
        guard text.count < longest else { return node }
        var following = [addNode(behind: text + "a"), addNode(behind: text + "x")]
        if !text.isEmpty, text.last != "/" { following.append(addNode(behind: text + "/")) }
        children[node] = following
        return node
    }

    private enum Symbol: CaseIterable { case a, slash, one, any }

    private func advance(_ nodes: Nodes, over symbol: Symbol) -> Nodes {
        var next = symbol == .any ? nodes : Nodes(count: children.count)
        var open = nodes.members
        while let node = open.popLast() {
            for (index, child) in children[node].enumerated() {
                switch symbol {
                case .a: if index == 0 { next.insert(child) }
                case .slash: if index == 2 { next.insert(child) }
                case .one: next.insert(child)
                case .any:
                    guard !next.contains(child) else { continue }
                    next.insert(child)
                    open.append(child)
                }
            }
        }
        return next
    }

    /// Whether some set of patterns to allow and to deny decides every path as the table does, for a caller of whom
    /// this is known of each entry.
    func canSay(_ table: RandomTable, isPermitted: [Bool]) -> Bool {
        var permitted = Nodes(count: children.count)
        var refused = permitted
        for path in paths {
            guard let route = table.route(for: RandomTable.Request(verb: "GET", path: path.segments)) else { continue }
            if isPermitted[route] { permitted.insert(path.node) } else { refused.insert(path.node) }
        }
        var (allowed, denied) = (Nodes(count: children.count), Nodes(count: children.count))
        for language in languages where language.isDisjoint(with: permitted) { denied.formUnion(language) }
        refused.subtract(denied)
        for language in languages where language.isDisjoint(with: refused) { allowed.formUnion(language) }
        permitted.subtract(allowed)
        return permitted.isEmpty
    }
}

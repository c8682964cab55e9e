import Authorization
import StrictJSON

/// A tree of routes as the walk takes it: where a path may be in it after so many segments, each such place found
/// once.
///
/// The walk is exact: a segment is either one of the literals of the table or like every other.
struct RouteStates {
    /// The symbol of a segment that no route names.
    static let other = 0
    static let start = 0

    /// The routes by class of verbs, `nil` where there is none, of the paths that end here.
    private(set) var routes: [[Int?]] = []
    /// The literals that make a difference next.
    private(set) var literals: [[Int]] = []

    private struct Place: Hashable {
        /// The nodes of the tree at which the path so far ends.
        var nodes: [Int] = []
        /// The greedy nodes that have taken a part of the path, and take all that follows.
        var greedy: [Int] = []
    }

    private let tree: RouteTree
    private let verbs: [Verb]
    private let texts: [ExactString]
    private let symbols: [ExactString: Int]
    private var children: [[(symbol: Int, node: Int)]] = []
    private var places: [Place] = []
    private var indices: [Place: Int] = [:]
    /// For each place, where each symbol leads; -1 where that was not asked for yet.
    private var following: [[Int]] = []

    /// - Parameters:
    ///   - tree: The routes.
    ///   - verbs: One of each class between which no template makes a difference.
    init(_ tree: RouteTree, verbs: [Verb]) {
        self.tree = tree
        self.verbs = verbs
        let literals = Set(tree.nodes.flatMap { $0.literals.keys }).sorted()
        var other: ExactString = "x"
        while literals.contains(other) { other = ExactString(utf8: (other.utf8 + "x".utf8)[...]) }
        texts = [other] + literals
        var symbols: [ExactString: Int] = [:]
        for (index, text) in texts.enumerated() { symbols[text] = index }
        self.symbols = symbols
        children = tree.nodes.map { node in
            node.literals.compactMap { text, node in symbols[text].map { ($0, node) } }
        }
        _ = index(of: Place(nodes: [0]))
    }

    /// A pattern, ready for the walk.
    func steps(of pattern: PathPattern) -> PatternSteps {
        PatternSteps(pattern) { symbols[$0] ?? Self.other }
    }

    /// A segment that the symbol stands for.
    func text(of symbol: Int) -> ExactString { texts[symbol] }

    mutating func advance(_ state: Int, over symbol: Int) -> Int {
        let known = following[state][symbol]
        guard known < 0 else { return known }
        let from = places[state]
        var place = Place(greedy: from.greedy)
        for node in from.nodes {
            if let child = children[node].first(where: { $0.symbol == symbol }) { place.nodes.append(child.node) }
            if let child = tree.nodes[node].parameter { place.nodes.append(child) }
            if let greedy = tree.nodes[node].greedy { place.greedy.append(greedy) }
        }
        let next = index(of: place)
        following[state][symbol] = next
        return next
    }

    private mutating func index(of place: Place) -> Int {
        if let known = indices[place] { return known }
        let index = places.count
        indices[place] = index
        places.append(place)
        routes.append(verbs.map { route(at: place, $0) })
        literals.append(place.nodes.flatMap { children[$0].map { $0.symbol } })
        following.append(Array(repeating: -1, count: texts.count))
        return index
    }

    private func route(at place: Place, _ verb: Verb) -> Int? {
        var chosen: (rank: Int, route: Int)?
        for index in place.nodes + place.greedy {
            guard let route = tree.nodes[index].routes[verb] else { continue }
            let rank = tree.nodes[index].rank
            if rank < chosen?.rank ?? .max { chosen = (rank, route) }
        }
        return chosen?.route ?? tree.defaultRoute
    }
}

/// A set of the routes of one ``RouteTable``, by their index.
package struct RouteSet: Hashable, Sendable {
    private var words: [UInt64]

    package init(routeCount: Int) { words = Array(repeating: 0, count: (routeCount + 63) / 64) }

    package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    package mutating func insert(_ route: Int) { words[route / 64] |= 1 << UInt64(route % 64) }

    package func contains(_ route: Int) -> Bool { words[route / 64] & (1 << UInt64(route % 64)) != 0 }

    package mutating func formUnion(_ other: RouteSet) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    package func isDisjoint(with other: RouteSet) -> Bool {
        !words.indices.contains { words[$0] & other.words[$0] != 0 }
    }

    package func isSubset(of other: RouteSet) -> Bool {
        !words.indices.contains { words[$0] & ~other.words[$0] != 0 }
    }

    /// The members in ascending order.
    package var routes: [Int] {
        var routes: [Int] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                routes.append(index * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return routes
    }
}

import Authorization
import StrictJSON

/// Patterns that stand for all that lies beneath a path, for tables that are too long otherwise.
extension PolicyAnalysis {
    /// A pattern that takes every path beneath a template.
    struct Joint {
        let use: Use
        /// The routes that its paths resolve to. The pattern may stand for these where all of them are permitted.
        let reach: RouteSet
        /// The routes whose own patterns it takes whole.
        let routes: RouteSet
    }

    /// The widest first.
    mutating func joints() throws(PolicyCompilerError) -> [Joint] {
        var joints: [Joint] = []
        var prefixes: Set<PathPattern> = []
        for route in table.routes {
            guard let tokens = route.key.template.map({ PathPattern($0).tokens }) else { continue }
            for count in tokens.indices { prefixes.insert(PathPattern(Array(tokens[..<count]) + [.star])) }
        }
        for pattern in prefixes.sorted(by: { $0.precedes($1) }) {
            for index in verbsOfClass.indices { joints += try joint(pattern, in: index) }
        }
        try findStarReach(of: allowed.flatMap { $0 } + joints.map { $0.use })
        return joints
    }

    private mutating func joint(_ pattern: PathPattern, in index: Int) throws(PolicyCompilerError) -> [Joint] {
        let verbs = verbsOfClass[index]
        let prefix = pattern.tokens.dropLast()
        let routes = table.routes.indices.filter { route in
            let uses = allowed[route].filter { $0.verbs == verbs }
            return !uses.isEmpty
                && uses.allSatisfy {
                    let tokens = patterns[$0.pattern].tokens
                    return tokens.count > prefix.count && tokens.starts(with: prefix)
                }
        }
        guard routes.count > 1 else { return [] }
        let reach = try reach(of: pattern, in: index)
        return [
            Joint(
                use: Use(pattern: place(of: pattern), verbs: verbs), reach: table.set(of: reach),
                routes: table.set(of: Set(routes)))
        ]
    }
}

extension PathPattern {
    /// Shorter patterns come first, those of one length in a settled order.
    fileprivate func precedes(_ other: PathPattern) -> Bool {
        tokens.count == other.tokens.count ? allowed("") < other.allowed("") : tokens.count < other.tokens.count
    }
}

import Authorization
import StrictJSON

/// Which patterns deny what one route's pattern takes of another's paths.
extension PolicyAnalysis {
    /// Patterns that together take every path of the other route that the pattern takes, and no path of a route that
    /// somebody may call who may call the first and not the other.
    ///
    /// Patterns that look useful are tried first. What they leave open is then denied path by path, each by the
    /// narrowest pattern that takes it; if that one does harm, so does every other, and the table is refused. The
    /// paths come to an end, since no later one is an earlier one with more segments in its gaps (Higman's lemma).
    mutating func denials(
        of other: Int, beside route: Int, _ pattern: PathPattern, in index: Int
    ) throws(PolicyCompilerError) -> [PathPattern] {
        var harmless: [PathPattern] = []
        for candidate in candidates(toSeparate: pattern, from: other)
        where try routeHarmed(by: candidate, beside: route, refusing: other, in: index) == nil {
            if try path(to: other, including: pattern, excluding: [candidate], in: index) == nil { return [candidate] }
            harmless.append(candidate)
        }
        while let open = try path(to: other, including: pattern, excluding: harmless, in: index) {
            guard open.count <= PathPattern.lengthLimit else { throw .tooHard }
            let narrowest = self.pattern(of: open)
            if let harmed = try routeHarmed(by: narrowest, beside: route, refusing: other, in: index) {
                let example = try path(to: harmed, including: narrowest, excluding: [], in: index) ?? open
                throw .notExact(
                    permitted: table.routes[route].key, refused: table.routes[other].key,
                    request: request(open, in: index), harmed: table.routes[harmed].key,
                    example: request(example, in: index))
            }
            harmless.append(narrowest)
        }
        for candidate in harmless.reversed() {
            let fewer = harmless.filter { $0 != candidate }
            if try path(to: other, including: pattern, excluding: fewer, in: index) == nil { harmless = fewer }
        }
        return harmless
    }

    /// A route of which the pattern takes a path, and that some caller may call who is permitted the first and refused
    /// the other.
    private mutating func routeHarmed(
        by pattern: PathPattern, beside route: Int, refusing other: Int, in index: Int
    ) throws(PolicyCompilerError) -> Int? {
        for reached in try reach(of: pattern, in: index).sorted() where reached != other {
            if canPermit(route, reached, andRefuse: other) { return reached }
        }
        return nil
    }

    /// First what is denied beside the pattern anyway, then what serves every route beside the refused one, then what
    /// serves this pair only.
    private func candidates(toSeparate pattern: PathPattern, from other: Int) -> [PathPattern] {
        let base = table.routes[other].key.template.map { PathPattern($0) } ?? PathPattern([.star])
        var candidates = pattern.longer + [base]
        if table.isGreedy(other) {
            for count in 1...(depth + 1) { candidates.append(base.deepened(by: count)) }
        }
        for candidate in candidates + [pattern] {
            if let aligned = candidate.aligned(with: base) { candidates.append(aligned) }
            if let aligned = candidate.aligned(with: pattern) { candidates.append(aligned) }
        }
        var seen: Set<PathPattern> = []
        return candidates.filter {
            $0.tokens.count <= PathPattern.lengthLimit && PolicyCompiler.canDeny($0) && seen.insert($0).inserted
        }
    }
}

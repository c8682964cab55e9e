import Authorization
import StrictJSON

/// What one resource of a policy says of a path: literal segments and stars.
///
/// IAM's `*` takes any characters, `/` among them, so a star between slashes stands for one segment **or more**. Of a
/// path without empty segments that is all it can take: both its neighbours are slashes or the end.
struct PathPattern: Hashable, Sendable {
    enum Token: Hashable, Sendable {
        case literal(ExactString)
        /// One segment or more.
        case star
    }

    /// Longest pattern, in tokens: a state of the walk is a word of 64 bits.
    static let lengthLimit = 62

    var tokens: [Token]
    /// Whether the verb before the path is a star too, which then takes any number of segments with it.
    var startsWithStar = false

    /// The narrowest pattern that takes every path of the template.
    init(_ template: RouteTemplate) {
        tokens = template.segments.map { segment in
            switch segment {
            case .literal(let text): .literal(text)
            case .parameter, .greedy: .star
            }
        }
    }

    init(_ tokens: [Token]) { self.tokens = tokens }

    var hasStar: Bool { tokens.contains(.star) }
    var endsWithStar: Bool { tokens.last == .star }

    /// The same for paths that are at least so many segments longer.
    func deepened(by count: Int) -> PathPattern {
        var pattern = self
        pattern.tokens += Array(repeating: .star, count: count)
        return pattern
    }

    func withStarForVerb() -> PathPattern {
        var pattern = self
        pattern.startsWithStar = true
        return pattern
    }

    /// The paths that a pattern takes beyond those of its own length: one star, wherever it is, has taken more.
    var longer: [PathPattern] {
        tokens.indices.filter { tokens[$0] == .star }.map { index in
            var tokens = tokens
            tokens.insert(.star, at: index)
            return PathPattern(tokens)
        }
    }

    /// Segment by segment what both take, where that is one pattern.
    func aligned(with other: PathPattern) -> PathPattern? {
        let (long, short) = tokens.count >= other.tokens.count ? (tokens, other.tokens) : (other.tokens, tokens)
        guard long.count == short.count || short.last == .star else { return nil }
        var aligned: [Token] = []
        for (index, token) in long.enumerated() {
            let opposite = index < short.count ? short[index] : .star
            guard token == opposite || token == .star || opposite == .star else { return nil }
            aligned.append(token == .star ? opposite : token)
        }
        return PathPattern(aligned)
    }
}

/// A pattern as text, behind `arn:…:api/stage/`.
extension PathPattern {
    /// For an `Allow`, the least: a star takes one character at least, so that `GET/a/?*` is not `GET/a/`, which
    /// some APIs take for `/a`.
    func allowed(_ verb: String) -> ExactString {
        text(verb, stars: tokens.map { _ in "?*" })
    }

    /// For a `Deny`, the most: a star takes nothing too, so that `GET/a/*/*` is also `GET/a/b/`, which some APIs take
    /// for `/a/{proxy+}`. Not so for the first segment, where nothing would be the root. A pattern that ends with a
    /// literal is written with a `/` at its end too.
    func denied(_ verb: String) -> [ExactString] {
        let plain = text(verb, stars: tokens.indices.map { $0 == 0 ? "?*" : "*" })
        return endsWithStar || tokens.isEmpty ? [plain] : [plain, ExactString(utf8: (plain.utf8 + "/".utf8)[...])]
    }

    /// The bytes of ``allowed(_:)`` beside its verb.
    var allowedLength: Int {
        tokens.reduce(tokens.isEmpty ? 1 : 0) { length, token in
            switch token {
            case .literal(let text): length + 1 + text.utf8.count
            case .star: length + 1 + "?*".utf8.count
            }
        }
    }

    /// The bytes of ``denied(_:)`` beside the verbs, and how many texts these are.
    var deniedLength: (count: Int, bytes: Int) {
        let laterStars = tokens.dropFirst().count { $0 == .star }
        let bytes = allowedLength - laterStars
        return endsWithStar || tokens.isEmpty ? (1, bytes) : (2, bytes * 2 + 1)
    }

    private func text(_ verb: String, stars: [String]) -> ExactString {
        var text = Array(verb.utf8)
        if tokens.isEmpty { text.append(UInt8(ascii: "/")) }
        for (token, star) in zip(tokens, stars) {
            text.append(UInt8(ascii: "/"))
            switch token {
            case .literal(let literal): text += literal.utf8
            case .star: text += star.utf8
            }
        }
        return ExactString(utf8: text[...])
    }
}

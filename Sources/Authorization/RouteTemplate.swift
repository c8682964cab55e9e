package import StrictJSON

/// The path of a route key: `/orders/{id}`, `/files/{proxy+}`, `/`.
///
/// REST APIs take segments of `a-z A-Z 0-9 . _ - :` only (the service's own message, "Resource's path part only
/// allow a-zA-Z0-9._-: …"); HTTP APIs take a little more. Accepted here are the unreserved characters of RFC 3986
/// §2.3 with `:`, `,` and `@`: no character that IAM reads (`*`, `?`, `$`), and none that has two spellings (`%`).
package struct RouteTemplate: Hashable, Sendable {
    package enum Segment: Hashable, Sendable {
        case literal(ExactString)
        /// `{name}`: one segment.
        case parameter(ExactString)
        /// `{name+}`: one segment or more; the last of its template.
        case greedy(ExactString)
    }

    package let segments: [Segment]
    package let text: ExactString

    /// A template that API Gateway could not name in a policy is of no use: resources end at 512 characters.
    package static let lengthLimitInBytes = 512
    /// Our own bound; states of the policy compiler are bits of one word.
    package static let segmentLimit = 32

    /// - Throws: ``RouteKeyError`` for the first rule broken.
    package init(parsing text: ExactString) throws(RouteKeyError) {
        guard text.utf8.first == UInt8(ascii: "/") else { throw .pathNotAbsolute }
        guard text.utf8.count <= Self.lengthLimitInBytes else { throw .tooLong(limitInBytes: Self.lengthLimitInBytes) }
        self.text = text
        guard text.utf8.count > 1 else {
            segments = []
            return
        }
        let parts = text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count <= Self.segmentLimit else { throw .tooManySegments(limit: Self.segmentLimit) }
        var segments: [Segment] = []
        for (index, part) in parts.enumerated() {
            segments.append(try Segment(parsing: part, isLast: index == parts.count - 1))
        }
        try Self.checkNamesAreDistinct(segments)
        self.segments = segments
    }

    /// Two parameters of one name would be one member of `pathParameters`; API Gateway takes no such path.
    private static func checkNamesAreDistinct(_ segments: [Segment]) throws(RouteKeyError) {
        var names: Set<ExactString> = []
        for case .parameter(let name) in segments where !names.insert(name).inserted {
            throw .parameterTwice(name)
        }
        if case .greedy(let name) = segments.last, names.contains(name) { throw .parameterTwice(name) }
    }

    /// The template with its parameters' names left out: what two templates share that match the same paths.
    var shape: [Segment] {
        segments.map { segment in
            switch segment {
            case .literal: segment
            case .parameter: .parameter("")
            case .greedy: .greedy("")
            }
        }
    }
}

extension RouteTemplate {
    package var isGreedy: Bool {
        if case .greedy = segments.last { return true }
        return false
    }

    /// Whether this greedy template takes a path from a full one, by the order of REST APIs.
    func comesBefore(full: RouteTemplate) -> Bool {
        guard full.segments.count >= segments.count else { return false }
        var isBefore: Bool?
        for (own, other) in zip(segments.dropLast(), full.segments) {
            switch (own, other) {
            case (.literal(let text), .literal(let other)): guard text == other else { return false }
            case (.literal, _): isBefore = isBefore ?? true
            case (_, .literal): isBefore = isBefore ?? false
            default: break
            }
        }
        return isBefore ?? false
    }
}

extension RouteTemplate.Segment {
    fileprivate init(parsing part: ArraySlice<UInt8>, isLast: Bool) throws(RouteKeyError) {
        let text = ExactString(utf8: part)
        guard !part.isEmpty else { throw .emptySegment }
        guard part.contains(UInt8(ascii: "{")) || part.contains(UInt8(ascii: "}")) else {
            guard !PathText.isDotSegment(part) else { throw .dotSegment }
            guard part.allSatisfy(Self.isLiteral) else { throw .invalidCharacter(in: text) }
            self = .literal(text)
            return
        }
        guard part.first == UInt8(ascii: "{"), part.last == UInt8(ascii: "}"), part.count > 2 else {
            throw .malformedParameter(text)
        }
        var name = part.dropFirst().dropLast()
        let isGreedy = name.last == UInt8(ascii: "+")
        if isGreedy { name = name.dropLast() }
        guard !name.isEmpty, name.allSatisfy(Self.isName) else { throw .malformedParameter(text) }
        guard !isGreedy || isLast else { throw .greedyNotLast(text) }
        self = isGreedy ? .greedy(ExactString(utf8: name)) : .parameter(ExactString(utf8: name))
    }

    private static func isLiteral(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "@"): true
        default: PathText.isUnreserved(byte)
        }
    }

    private static func isName(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ":") || (byte != UInt8(ascii: "~") && PathText.isUnreserved(byte))
    }
}

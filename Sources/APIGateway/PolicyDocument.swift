package import Authorization
package import StrictJSON

/// The statements of an answer: what is allowed of one API's stage, and what is denied although a wildcard allows it.
package struct PolicyDocument: Equatable, Sendable {
    package let allow: [ExactString]
    package let deny: [ExactString]

    /// Whether the caller gets nothing. Such an answer names no usage key.
    package var isDenial: Bool { allow.isEmpty }

    /// As JSON. Written once, since a document serves many answers.
    private let text: [UInt8]
    /// Whether no resource passes ``PolicyCompiler/resourceLimitInBytes``.
    let hasShortResources: Bool

    private init(allow: [ExactString], deny: [ExactString]) {
        self.allow = allow
        self.deny = deny
        text = Self.json(allow: allow, deny: deny)
        hasShortResources = (allow + deny).allSatisfy { $0.utf8.count <= PolicyCompiler.resourceLimitInBytes }
    }

    /// Denies the whole stage of the API, aloud, so that no other policy (a resource policy of the API) allows it.
    package static func denyingAll(of arn: MethodARN) -> Self {
        Self(allow: [], deny: [arn.apiStagePrefix + "*"])
    }

    /// What the caller may do, whichever request asked: `"policy": "token"`.
    package init(_ policy: CompiledPolicy, on arn: MethodARN) {
        switch arn.operation {
        case .connect:
            self = policy.allowsConnect ? Self(allow: [arn.text], deny: []) : .denyingAll(of: arn)
        case .method, .default:
            guard !policy.allow.isEmpty else {
                self = .denyingAll(of: arn)
                return
            }
            let prefix = arn.apiStagePrefix
            self.init(allow: policy.allow.map { prefix + $0 }, deny: policy.deny.map { prefix + $0 })
        }
    }

    /// Allows this request and no other: `"policy": "request"`.
    ///
    /// A path is repeated only where IAM reads none of its characters as a wildcard or a variable; else the route's
    /// own pattern stands for it, which may take more paths than this one but is kept for this one only.
    package static func allowing(_ route: RouteKey, on arn: MethodARN) -> Self {
        switch arn.operation {
        case .connect, .default: return Self(allow: [arn.text], deny: [])
        case .method(let verb, _):
            guard !canName(arn) else { return Self(allow: [arn.text], deny: []) }
            guard let verb = Verb(verb) else { return .denyingAll(of: arn) }
            let patterns = PolicyCompiler.patterns(of: route, verb: verb)
            guard !patterns.isEmpty else { return .denyingAll(of: arn) }
            let prefix = arn.apiStagePrefix
            return Self(allow: patterns.map { prefix + $0 }, deny: [])
        }
    }

    /// Allows this request and no other, where it can be named; else nothing: for an answer to one request that API
    /// Gateway may keep for others too.
    package static func allowingOnly(_ arn: MethodARN) -> Self {
        canName(arn) ? Self(allow: [arn.text], deny: []) : .denyingAll(of: arn)
    }

    /// Denies this request and no other, where it can be named; else the whole stage.
    package static func denying(_ arn: MethodARN) -> Self {
        canName(arn) ? Self(allow: [], deny: [arn.text]) : .denyingAll(of: arn)
    }

    /// Whether the request's own ARN, as a resource, takes this request and no other.
    private static func canName(_ arn: MethodARN) -> Bool {
        guard case .method(_, let path) = arn.operation else { return true }
        return !path.utf8.contains(where: isSpecial) && arn.text.utf8.count <= PolicyCompiler.resourceLimitInBytes
    }

    /// The same document, with this request denied where it allows it.
    ///
    /// A policy's wildcards also take paths that no route of the table does: those of a route that the API has and
    /// the table has not, or another spelling of a path. Whoever is refused such a request must not be allowed it by
    /// the answer that refuses it. A character that IAM reads, or that takes more room in JSON, becomes a `?`, which
    /// takes it and any other.
    package func refusing(_ arn: MethodARN) -> Self {
        guard allows(arn.text) else { return self }
        guard arn.text.utf8.count <= PolicyCompiler.resourceLimitInBytes else { return .denyingAll(of: arn) }
        let rest = arn.text.utf8.dropFirst(arn.apiStagePrefixUTF8.count)
        let literal = rest.map { Self.isSpecial($0) || Self.isEscaped($0) ? UInt8(ascii: "?") : $0 }
        return Self(allow: allow, deny: deny + [arn.apiStagePrefix + ExactString(utf8: literal[...])])
    }

    /// What API Gateway makes of the document for a request: a Deny overrules an Allow (IAM user guide, *Policy
    /// evaluation logic*).
    package func allows(_ resource: ExactString) -> Bool {
        allow.contains { ResourcePattern(text: $0).matches(resource) }
            && !deny.contains { ResourcePattern(text: $0).matches(resource) }
    }

    /// Characters that JSON spells with more than one (RFC 8259 §7).
    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "$")
    }
}

extension ExactString {
    /// In a block of just this length: `+` of arrays takes up to twice as much, and a document is kept for long.
    fileprivate static func + (left: Self, right: Self) -> Self {
        var utf8: [UInt8] = []
        utf8.reserveCapacity(left.utf8.count + right.utf8.count)
        utf8 += left.utf8
        utf8 += right.utf8
        return Self(utf8: utf8[...])
    }
}

extension PolicyDocument {
    func write(to writer: inout JSONWriter) { writer.raw(text[...]) }

    private static func json(allow: [ExactString], deny: [ExactString]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("Version")
        writer.string("2012-10-17")
        writer.name("Statement")
        writer.beginArray()
        write("Allow", allow, to: &writer)
        write("Deny", deny, to: &writer)
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ effect: String, _ resources: [ExactString], to writer: inout JSONWriter) {
        guard !resources.isEmpty else { return }
        writer.beginObject()
        writer.name("Action")
        writer.string("execute-api:Invoke")
        writer.name("Effect")
        writer.string(effect)
        writer.name("Resource")
        writer.beginArray()
        for resource in resources { writer.string(resource) }
        writer.endArray()
        writer.endObject()
    }
}

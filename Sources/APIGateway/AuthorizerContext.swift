package import Authorization
package import StrictJSON

/// What an answer tells the integration, access logs and gateway responses (`$context.authorizer.…`).
///
/// REST and WebSocket APIs take strings, numbers and booleans only and answer anything else with a configuration
/// error; a mapping may put a value into a header. So a claim that is not one of these, or has a character other
/// than printable ASCII, is left out whole, never altered.
package struct AuthorizerContext: Sendable {
    /// Why a claim that the token has was left out.
    package enum Omission: String, Sendable {
        case notAScalar, unprintable, tooLong, tooMany
        /// No space was left in the answer.
        case answerFull
    }

    /// Our own bounds; API Gateway names none but the answer's.
    package static let memberLimit = 32
    package static let valueLimitInBytes = 2_048
    package static let nameLimitInBytes = 128

    /// A value is JSON text.
    private(set) var members: [(name: String, value: ArraySlice<UInt8>)] = []
    package private(set) var omissions: [(name: String, reason: Omission)] = []

    package init() {}

    /// Claims in order of importance: the last go first where the answer is full. `client_id` is the client that the
    /// token was issued to, whichever claim says so.
    package init(claims names: [String], of caller: Caller) { add(claims: names, of: caller) }

    /// Adds claims; see ``init(claims:of:)``.
    package mutating func add(claims names: [String], of caller: Caller) {
        members.reserveCapacity(members.count + names.count)
        for name in names {
            if name == "client_id", let clientID = caller.clientID {
                add(name, clientID)
            } else if let claim = caller.claim(named: name) {
                add(name, claim)
            }
        }
    }

    /// Adds a word of our own, such as a reason or an issuer's name.
    package mutating func add(_ name: String, _ text: ExactString) {
        guard arePrintable(text.utf8.span) else { return omit(name, .unprintable) }
        var writer = JSONWriter(reservingBytes: text.utf8.count + 2)
        writer.string(text)
        add(name, json: writer.bytes[...])
    }

    private mutating func add(_ name: String, _ claim: JSONValue) {
        if let text = claim.plainText { return add(name, json: text) }
        if let text = claim.exactString { return add(name, text) }
        let isNumber = claim.number?.whole(.down) != nil
        guard isNumber || claim.bool != nil else { return omit(name, claim.number == nil ? .notAScalar : .tooLong) }
        add(name, json: claim.text)
    }

    private mutating func add(_ name: String, json value: ArraySlice<UInt8>) {
        guard !members.contains(where: { $0.name.utf8.span.isEqual(to: name.utf8.span) }) else { return }
        guard (1...Self.nameLimitInBytes).contains(name.utf8.count), arePrintable(name.utf8.span) else {
            return omit(name, .unprintable)
        }
        guard value.count <= Self.valueLimitInBytes else { return omit(name, .tooLong) }
        guard members.count < Self.memberLimit else { return omit(name, .tooMany) }
        members.append((name, value))
    }

    private mutating func omit(_ name: String, _ reason: Omission) { omissions.append((name, reason)) }

    /// Leaves out members from the last until the rest takes no more than so many bytes.
    func fitting(into limit: Int) -> AuthorizerContext {
        var context = self
        while let last = context.members.last, context.lengthInBytes > limit {
            context.members.removeLast()
            context.omit(last.name, .answerFull)
        }
        return context
    }

    /// `,"context":{…}`, at the most.
    private var lengthInBytes: Int {
        guard !members.isEmpty else { return 0 }
        return members.reduce(#","context":{}"#.utf8.count) { $0 + $1.name.utf8.count * 2 + $1.value.count + 4 }
    }

    func write(to writer: inout JSONWriter) {
        guard !members.isEmpty else { return }
        writer.name("context")
        writer.beginObject()
        for (name, value) in members {
            writer.name(name)
            writer.raw(value)
        }
        writer.endObject()
    }
}

/// The characters of RFC 5234's VCHAR, and the space.
func isPrintable(_ byte: UInt8) -> Bool { 0x20...0x7E ~= byte }

func arePrintable(_ text: Span<UInt8>) -> Bool {
    guard !PlainText.isAll(of: text) else { return true }
    for index in text.indices {
        guard isPrintable(text[index]) else { return false }
    }
    return true
}

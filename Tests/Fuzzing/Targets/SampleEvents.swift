import Foundation

/// The sample events of the checkout, whose tokens were signed by keys that nobody has any more.
struct SampleEvent {
    let name: String
    let text: [UInt8]
    /// Each that it has, once.
    let tokens: [[UInt8]]
    let decision: String
    let reason: String?
    let usageKey: String?
    /// What the expected answer allows; `nil` where it is no policy.
    let requests: [String: Bool]?

    static let all: [SampleEvent] = {
        let folder = checkout.appending(path: "events")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let samples = names.filter { $0.hasSuffix(".expected.json") }.sorted().map { SampleEvent(expectation: $0) }
        require(samples.count > 20, "the sample events are there")
        return samples
    }()

    /// The reasons of those whose signature is none of a known key.
    private static let reasonsOfBadSignatures: Set = [
        "invalid_signature", "unknown_key", "unsupported_algorithm", "malformed_token",
    ]

    /// Whether a known key signed the tokens, expired or of somebody else as they may be.
    var isSigned: Bool { !Self.reasonsOfBadSignatures.contains(reason ?? "") }

    /// The reasons of those in which the event is wrong, and not the token.
    private static let reasonsOfBadEvents: Set = ["ambiguous_credentials", "event_unrecognised"]

    /// Whether the authorizer takes the tokens, each for itself and in a good event.
    var isKnown: Bool { decision == "allow" || decision == "deny" || Self.reasonsOfBadEvents.contains(reason ?? "") }

    private init(expectation name: String) {
        self.name = name.replacing(".expected.json", with: "")
        text = contents(of: "events/\(self.name).json")
        var tokens: [[UInt8]] = []
        for range in tokenRanges(in: text) where !tokens.contains(Array(text[range])) {
            tokens.append(Array(text[range]))
        }
        self.tokens = tokens
        let expected = jsonObject(contents(of: "events/\(name)"))
        decision = expected["decision"] as? String ?? ""
        reason = expected["reason"] as? String
        usageKey = expected["usageIdentifierKey"] as? String
        requests = (expected["policy"] as? [String: Any])?["requests"] as? [String: Bool]
    }
}

/// The members of an object, as another parser than the product's reads it; none where it is no object.
func jsonObject(_ text: some Collection<UInt8>) -> [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(text))) as? [String: Any] ?? [:]
}

/// Where a text holds what looks like a token: `eyJ`, which is `{"` in base64url, and on to the next character that
/// no token has.
func tokenRanges(in text: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var position = 0
    while position + 3 <= text.count {
        guard text[position] == UInt8(ascii: "e"), text[position + 1] == UInt8(ascii: "y"),
            text[position + 2] == UInt8(ascii: "J")
        else {
            position += 1
            continue
        }
        let end = text[position...].firstIndex { !isTokenCharacter($0) } ?? text.count
        ranges.append(position..<end)
        position = end
    }
    return ranges
}

private func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        true
    default: false
    }
}

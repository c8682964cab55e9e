@testable import Authorization
import StrictJSON
import Testing

@Suite("Usage keys")
struct UsageKeyTests {
    static let long = ExactString(String(repeating: "k", count: 128))
    static let id: ExactString = "1h57kf5cpq17m0eml12example"

    @Test(arguments: ["abcdefghij0123456789", "A-Z_a-z_0-9_---------", long])
    func `a key of 20 to 128 characters is taken`(_ value: ExactString) throws {
        #expect(try UsageKey(value).value == value)
    }

    static let faults: [(ExactString, UsageKeyFault)] = [
        ("", .unfitLength(0)), ("abcdefghij012345678", .unfitLength(19)),
        (ExactString(String(repeating: "k", count: 129)), .unfitLength(129)),
        ("abcdefghij012345678 ", .unfitCharacter), ("abcdefghij012345678/", .unfitCharacter),
        ("abcdefghij012345678\u{0}", .unfitCharacter), ("abcdefghij0123456789é", .unfitCharacter),
    ]

    @Test(arguments: faults)
    func `threat 64: a key of another form is refused and not shown`(_ value: ExactString, _ fault: UsageKeyFault) {
        #expect(throws: fault) { try UsageKey(value) }
        #expect(!fault.description.contains("abcdefghij"))
    }

    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let strategy: UsageKeyStrategy
        var client: ExactString? = id
        var isMachine = true
        var claims = "{}"
        var key: ExactString?
        var fault: UsageKeyFault?
    }

    static func key(_ text: ExactString) -> UsageKey {
        guard let key = try? UsageKey(text) else { preconditionFailure(text.description) }
        return key
    }

    static let vectors = [
        Vector(testDescription: "none", strategy: .none),
        Vector(testDescription: "fixed", strategy: .fixed(key(long)), client: nil, key: long),
        Vector(testDescription: "client id", strategy: .clientID, key: id),
        Vector(testDescription: "client id of a person's token", strategy: .clientID, isMachine: false, key: id),
        Vector(testDescription: "no client id", strategy: .clientID, client: nil, fault: .noClientID),
        Vector(testDescription: "a client id too short", strategy: .clientID, client: "x", fault: .unfitLength(1)),
        Vector(testDescription: "automatic, a machine", strategy: .automatic, key: id),
        Vector(testDescription: "automatic, a person", strategy: .automatic, isMachine: false),
        Vector(
            testDescription: "a claim", strategy: .claim("k"), claims: #"{"k":"abcdefghij0123456789"}"#,
            key: "abcdefghij0123456789"),
        Vector(testDescription: "no such claim", strategy: .claim("k"), fault: .claimMissing("k")),
        Vector(
            testDescription: "a claim of another type", strategy: .claim("k"),
            claims: #"{"k":["abcdefghij0123456789"]}"#,
            fault: .claimNotAString("k")),
        Vector(
            testDescription: "threat 64: a claim of another form", strategy: .claim("k"),
            claims: #"{"k":"abcdefghij0123456789\n"}"#, fault: .unfitCharacter),
        // Python: hmac.new(b"secret", b"https://issuer.example\0" + client, "sha256").hexdigest()
        Vector(
            testDescription: "threat 65: HMAC of issuer, NUL and client id",
            strategy: .hmac(secret: Array("secret".utf8)),
            key: "591581444c6ac051c406199d2a94a27d794cf985e2046476e4cfdccbcf36093a"),
        Vector(testDescription: "HMAC without a client", strategy: .hmac(secret: [1]), client: nil, fault: .noClientID),
        Vector(testDescription: "HMAC without a secret", strategy: .hmac(secret: []), fault: .hashUnavailable),
        Vector(testDescription: "a map", strategy: .map([id: key(long)], otherwise: .deny), key: long),
        Vector(
            testDescription: "a map without the client", strategy: .map([:], otherwise: .deny), fault: .clientNotMapped),
        Vector(testDescription: "a map that may miss", strategy: .map([:], otherwise: .none)),
        Vector(
            testDescription: "a map, and no client", strategy: .map([:], otherwise: .deny), client: nil,
            fault: .clientNotMapped),
    ]

    @Test func `threat 65: one client id of two issuers is two keys, and of one issuer one`() throws {
        let strategy = UsageKeyStrategy.hmac(secret: Array("secret".utf8))
        func key(_ issuer: ExactString, _ client: ExactString) throws -> UsageKey? {
            try strategy.key(for: caller(url: issuer, client: client), hashing: OpenSSLHash())
        }
        let issuers: [ExactString] = ["https://issuer.example", "https://issuer.example/", "https://issuer.example0"]
        let clients: [ExactString] = ["a", "0a", "/a", "b"]
        let keys = try issuers.flatMap { issuer in try clients.map { try key(issuer, $0) } }
        #expect(Set(keys.map { $0?.value }).count == issuers.count * clients.count)
        #expect(try key(issuers[0], "a") == key(issuers[0], "a"))
    }

    @Test(arguments: vectors)
    func `threat 64, threat 65: a key is found by its strategy`(_ vector: Vector) throws {
        let caller = try caller(client: vector.client, isMachine: vector.isMachine, claims: vector.claims)

        var fault: UsageKeyFault?
        var key: UsageKey?
        do throws(UsageKeyFault) {
            key = try vector.strategy.key(for: caller, hashing: OpenSSLHash())
        } catch {
            fault = error
        }

        #expect(key?.value == vector.key)
        #expect(fault == vector.fault)
        #expect(fault?.description.hasPrefix("usage key") ?? true)
    }
}

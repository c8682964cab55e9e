import Authorization
import JOSE
import StrictJSON
import Testing
import UsageKeys

@Suite("Which key a client should have")
struct KeyAssignmentTests {
    private static let secret = Array("0123456789abcdef0123456789abcdef".utf8)

    @Test
    func `by default a machine client's key is its id`() {
        let assignment = Fixtures.assignment([Fixtures.client(1), Fixtures.client(2, isMachine: false)])
        #expect(assignment.wanted.map(\.value.value) == [Fixtures.id(1)])
        #expect(assignment.left.isEmpty)
    }

    /// HMAC-SHA-256 of issuer, NUL and client id, made with Python's hmac.
    @Test
    func `an HMAC is of the pool's issuer and the client, as the authorizer makes it`() {
        let assignment = Fixtures.assignment([Fixtures.client(1)], [Fixtures.entry(.hmac(secret: Self.secret))])
        #expect(
            assignment.wanted.map(\.value.value)
                == ["4f49e2392a5eacb9d78a6f0068f91d8f038f68c597407b68c4e68982275d747a"])
    }

    @Test
    func `a map gives what it names, and who is not named is left by what it says of others`() throws {
        let keys = [Fixtures.id(1): try Fixtures.usageKey("a-key-of-twenty-or-more")]
        let clients = [Fixtures.client(1), Fixtures.client(2)]
        let denying = Fixtures.assignment(clients, [Fixtures.entry(.map(keys, otherwise: .deny))])
        #expect(denying.wanted.map(\.value.value) == ["a-key-of-twenty-or-more"])
        #expect(denying.left.map(\.reason) == [.unusable(.clientNotMapped)])
        let lenient = Fixtures.assignment(clients, [Fixtures.entry(.map(keys, otherwise: .none))])
        #expect(lenient.left.map(\.reason) == [.notMetered])
        #expect(lenient.left.map(\.reason.isFault) == [false])
    }

    @Test
    func `clients that share a key share one plan, or the second is left`() throws {
        let key = try Fixtures.usageKey("a-key-of-twenty-or-more")
        let entry = Fixtures.entry(.map([Fixtures.id(1): key, Fixtures.id(2): key], otherwise: .deny))
        let clients = [Fixtures.client(1, "a"), Fixtures.client(2, "b")]
        let shared = Fixtures.assignment(clients, [entry])
        #expect(shared.wanted.map(\.clients) == [[Fixtures.id(1), Fixtures.id(2)]])
        let torn = Fixtures.assignment(clients, [entry], Fixtures.rules([("a", "silver")]))
        #expect(torn.wanted.map(\.plan) == ["silver"])
        #expect(torn.left.map(\.reason) == [.sharesKeyAcrossPlans(with: Fixtures.id(1))])
    }

    @Test
    func `a fixed key is one for all callers of its issuer, and is there without any machine client`() throws {
        let key = try Fixtures.usageKey("the-staff-key-of-twenty")
        let issuers = [
            Fixtures.entry(clients: [Fixtures.id(1)]),
            Fixtures.entry(.fixed(key), name: "staff", clients: [Fixtures.id(2)]),
        ]
        let assignment = Fixtures.assignment([Fixtures.client(1), Fixtures.client(2)], issuers)
        #expect(assignment.wanted.map(\.owner) == [.client(Fixtures.id(1)), .issuer("staff")])
        #expect(assignment.wanted.map(\.clients) == [[Fixtures.id(1)], [Fixtures.id(2)]])
        #expect(Fixtures.assignment([], issuers).wanted.map(\.owner) == [.issuer("staff")])
    }

    @Test
    func `a client goes to the first entry that lists it, as its tokens do`() throws {
        let issuers = [
            Fixtures.entry(.none, name: "quiet", clients: [Fixtures.id(1)]),
            Fixtures.entry(.claim("k"), name: "claimed", clients: [Fixtures.id(2)]),
            Fixtures.entry(name: "identity", clients: [Fixtures.id(3)], tokenUse: .id),
            Fixtures.entry(name: "machines", clients: [Fixtures.id(1), Fixtures.id(4)]),
        ]
        let assignment = Fixtures.assignment((1...5).map { Fixtures.client($0) }, issuers)
        #expect(assignment.wanted.map(\.owner) == [.client(Fixtures.id(4))])
        #expect(
            assignment.left.map(\.reason) == [.notMetered, .keyIsInAClaim, .takesOnlyIDTokens, .notAccepted])
    }

    @Test(arguments: [
        (Fixtures.entry(.automatic), []), (Fixtures.entry(.none), []),
        (Fixtures.entry(.clientID), [LeftClient.Reason.callsForPeople]),
        (Fixtures.entry(.hmac(secret: secret)), [.callsForPeople]),
    ])
    func `a client with which people call is told where they would be metered by its key`(
        _ entry: MeteredIssuer, _ reasons: [LeftClient.Reason]
    ) {
        let assignment = Fixtures.assignment([Fixtures.client(1, isMachine: false)], [entry])
        #expect(assignment.wanted.isEmpty)
        #expect(assignment.left.map(\.reason) == reasons)
    }

    @Test(arguments: [("short", UsageKeyFault.unfitLength(5)), ("a-client-id+of-twenty-or-more", .unfitCharacter)])
    func `a client whose id is no usable key is named and left`(_ id: String, _ fault: UsageKeyFault) {
        let assignment = Fixtures.assignment([AppClient(id: ExactString(id), name: "n", isMachine: true)])
        #expect(assignment.wanted.isEmpty)
        #expect(assignment.left.map(\.reason) == [.unusable(fault)])
        #expect(assignment.left.map(\.reason.isFault) == [true])
    }

    @Test
    func `the first rule that fits says the plan, by the client's name or its id`() {
        let rules = Fixtures.rules(
            [("gold-*", "gold"), (Fixtures.id(3).description, "silver"), ("gold-x", "never"), ("*-test", nil)],
            otherwise: nil)
        let clients = [
            Fixtures.client(1, "gold-x"), Fixtures.client(2, "Gold-x"), Fixtures.client(3, "n"),
            Fixtures.client(4, "a-test"),
        ]
        let assignment = Fixtures.assignment(clients, [Fixtures.entry()], rules)
        #expect(assignment.wanted.map(\.plan) == ["gold", "silver"])
        #expect(assignment.left.map(\.reason) == [.fitsNoPlan, .noPlanByRule])
        #expect(rules.plans == ["gold", "silver", "never"])
    }

    static let patterns: [(String, String, Bool)] = [
        ("*", "", true), ("*", "anything at all", true), ("a*c", "abc", true), ("a*c", "abcd", false),
        ("a*b*c", "aXbYbZc", true), ("?", "é", true), ("?", "", false), ("a?c", "ac", false), ("", "", true),
        ("", "a", false), ("gold-*", "gold-", true), ("gold-*", "golden", false),
        ("*a*a*a*a*b", "aaaaaaaaaaaaaaaa", false),
    ]

    @Test(arguments: patterns)
    func `an asterisk is any run of characters, a question mark any one`(
        _ pattern: String, _ name: String, _ fits: Bool
    ) {
        #expect(NamePattern(pattern).matches(name) == fits)
    }
}

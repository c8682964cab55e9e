import AuthorizerService
import JOSE
import OpenSSLSignatures
import StrictJSON
import TestSupport
import Testing

@Suite("the key cache: fresh, stale, cooling down")
struct KeyCacheTests {
    typealias Cache = KeyCache<PublicKey>

    static let times = KeyTimes(maxAgeSeconds: 1_000, staleIfErrorSeconds: 5_000, cooldownSeconds: 30, spread: 500)

    static func set(_ keyIDs: String...) throws -> KeySet<PublicKey> {
        let keys = keyIDs.map { SigningKey.rsa.jwk(keyID: $0) }
        return try KeySet(parsing: Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8), using: OpenSSLVerifier())
    }

    static func at(_ seconds: Int64) -> Uptime { Uptime(nanoseconds: (1_000_000 + seconds) * 1_000_000_000) }

    /// A cache that fetched `a` at second 0.
    static func filled() throws -> Cache {
        var cache = Cache(times: times)
        cache.replace(with: try set("a"), entityTag: Array("\"1\"".utf8), fetchStartedAt: at(0))
        return cache
    }

    func look(
        _ cache: inout Cache, _ keyID: ExactString?, at seconds: Int64,
        _ permission: Cache.FetchPermission = .allowed
    ) -> String {
        switch cache.lookUp(keyID, .rs256, at: Self.at(seconds), fetch: permission) {
        case .key(_, let age): "key aged \(age)"
        case .unsuitable: "unsuitable"
        case .unknown: "unknown"
        case .unavailable: "unavailable"
        case .fetchFirst: "fetch first"
        case .outOfTime: "out of time"
        }
    }

    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        var keyID: ExactString = "a"
        let second: Int64
        var permission = Cache.FetchPermission.allowed
        /// When fetches failed, after the one at second 0 that brought `a`.
        var failures: [Int64] = []
        let answer: String
    }

    static let vectors = [
        Vector(testDescription: "a fresh key", second: 999, answer: "key aged 999"),
        Vector(testDescription: "a key at its maximum age", second: 1_000, answer: "fetch first"),
        Vector(
            testDescription: "a stale key while the fetch fails", second: 1_001, failures: [1_000],
            answer: "key aged 1001"),
        Vector(
            testDescription: "a stale key after the cooldown", second: 1_030, failures: [1_000], answer: "fetch first"),
        Vector(
            testDescription: "a stale key, no time to fetch", second: 1_500, permission: .outOfTime,
            answer: "key aged 1500"),
        Vector(
            testDescription: "the last second of stale-if-error", second: 5_999, failures: [5_998],
            answer: "key aged 5999"),
        Vector(
            testDescription: "threat 79: beyond stale-if-error", second: 6_000, failures: [5_999],
            answer: "unavailable"),
        Vector(
            testDescription: "beyond stale-if-error, a fetch allowed", second: 6_000, answer: "fetch first"),
        Vector(
            testDescription: "beyond stale-if-error, no time", second: 6_000, permission: .outOfTime,
            answer: "out of time"),
        Vector(testDescription: "an unknown kid within the cooldown", keyID: "b", second: 29, answer: "unknown"),
        Vector(testDescription: "an unknown kid after the cooldown", keyID: "b", second: 30, answer: "fetch first"),
        Vector(
            testDescription: "an unknown kid, no time to fetch", keyID: "b", second: 30, permission: .outOfTime,
            answer: "out of time"),
        Vector(
            testDescription: "an unknown kid after its fetch", keyID: "b", second: 30, permission: .spent,
            answer: "unknown"),
        Vector(
            testDescription: "an unknown kid while fetches fail", keyID: "b", second: 41, failures: [40],
            answer: "unavailable"),
    ]

    @Test(arguments: vectors)
    func `threat 79: a key is looked up by its age, the cooldown and the time that is left`(_ vector: Vector) throws {
        var cache = try Self.filled()
        for second in vector.failures { cache.noteFailure(fetchStartedAt: Self.at(second)) }
        #expect(look(&cache, vector.keyID, at: vector.second, vector.permission) == vector.answer)
    }

    @Test
    func `with nothing known a fetch comes first, and after it failed nothing is said until the cooldown is over`() {
        var cache = Cache(times: Self.times)
        #expect(look(&cache, "a", at: 0) == "fetch first")
        #expect(look(&cache, "a", at: 0, .outOfTime) == "out of time")
        cache.noteFailure(fetchStartedAt: Self.at(0))
        #expect(look(&cache, "a", at: 0, .spent) == "unavailable")
        #expect(look(&cache, "a", at: 29) == "unavailable")
        #expect(look(&cache, "a", at: 30) == "fetch first")
    }

    @Test
    func `rotation: an unknown kid fetches once, then cools down, and old keys serve meanwhile`() throws {
        var cache = try Self.filled()
        #expect(look(&cache, "b", at: 100) == "fetch first")
        cache.replace(with: try Self.set("a", "b"), entityTag: nil, fetchStartedAt: Self.at(100))
        #expect(look(&cache, "b", at: 100, .spent) == "key aged 0")
        #expect(look(&cache, "c", at: 101) == "unknown")
        #expect(look(&cache, "a", at: 101) == "key aged 1")
        #expect(look(&cache, "c", at: 130) == "fetch first")
    }

    @Test
    func `threat 78: a flood of made-up kids causes at most one fetch in each cooldown`() throws {
        var cache = try Self.filled()
        var fetches = 0
        for number in 0..<10_000 {
            let second = 1 + Int64(number) / 100
            guard look(&cache, ExactString("random-\(number)"), at: second) == "fetch first" else { continue }
            fetches += 1
            cache.replace(with: try Self.set("a"), entityTag: nil, fetchStartedAt: Self.at(second))
            #expect(look(&cache, ExactString("random-\(number)"), at: second, .spent) == "unknown")
            #expect(look(&cache, "a", at: second) == "key aged 0")
        }
        #expect(fetches == 3)
    }

    @Test
    func `threat 78: one kid that stays absent is asked for after pauses that double`() throws {
        var cache = Cache(
            times: KeyTimes(maxAgeSeconds: 100_000, staleIfErrorSeconds: 0, cooldownSeconds: 30, spread: 0))
        cache.replace(with: try Self.set("a"), entityTag: nil, fetchStartedAt: Self.at(0))
        var fetchedAt: [Int64] = []
        for second in Int64(0)..<1_000 where look(&cache, "b", at: second) == "fetch first" {
            fetchedAt.append(second)
            cache.replace(with: try Self.set("a"), entityTag: nil, fetchStartedAt: Self.at(second))
            _ = look(&cache, "b", at: second, .spent)
        }
        #expect(fetchedAt == [30, 60, 120, 240, 480, 960])
    }

    @Test
    func `a kid is asked for after every cooldown while fetches fail, since nobody knows that it is absent`() throws {
        var cache = try Self.filled()
        var fetchedAt: [Int64] = []
        for second in Int64(0)..<200 where look(&cache, "b", at: second) == "fetch first" {
            fetchedAt.append(second)
            cache.noteFailure(fetchStartedAt: Self.at(second))
            #expect(look(&cache, "b", at: second, .spent) == "unavailable")
        }
        #expect(fetchedAt == [30, 60, 90, 120, 150, 180])
    }

    @Test(arguments: [true, false])
    func `the cooldown is counted from the end of a fetch, and the age from its begin`(_ isGood: Bool) throws {
        var cache = try Self.filled()
        if isGood {
            cache.replace(with: try Self.set("a"), entityTag: nil, fetchStartedAt: Self.at(100))
        } else {
            cache.noteFailure(fetchStartedAt: Self.at(100))
        }
        cache.startCooldown(at: Self.at(140))
        #expect(look(&cache, "a", at: 150) == "key aged \(isGood ? 50 : 150)")
        #expect(look(&cache, "b", at: 169) == (isGood ? "unknown" : "unavailable"))
        #expect(look(&cache, "b", at: 170) == "fetch first")
    }

    @Test
    func `threat 11: a set without a usable key is a failure and replaces nothing`() throws {
        var cache = try Self.filled()
        cache.replace(with: try Self.set(), entityTag: nil, fetchStartedAt: Self.at(100))
        #expect(look(&cache, "a", at: 101) == "key aged 101")
        #expect(look(&cache, "b", at: 101) == "unavailable")
    }

    @Test
    func `threat 79: a new set replaces the old one whole, so a key that was withdrawn is gone`() throws {
        var cache = try Self.filled()
        cache.replace(with: try Self.set("b"), entityTag: nil, fetchStartedAt: Self.at(10))
        #expect(look(&cache, "a", at: 11) == "unknown")
    }

    @Test
    func `304 makes a set young again, but only one whose entity tag was sent`() throws {
        var cache = try Self.filled()
        cache.confirm(fetchStartedAt: Self.at(900))
        #expect(look(&cache, "a", at: 1_800) == "key aged 900")
        cache.replace(with: try Self.set("a"), entityTag: nil, fetchStartedAt: Self.at(1_800))
        cache.confirm(fetchStartedAt: Self.at(1_900))
        #expect(look(&cache, "a", at: 2_000) == "key aged 200")
    }

    @Test
    func `a refresh is due before the maximum age, not during a cooldown, and at once for a snapshot`() throws {
        var cache = try Self.filled()
        #expect(Self.times.refreshAfterSeconds == 800)
        #expect(!cache.isRefreshDue(at: Self.at(799)))
        #expect(cache.isRefreshDue(at: Self.at(800)))
        cache.noteFailure(fetchStartedAt: Self.at(800))
        #expect(!cache.isRefreshDue(at: Self.at(829)))
        #expect(cache.isRefreshDue(at: Self.at(830)))

        var snapshot = Cache(times: Self.times)
        snapshot.useSnapshot(try Self.set("a"), at: Self.at(0))
        #expect(look(&snapshot, "a", at: 0) == "key aged 0")
        #expect(snapshot.isRefreshDue(at: Self.at(0)))
        snapshot.replace(with: try Self.set("a"), entityTag: nil, fetchStartedAt: Self.at(1))
        #expect(!snapshot.isRefreshDue(at: Self.at(100)))
    }

    @Test
    func `the refresh of processes that start together is spread over a fifth of the maximum age`() {
        let moments = [0, 250, 500, 999].map {
            KeyTimes(maxAgeSeconds: 3_600, staleIfErrorSeconds: 0, cooldownSeconds: 1, spread: $0).refreshAfterSeconds
        }
        #expect(moments == [2_520, 2_700, 2_880, 3_236])
    }

    @Test
    func `a clock that stands still or goes back makes no key older`() throws {
        var cache = try Self.filled()
        #expect(look(&cache, "a", at: -50) == "key aged 0")
        let far = Uptime(nanoseconds: .max)
        #expect(far.nanoseconds(since: Uptime(nanoseconds: .min)) == .max)
    }
}

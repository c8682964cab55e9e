import AuthorizerService
import Foundation
import JOSE
import OpenSSLSignatures
import StrictJSON
import TestSupport
import Testing

typealias Step = ScriptedServer.Step

extension Step {
    /// A key set that has the same key under each of these names.
    static func keys(_ keyIDs: String..., headers: [[String]] = []) -> Step {
        let keys = keyIDs.map { SigningKey.rsa.jwk(keyID: $0) }.joined(separator: ",")
        return Step(#"{"keys":[\#(keys)]}"#, headers: headers)
    }

    static let unchanged = Step("", status: 304).with { $0.framing = "none" }
}

/// A source of keys at a real server, in a time that the test decides.
struct SourceBench {
    static let times = KeyTimes(maxAgeSeconds: 1_000, staleIfErrorSeconds: 5_000, cooldownSeconds: 30, spread: 500)

    let server: ScriptedServer
    var source: KeySource
    let fetcher: KeyFetcher

    init(_ steps: Step..., keys: KeyFetching = KeyFetching()) throws { try self.init(steps, keys: keys) }

    init(_ steps: [Step], keys: KeyFetching = KeyFetching()) throws {
        server = try ScriptedServer(steps)
        source = KeySource(
            name: "partner",
            location: KeyLocation(address: .jwksURL("http://127.0.0.1:\(server.port)/keys"), file: nil),
            times: Self.times)
        fetcher = KeyFetcher(keys, signatures: OpenSSLVerifier())
    }

    static func at(_ second: Int64) -> Uptime { Uptime(nanoseconds: (1_000_000 + second) * 1_000_000_000) }

    /// Asks the server at this second.
    ///
    /// - Returns: The outcome, as the log has it.
    mutating func refresh(at second: Int64, timeoutInMilliseconds: Int64 = 20_000) throws -> String {
        let record = source.refresh(fetcher, timeoutInMilliseconds: timeoutInMilliseconds) { Self.at(second) }
        for case ("outcome", .string(let outcome)) in try #require(record).members { return outcome.description }
        return ""
    }

    /// What the keys are to a caller for whom nothing is fetched.
    mutating func look(_ keyID: ExactString = "k1", at second: Int64) -> String {
        Self.look(&source, keyID, at: second)
    }

    static func look(_ source: inout KeySource, _ keyID: ExactString, at second: Int64) -> String {
        switch source.cache.lookUp(keyID, .rs256, at: at(second), fetch: .spent) {
        case .key(_, let age): "aged \(age)"
        case .unknown: "unknown"
        case .unavailable: "unavailable"
        case .unsuitable, .fetchFirst, .outOfTime: "something else"
        }
    }
}

@Suite("One issuer's keys, from a real server")
struct KeySourceTests {
    @Test func `a set counts as old as the request that brought it`() throws {
        var bench = try SourceBench(.keys("k1"))
        #expect(bench.look(at: 0) == "unavailable")
        #expect(try bench.refresh(at: 0) == "fetched")
        #expect(bench.look(at: 0) == "aged 0")
        #expect(bench.look(at: 5_999) == "aged 5999")
        #expect(bench.look(at: 6_000) == "unavailable")
        #expect(bench.look("k2", at: 0) == "unknown")
    }

    @Test func `behind a fetch that took longer than the cooldown none is made for the cooldown`() throws {
        var bench = try SourceBench(Step("", status: 503))
        var isBegun = false
        _ = bench.source.refresh(bench.fetcher, timeoutInMilliseconds: 20_000) {
            defer { isBegun = true }
            return SourceBench.at(isBegun ? 40 : 0)
        }
        #expect(!bench.source.isRefreshDue(at: SourceBench.at(69)))
        #expect(bench.source.isRefreshDue(at: SourceBench.at(70)))
    }

    @Test func `threat 79: a new set replaces the old one whole`() throws {
        var bench = try SourceBench(.keys("k1", "k2"), .keys("k2", "k3"))
        #expect(try bench.refresh(at: 0) == "fetched")
        #expect(try bench.refresh(at: 100) == "fetched")
        #expect(bench.look("k1", at: 100) == "unknown")
        #expect(bench.look("k2", at: 100) == "aged 0")
        #expect(bench.look("k3", at: 100) == "aged 0")
    }

    @Test func `RFC 9110 §13.1.2: the entity tag of the set at hand is sent, byte for byte`() throws {
        var bench = try SourceBench(
            .keys("k1", headers: [["ETag", "W/\"!#~\""]]), .unchanged, .keys("k2"),
            .keys("k2", headers: [["etag", "\"3\""]]),
            .unchanged)
        #expect(try bench.refresh(at: 0) == "fetched")
        #expect(try bench.refresh(at: 900) == "not_modified")
        #expect(bench.look("k1", at: 1_000) == "aged 100")
        #expect(try bench.refresh(at: 1_000) == "fetched")
        #expect(try bench.refresh(at: 1_100) == "fetched")
        #expect(try bench.refresh(at: 1_200) == "not_modified")
        let sent = try bench.server.requests().map { $0.values(of: "If-None-Match") }
        #expect(sent == [[], ["W/\"!#~\""], ["W/\"!#~\""], [], ["\"3\""]])
    }

    static let oddTags = [
        "beyond ASCII": "\"\u{E9}\"", "tab": "\"\t\"", "delete": "\"a\u{7F}\"",
        "longer than a field": String(repeating: "x", count: 9_000),
    ]

    @Test(arguments: oddTags.keys.sorted())
    func `an entity tag that cannot be sent back is none, and no 304 is believed for it`(_ name: String) throws {
        let tag = try #require(Self.oddTags[name])
        var bench = try SourceBench(.keys("k1", headers: [["ETag", tag]]), .unchanged)
        #expect(try bench.refresh(at: 0) == "fetched")
        #expect(try bench.refresh(at: 100) == "http_status")
        #expect(bench.look(at: 100) == "aged 100")
        #expect(try bench.server.requests().allSatisfy { $0.values(of: "If-None-Match").isEmpty })
    }

    @Test func `entity tags that contradict each other are none`() throws {
        var bench = try SourceBench(.keys("k1", headers: [["ETag", "\"1\""], ["ETag", "\"2\""]]), .keys("k1"))
        _ = try bench.refresh(at: 0)
        _ = try bench.refresh(at: 100)
        #expect(try bench.server.requests().allSatisfy { $0.values(of: "If-None-Match").isEmpty })
    }

    struct Fault: CustomTestStringConvertible {
        let testDescription: String
        let step: Step
        let outcome: String
    }

    static let faults = [
        Fault(testDescription: "500", step: Step("", status: 500), outcome: "http_status"),
        Fault(testDescription: "204", step: Step("", status: 204).with { $0.framing = "none" }, outcome: "http_status"),
        Fault(testDescription: "304 unasked", step: .unchanged, outcome: "http_status"),
        Fault(testDescription: "HTML", step: Step("<html>"), outcome: "not_a_key_set"),
        Fault(testDescription: "nothing", step: Step(""), outcome: "not_a_key_set"),
        Fault(testDescription: "no key", step: Step(#"{"keys":[]}"#), outcome: "no_usable_key"),
        Fault(
            testDescription: "symmetric keys", step: Step(#"{"keys":[{"kty":"oct","kid":"k1","k":"AA"}]}"#),
            outcome: "no_usable_key"),
        Fault(testDescription: "cut off", step: Step.keys("k2").with { $0.cutAfter = 80 }, outcome: "cut_off"),
        Fault(
            testDescription: "too long", step: Step().with { $0.bodyBytes = 262_145 },
            outcome: "response_body_too_large"),
    ]

    @Test(arguments: faults)
    func `threat 76: what is no set of keys never replaces one, which serves within its bound`(
        _ fault: Fault
    ) throws {
        var bench = try SourceBench(.keys("k1"), fault.step)
        #expect(try bench.refresh(at: 0) == "fetched")
        #expect(try bench.refresh(at: 1_000) == fault.outcome)
        #expect(bench.look(at: 1_001) == "aged 1001")
        #expect(bench.look(at: 5_999) == "aged 5999")
        #expect(bench.look(at: 6_000) == "unavailable")
        // Whether this key exists by now cannot be said.
        #expect(bench.look("k2", at: 1_001) == "unavailable")
    }

    @Test func `without an address nothing is fetched and nothing grows old`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "turnstile-\(UUID().uuidString)").path
        try Data(jwkSet(SigningKey.rsa.jwk(keyID: "k1"))).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        var source = KeySource(
            name: "partner", location: KeyLocation(address: nil, file: path), times: SourceBench.times)
        let record = try source.loadFile(
            signatures: OpenSSLVerifier(), limitInBytes: 10_000, at: SourceBench.at(0))
        #expect(record == nil)
        let fetcher = KeyFetcher(KeyFetching(), signatures: OpenSSLVerifier())
        #expect(source.refresh(fetcher, timeoutInMilliseconds: 1, uptime: { SourceBench.at(0) }) == nil)
        let century: Int64 = 3_155_760_000
        #expect(!source.isRefreshDue(at: SourceBench.at(century)))
        guard case .key = source.cache.lookUp("k1", .rs256, at: SourceBench.at(century), fetch: .spent) else {
            Issue.record("the key is gone")
            return
        }
    }
}

import JOSE
import LambdaRuntime
import OpenSSLSignatures
import StrictJSON
import TestSupport
import Testing

@testable import AuthorizerService

@Suite("What workers share")
struct SharedMemoryTests {
    private let memory: SharedMemory

    init() throws { memory = try #require(SharedMemory(workers: 3, sources: 2, setLimitInBytes: 10_000)) }

    private func id(_ text: String) throws -> RequestID { try #require(RequestID(utf8: Array(text.utf8)[...])) }

    @Test func `an invocation is known from its begin to its end, each worker's apart`() throws {
        let long = String(repeating: "a", count: RequestID.limitInBytes)
        try memory.begin(id("first-1"), worker: 0)
        try memory.begin(id(long), worker: 2)
        #expect(memory.invocationLeft(by: 0)?.description == "first-1")
        #expect(memory.invocationLeft(by: 1) == nil)
        #expect(memory.invocationLeft(by: 2)?.description == long)
        memory.end(worker: 0)
        #expect(memory.invocationLeft(by: 0) == nil)
        try memory.begin(id("b"), worker: 0)
        #expect(memory.invocationLeft(by: 0)?.description == "b")
        #expect(memory.events(of: 0) == 2)
        memory.clear(worker: 0)
        #expect(memory.invocationLeft(by: 0) == nil)
        #expect(memory.events(of: 0) == 0)
    }

    private static func keys(_ set: [UInt8], tag: [UInt8]? = nil, failed: Bool = false) -> SharedKeys {
        SharedKeys(
            lastAttempt: Uptime(nanoseconds: 7), isFailure: failed, keysAsOf: Uptime(nanoseconds: 5), set: set,
            entityTag: tag)
    }

    @Test(arguments: [0, 1, 9_999, 10_000])
    func `a key set is read as it was written, and news has a number`(_ length: Int) throws {
        #expect(memory.readKeys(1) == nil)
        #expect(memory.generation(ofKeys: 1) == 0)
        let set = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        memory.writeKeys(Self.keys(set, tag: Array("\"t\"".utf8), failed: true), 1)
        let read = try #require(memory.readKeys(1))
        #expect(read.set == set && read.entityTag == Array("\"t\"".utf8) && read.isFailure)
        #expect(read.lastAttempt == Uptime(nanoseconds: 7) && read.keysAsOf == Uptime(nanoseconds: 5))
        #expect(memory.generation(ofKeys: 1) == 1)
        #expect(memory.readKeys(0) == nil)
        memory.writeKeys(Self.keys([1]), 0)
        #expect(memory.readKeys(1)?.set == set)
    }

    @Test func `an entity tag without room is left out; a set without room is not told, and spoils nothing`() throws {
        memory.writeKeys(Self.keys([2]), 1)
        memory.writeKeys(Self.keys([3], tag: [UInt8](repeating: 1, count: 257)), 0)
        memory.writeKeys(Self.keys([UInt8](repeating: 1, count: 10_001)), 0)
        let read = try #require(memory.readKeys(0))
        #expect(read.set == [3] && read.entityTag == nil)
        #expect(memory.generation(ofKeys: 0) == 1)
        #expect(memory.readKeys(1)?.set == [2])
    }

    @Test func `the latest news is what is read, however often there was any`() throws {
        for number in 1...5 {
            memory.writeKeys(Self.keys([UInt8](repeating: UInt8(number), count: number)), 0)
            #expect(memory.readKeys(0)?.set == [UInt8](repeating: UInt8(number), count: number))
            #expect(memory.generation(ofKeys: 0) == UInt64(number))
        }
    }
}

/// Two workers' sources of the same keys, in one process: the locks are not between them here.
private final class Workers {
    let server: ScriptedServer
    let memory: SharedMemory
    var sources: [KeySource]
    private let fetcher: KeyFetcher

    init(_ steps: Step...) throws {
        let bench = try SourceBench(steps)
        server = bench.server
        memory = try #require(SharedMemory(workers: 2, sources: 1, setLimitInBytes: 262_144))
        sources = [bench.source, bench.source]
        fetcher = bench.fetcher
    }

    /// - Returns: Whether the worker asked the server itself.
    func refresh(_ worker: Int, at second: Int64) -> Bool {
        sources[worker].refresh(
            fetcher, sharing: memory.keys(0), isCallerWaiting: true, timeoutInMilliseconds: 20_000
        ) { SourceBench.at(second) }.isAsked
    }

    func look(_ worker: Int, _ keyID: ExactString, at second: Int64) -> String {
        sources[worker].takeNews(from: memory.keys(0))
        return SourceBench.look(&sources[worker], keyID, at: second)
    }
}

extension SharedRefresh {
    fileprivate var isAsked: Bool {
        guard case .asked = self else { return false }
        return true
    }
}

@Suite("Workers fetch keys for each other")
struct SharedKeySourceTests {
    @Test func `what one fetched, another has without a fetch, with its age and its cooldown`() throws {
        let workers = try Workers(.keys("k1"))
        #expect(workers.refresh(0, at: 0))
        #expect(!workers.refresh(1, at: 10))
        #expect(workers.look(1, "k1", at: 100) == "aged 100")
        #expect(workers.look(1, "k2", at: 100) == "unknown")
        #expect(!workers.sources[1].isRefreshDue(at: SourceBench.at(29)))
        #expect(try workers.server.requests().count == 1)
    }

    @Test func `threat 79: a key that one learned is withdrawn, the others refuse`() throws {
        let workers = try Workers(.keys("k1"), .keys("k2"))
        #expect(workers.refresh(0, at: 0))
        #expect(workers.look(1, "k1", at: 1) == "aged 1")
        #expect(workers.refresh(1, at: 100))
        #expect(workers.look(0, "k1", at: 101) == "unknown")
        #expect(workers.look(0, "k2", at: 101) == "aged 1")
    }

    @Test func `a confirmation makes the keys of all young again`() throws {
        let workers = try Workers(.keys("k1", headers: [["ETag", "\"1\""]]), .unchanged)
        #expect(workers.refresh(0, at: 0))
        #expect(workers.look(1, "k1", at: 500) == "aged 500")
        #expect(workers.refresh(1, at: 900))
        #expect(workers.look(0, "k1", at: 1_000) == "aged 100")
        #expect(try workers.server.requests().last?.values(of: "If-None-Match") == ["\"1\""])
    }

    @Test func `a failure of one is one of all, and old keys serve within their bound`() throws {
        let workers = try Workers(.keys("k1"), Step("", status: 500))
        #expect(workers.refresh(0, at: 0))
        #expect(workers.refresh(0, at: 1_000))
        #expect(!workers.refresh(1, at: 1_001))
        #expect(workers.look(1, "k1", at: 1_002) == "aged 1002")
        #expect(workers.look(1, "k2", at: 1_002) == "unavailable")
        #expect(workers.look(1, "k1", at: 6_000) == "unavailable")
        #expect(try workers.server.requests().count == 2)
    }
}

@testable import AuthorizerService
import Foundation
import JOSE
import OpenSSLSignatures
import StrictJSON
import TestSupport
import Testing

@Suite("What one worker tells the others of keys")
struct SharedKeyNewsTests {
    private func memory(setLimitInBytes limit: Int = 262_144) throws -> SharedMemory {
        try #require(SharedMemory(workers: 2, sources: 1, setLimitInBytes: limit))
    }

    /// A worker started late has the set with which the supervisor began, however often others have had it confirmed.
    @Test func `a set that was confirmed stays confirmed when a fetch fails after it, also for a newcomer`() throws {
        let shared = try memory().keys(0)
        var bench = try SourceBench(.keys("k1", headers: [["ETag", #""1""#]]))
        #expect(try bench.refresh(at: 0) == "fetched")
        shared.tell(.confirmed(fetchStartedAt: SourceBench.at(2_000)), endedAt: SourceBench.at(2_000))
        shared.tell(.failure, endedAt: SourceBench.at(6_500))
        #expect(bench.look(at: 6_500) == "unavailable")
        bench.source.takeNews(from: shared)
        #expect(bench.look(at: 6_500) == "aged 4500")
        #expect(bench.look("k2", at: 6_500) == "unavailable")
        #expect(bench.look(at: 8_000) == "unavailable")
    }

    @Test func `a failure confirms nothing`() throws {
        let shared = try memory().keys(0)
        var bench = try SourceBench(.keys("k1", headers: [["ETag", #""1""#]]))
        #expect(try bench.refresh(at: 0) == "fetched")
        shared.tell(.failure, endedAt: SourceBench.at(5_900))
        bench.source.takeNews(from: shared)
        #expect(bench.look(at: 5_999) == "aged 5999")
        #expect(bench.look(at: 6_000) == "unavailable")
    }

    @Test func `a set that cannot be read confirms nothing`() throws {
        let shared = try memory().keys(0)
        var bench = try SourceBench(.keys("k1", headers: [["ETag", #""1""#]]))
        #expect(try bench.refresh(at: 0) == "fetched")
        let time = SourceBench.at(5_900)
        shared.tell(.set(Array("no set".utf8), entityTag: nil, fetchStartedAt: time), endedAt: time)
        bench.source.takeNews(from: shared)
        #expect(bench.look(at: 6_000) == "unavailable")
    }

    @Test func `a set that has no room is not told at all`() throws {
        let memory = try memory(setLimitInBytes: 1_024)
        tell(memory, 1, count: 1_024)
        tell(memory, 2, count: 1_025)
        #expect(memory.generation(ofKeys: 0) == 1)
        #expect(memory.readKeys(0)?.set == [UInt8](repeating: 1, count: 1_024))
    }

    /// Otherwise whoever is told "confirmed" next would take it for the set that it has itself, which may be an old one.
    @Test func `a worker killed over its news leaves what was known before, whole`() throws {
        let memory = try memory()
        var random = SeededRandom(seed: 20_261_128)
        tell(memory, 0)
        for _ in 0..<100 {
            let process: System.ProcessID
            switch System.forkWorker() {
            case .worker: tellForEver(memory)
            case .parent(let child): process = child
            case .failed(let reason): throw ForkFailed(reason: reason)
            }
            System.sleep(milliseconds: Int64(random.next() % 4) + 1)
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
            let known = try #require(memory.readKeys(0))
            #expect(known.set.count == 262_144)
            #expect(known.set.allSatisfy { $0 == known.set[0] })
            #expect(known.keysAsOf == SourceBench.at(Int64(known.set[0])))
        }
    }

    private struct ForkFailed: Error { let reason: String }

    /// A set of one byte many times, which goes with the time of the fetch.
    private func tell(_ memory: SharedMemory, _ byte: UInt8, count: Int = 262_144) {
        let set = [UInt8](repeating: byte, count: count)
        let time = SourceBench.at(Int64(byte))
        memory.keys(0).tell(.set(set, entityTag: nil, fetchStartedAt: time), endedAt: time)
    }

    private func tellForEver(_ memory: SharedMemory) -> Never {
        var number: UInt8 = 0
        while true {
            number &+= 1
            tell(memory, number)
        }
    }
}

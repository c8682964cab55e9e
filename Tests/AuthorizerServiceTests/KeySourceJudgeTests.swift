import APIGateway
import AuthorizerService
import Foundation
import JOSE
import StrictJSON
import Synchronization
import TestSupport
import Testing

@Suite("When keys are fetched")
struct KeySourceJudgeTests {
    /// Both clocks, which stand still until they are set.
    final class Time: Sendable {
        private let uptime = Mutex(Int64(1_000_000))
        private let wall = Mutex(JudgeTests.now)

        var clock: Clock {
            Clock(
                wallNanoseconds: { self.wall.withLock { $0 } * 1_000_000_000 },
                uptime: { Uptime(nanoseconds: self.uptime.withLock { $0 } * 1_000_000_000) })
        }

        func pass(uptime seconds: Int64, wall: Int64) {
            uptime.withLock { $0 += seconds }
            self.wall.withLock { $0 += wall }
        }
    }

    private func judge(_ servers: [ScriptedServer], _ clock: Clock) throws -> Judge {
        let issuers = servers.enumerated().map { index, server in
            #"""
            {"name": "issuer-\#(index)", "issuer": "https://issuer-\#(index).example", "audiences": "any",
             "jwksURL": "http://127.0.0.1:\#(server.port)/"}
            """#
        }
        let text = #"""
            {"issuers": [\#(issuers.joined(separator: ","))], "routes": {"GET /orders": {}},
             "keys": {"timeoutMilliseconds": 10000}}
            """#
        let configuration = try Configuration(parsing: Array(text.utf8), path: "authorizer.json") { _ in nil }
        return Judge(configuration, clock: clock, spread: 0)
    }

    private func request(_ keyID: String = "k1") throws -> AuthorizerRequest {
        let key = #""\#(keyID)""#
        var token = TestToken(
            .rs256, claims: ["iss": #""https://issuer-0.example""#, "exp": "\(JudgeTests.now + 86_400)"])
        token.header["kid"] = key
        return try AuthorizerRequest(parsing: Array(JudgeTests.event(token: token.text).utf8))
    }

    @Test func `threat 80: keys grow old while the process is frozen, and are fetched before they are used`() throws {
        let server = try ScriptedServer([.keys("k1"), .keys("k2")])
        let time = Time()
        var judge = try judge([server], time.clock)
        judge.prefetchKeys(withinMilliseconds: 10_000)
        #expect(judge.judge(try request(), deadlineInMilliseconds: nil).decision == "allow")
        time.pass(uptime: 7_200, wall: 7_200)
        #expect(judge.judge(try request(), deadlineInMilliseconds: nil).reason == "unknown_key")
        #expect(judge.judge(try request("k2"), deadlineInMilliseconds: nil).decision == "allow")
        #expect(try server.requests().count == 2)
    }

    @Test(arguments: [-1_000_000, 1_000_000] as [Int64])
    func `threat 80: a wall clock that is set makes no key older or younger`(_ seconds: Int64) throws {
        let server = try ScriptedServer([.keys("k1")])
        let time = Time()
        var judge = try judge([server], time.clock)
        judge.prefetchKeys(withinMilliseconds: 10_000)
        time.pass(uptime: 60, wall: seconds)
        let judgement = judge.judge(try request(), deadlineInMilliseconds: nil)
        #expect(judgement.keyAgeSeconds == 60)
        #expect(try server.requests().count == 1)
    }

    @Test func `all fetches at the start share one limit of time`() throws {
        let silent = try ScriptedServer([Step().with { $0.answer = "never" }])
        let second = try ScriptedServer([.keys("k1")])
        var judge = try judge([silent, second], .system)
        judge.prefetchKeys(withinMilliseconds: 300)
        #expect(judge.takeRecords().count == 1)
        #expect(judge.sources.map(\.hasKeys) == [false, false])
        #expect(try silent.requests().count == 1)
        #expect(try second.requests().isEmpty)
    }

    @Test func `threat 87: a deadline beyond all numbers is one like any other`() throws {
        let server = try ScriptedServer([.keys("k1")])
        var judge = try judge([server], Time().clock)
        #expect(judge.judge(try request(), deadlineInMilliseconds: .min).reason == "deadline_too_near")
        #expect(judge.judge(try request(), deadlineInMilliseconds: .max).decision == "allow")
        judge.refreshKeys(deadlineInMilliseconds: .min)
        #expect(try server.requests().count == 1)
    }
}

import APIGateway
@testable import AuthorizerService
import Foundation
import JOSE
import StrictJSON
import TestSupport
import Testing

@Suite("What a token makes the function do before it is believed")
struct UntrustedTokenTests {
    /// Two issuers, each with a server of its own and, there, a key of its own under one and the same name.
    private struct Bench {
        let first: ScriptedServer
        let second: ScriptedServer
        var judge: Judge

        init() throws {
            first = try ScriptedServer([.keys("k1")])
            second = try ScriptedServer([
                Step(String(decoding: jwkSet(SigningKey.otherRSA.jwk(keyID: "k1")), as: UTF8.self))
            ])
            let issuers = [first, second].enumerated().map { index, server in
                #"""
                {"name": "issuer-\#(index)", "issuer": "https://issuer-\#(index).example", "audiences": "any",
                 "jwksURL": "http://127.0.0.1:\#(server.port)/keys?a=b"}
                """#
            }
            let text = #"{"issuers": [\#(issuers.joined(separator: ","))], "routes": {"GET /orders": {}}}"#
            let configuration = try Configuration(parsing: Array(text.utf8), path: "authorizer.json") { _ in nil }
            judge = Judge(configuration, clock: JudgeTests.clock, spread: 0)
        }

        mutating func judge(_ token: TestToken) throws -> Judgement {
            let event = JudgeTests.event(token: token.text)
            return judge.judge(try AuthorizerRequest(parsing: Array(event.utf8)), deadlineInMilliseconds: nil)
        }
    }

    private static func token(_ issuer: Int = 0, key: SigningKey = .rsa, header: [String: String] = [:]) -> TestToken {
        let claims = ["iss": #""https://issuer-\#(issuer).example""#, "exp": "\(JudgeTests.now + 60)"]
        return TestToken(.rs256, key: key, claims: claims).with(header: ["kid": #""k1""#].merging(header) { $1 })
    }

    @Test(arguments: ["none", "nOnE", "HS256", "RS257"])
    func `threat 1: an alg that is not implemented is refused before a key is looked for`(_ name: String) throws {
        var bench = try Bench()
        let judgement = try bench.judge(Self.token(header: ["alg": "\"\(name)\"", "kid": #""unknown""#]))
        #expect(judgement.reason == "unsupported_algorithm")
        #expect(try bench.first.requests().isEmpty)
    }

    static let keyIDs = [
        "../../etc/passwd", "/keys/../secret", "https://attacker.example/k", "' OR 1=1 --", "?kid=1#x", "k1%00",
        "\\u0000",
        "\\r\\nHost: attacker.example", "k1/../k1", " k1", "K1",
    ]

    @Test(arguments: keyIDs)
    func `threat 5: whatever a kid says, it is in no address, and no other key is taken for it`(_ keyID: String) throws
    {
        var bench = try Bench()
        let judgement = try bench.judge(Self.token(header: ["kid": "\"\(keyID)\""]))
        #expect(judgement.reason == "unknown_key")
        let requests = try bench.first.requests()
        #expect(requests.map { "\($0.method) \($0.target)" } == ["GET /keys?a=b"])
        #expect(requests.allSatisfy { $0.values(of: "Host") == ["127.0.0.1:\(bench.first.port)"] })
    }

    @Test(arguments: ["jku", "x5u"])
    func `threat 6: an address of keys in the header is asked for nothing`(_ member: String) throws {
        var bench = try Bench()
        let attacker = try ScriptedServer([.keys("k1", "k2")])
        for keyID in ["k1", "k2"] {
            let header = [member: #""http://127.0.0.1:\#(attacker.port)/""#, "kid": "\"\(keyID)\""]
            let judgement = try bench.judge(Self.token(key: .otherRSA, header: header))
            #expect(judgement.reason == (keyID == "k1" ? "invalid_signature" : "unknown_key"))
        }
        #expect(try attacker.requests().isEmpty)
    }

    @Test func `threat 19: one kid of two issuers is two keys, and neither serves for the other`() throws {
        var bench = try Bench()
        #expect(try bench.judge(Self.token(0, key: .rsa)).decision == "allow")
        #expect(try bench.judge(Self.token(1, key: .otherRSA)).decision == "allow")
        #expect(try bench.judge(Self.token(0, key: .otherRSA)).reason == "invalid_signature")
        #expect(try bench.judge(Self.token(1, key: .rsa)).reason == "invalid_signature")
        #expect(try bench.first.requests().count == 1)
        #expect(try bench.second.requests().count == 1)
    }

    @Test func `threat 78: of kids that were asked for in vain, so many are remembered and no more`() {
        var absent = AbsentKeyIDs(firstPauseInSeconds: 10, longestPauseInSeconds: 100)
        let now = Uptime(nanoseconds: 0)
        for number in 0..<AbsentKeyIDs.limit { absent.note(ExactString("k\(number)"), at: now) }
        #expect(!absent.mayBeAskedFor("k0", at: now))
        absent.note("one more", at: now)
        #expect(absent.mayBeAskedFor("k0", at: now))
        #expect(!absent.mayBeAskedFor("k1", at: now))
        #expect(!absent.mayBeAskedFor("one more", at: now))
        #expect(AbsentKeyIDs.limit == 64)
    }

    /// /proc/uptime tells CLOCK_BOOTTIME, in hundredths of a second (proc_uptime(5)).
    @Test func `threat 80: ages are told by the clock that counts suspension`() throws {
        func sinceBoot() throws -> Double {
            let text = try String(contentsOfFile: "/proc/uptime", encoding: .utf8)
            return try #require(text.split(separator: " ").first.flatMap { Double($0) })
        }
        let before = try sinceBoot()
        let seconds = Double(Clock.system.uptime().nanoseconds(since: Uptime(nanoseconds: 0))) / 1e9
        let after = try sinceBoot()
        #expect(seconds >= before && seconds <= after + 0.01)
    }
}

import Foundation
import StrictJSON
import TestSupport
import Testing

@Suite("While keys cannot be had")
struct KeyOutageTests {
    @Test func `keys that grew old serve while the server is down`() throws {
        let server = try KeyServer(.keys("k1"))
        let setup = server.setup(#""maxAgeSeconds": 1, "cooldownSeconds": 1, "staleIfErrorSeconds": 600"#)
        try ExecutionEnvironment.run(setup) { environment in
            try environment.waitForStart()
            try server.end()
            try environment.invoke(Event(token: token())) { answer in
                #expect(answer.isAllow)
                return try environment.fetchOutcomes().count >= 2
            }
            let stale = try environment.invoke(Event(token: token()))
            #expect(stale.isAllow)
            #expect(try environment.fetchOutcomes().prefix(2) == ["fetched", "could_not_connect"])
            let age = try #require(try environment.decisions().last?["keyAgeSeconds"]?.number?.integer)
            #expect(age >= 1)
        }
    }

    @Test func `threat 79: keys older than their bound do not serve, whatever the server does`() throws {
        let server = try KeyServer(.keys("k1"), Step("<html>", status: 503))
        let setup = server.setup(#""maxAgeSeconds": 1, "cooldownSeconds": 1, "staleIfErrorSeconds": 0"#)
        try ExecutionEnvironment.run(setup) { environment in
            try environment.invoke(Event(token: token())) { answer in
                #expect(answer.isAllow || answer.errorType == "Authorizer.KeysUnavailable")
                return answer.isError
            }
            // From here on, until the server is well.
            let answer = try environment.invoke(Event(token: token()))
            #expect(answer.errorType == "Authorizer.KeysUnavailable")
            for decision in try environment.decisions() where decision["decision"]?.isString("allow") == true {
                #expect(decision["keyAgeSeconds"]?.number?.integer == 0)
            }
        }
    }

    @Test func `a server that was down at the start is asked again after the cooldown`() throws {
        let gone = try KeyServer(.keys("k1"))
        try gone.end()
        try ExecutionEnvironment.run(gone.setup(#""cooldownSeconds": 1"#)) { environment in
            let first = try environment.invoke(Event(token: token()))
            #expect(first.errorType == "Authorizer.KeysUnavailable")
            let server = try KeyServer(.keys("k1"), port: gone.port)
            try environment.invoke(Event(token: token())) { answer in
                #expect(answer.isAllow || answer.errorType == "Authorizer.KeysUnavailable")
                return answer.isAllow
            }
            let outcomes = try environment.fetchOutcomes()
            #expect(outcomes.first == "could_not_connect" && outcomes.last == "fetched")
            #expect(try server.requests().count == 1)
        }
    }

    @Test func `an issuer that is down is no other issuer's matter`() throws {
        let server = try KeyServer(.keys("k1"))
        let down = try KeyServer(.nothing)
        let setup = Setup(
            configuration: #"""
                {"issuers": [
                   {"name": "down", "issuer": "https://down.example", "audiences": "any", "jwksURL": "\#(down.url)"},
                   {"name": "up", "issuer": "https://up.example", "audiences": "any", "jwksURL": "\#(server.url)"}],
                 "routes": \#(Setup.routes)}
                """#)
        try ExecutionEnvironment.run(setup) { environment in
            let refused = try environment.invoke(Event(token: token(issuer: "https://down.example")))
            #expect(refused.errorType == "Authorizer.KeysUnavailable")
            let allowed = try environment.invoke(Event(token: token(issuer: "https://up.example")))
            #expect(allowed.isAllow)
            #expect(try down.requests().count == 1)
            #expect(try server.requests().count == 1)
        }
    }

    @Test func `threat 87: no fetch is begun when Lambda is about to end the invocation`() throws {
        let server = try KeyServer(.keys("k1", "k2"))
        try ExecutionEnvironment.run(server.setup(snapshot: ["k1"])) { environment in
            for deadline in [299, 250, 1, 0, -10_000] as [Int64] {
                let unknown = try environment.invoke(Event(token: token("k2")), deadlineInMilliseconds: deadline)
                #expect(unknown.errorType == "Authorizer.DeadlineTooNear")
                let known = try environment.invoke(Event(token: token()), deadlineInMilliseconds: deadline)
                #expect(known.isAllow)
            }
            #expect(try environment.decisions().first?["reason"]?.string == "deadline_too_near")
            // Not even when the answer was posted: Lambda counts until the next event is asked for.
            #expect(try server.requests().isEmpty)
            let unknown = try environment.invoke(Event(token: token("k2")))
            #expect(unknown.isAllow)
            #expect(try server.requests().count == 1)
        }
    }

    @Test(arguments: ["k1", "k2"])
    func `threat 87: a fetch ends before Lambda ends the invocation, whether a caller waits or not`(
        _ keyID: String
    ) throws {
        let server = try KeyServer(.silence)
        let setup = server.setup(#""timeoutMilliseconds": 10000"#, snapshot: ["k1"])
        try ExecutionEnvironment.run(setup) { environment in
            let answer = try environment.invoke(Event(token: token(keyID)), deadlineInMilliseconds: 900)
            #expect(keyID == "k1" ? answer.isAllow : answer.errorType == "Authorizer.KeysUnavailable")
            #expect(try environment.fetchOutcomes() == ["timed_out"])
            let fetch = try environment.log().first { $0["event"]?.isString("key_fetch") == true }
            let duration = try #require(fetch?["durationMilliseconds"]?.number?.integer)
            #expect(duration < 10_000)
            #expect(try server.requests().count == 1)
        }
    }
}

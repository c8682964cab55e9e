import Foundation
import StrictJSON
import TestSupport
import Testing

@Suite("Keys that come and go")
struct KeyRotationTests {
    @Test func `a new key is fetched when its first token comes`() throws {
        let server = try KeyServer(.keys("k1", "k2"))
        try ExecutionEnvironment.run(server.setup(snapshot: ["k1"])) { environment in
            let answer = try environment.invoke(Event(token: token("k2")))
            #expect(answer.isAllow)
            let requests = try server.requests()
            #expect(requests.count == 1)
            #expect(requests[0].at < answer.request.at)
        }
    }

    @Test func `threat 78: a flood of made-up names causes one fetch, and known keys serve meanwhile`() throws {
        let server = try KeyServer(.keys("k1"))
        try ExecutionEnvironment.run(server.setup(snapshot: ["k1"])) { environment in
            for index in 0..<40 {
                let answer = try environment.invoke(Event(token: token("made-up-\(index)")))
                #expect(answer.errorMessage == "Unauthorized")
            }
            let known = try environment.invoke(Event(token: token()))
            #expect(known.isAllow)
            let reasons = try environment.decisions().map { $0["reason"]?.string }
            #expect(reasons == Array(repeating: "unknown_key", count: 40) + [nil])
            #expect(try server.requests().count == 1)
        }
    }

    @Test func `threat 78: a fetch that failed starts the cooldown too`() throws {
        let server = try KeyServer(.nothing)
        try ExecutionEnvironment.run(server.setup(snapshot: ["k1"])) { environment in
            for index in 0..<20 {
                let answer = try environment.invoke(Event(token: token("made-up-\(index)")))
                // Whether there is such a key cannot be said.
                #expect(answer.errorType == "Authorizer.KeysUnavailable")
            }
            let known = try environment.invoke(Event(token: token()))
            #expect(known.isAllow)
            #expect(try server.requests().count == 1)
        }
    }

    @Test func `threat 78: after the cooldown an unknown key is asked for again, once`() throws {
        let server = try KeyServer(.keys("k1"), .keys("k1", "k2"))
        try ExecutionEnvironment.run(server.setup(#""cooldownSeconds": 1"#)) { environment in
            try environment.waitForStart()
            #expect(try server.requests().count == 1)
            try environment.invoke(Event(token: token("k2"))) { answer in
                let known = try environment.invoke(Event(token: token()))
                #expect(known.isAllow)
                return answer.isAllow
            }
            #expect(try server.requests().count == 2)
            #expect(try environment.fetchOutcomes() == ["fetched", "fetched"])
            let reasons = Set(try environment.decisions().map { $0["reason"]?.string ?? "allowed" })
            #expect(reasons.isSubset(of: ["allowed", "unknown_key"]))
        }
    }

    @Test func `threat 79: a key that was withdrawn is refused after the next refresh`() throws {
        let server = try KeyServer(.keys("k2"))
        try ExecutionEnvironment.run(server.setup(snapshot: ["k1"])) { environment in
            let before = try environment.invoke(Event(token: token("k1")))
            #expect(before.isAllow)
            let after = try environment.invoke(Event(token: token("k1")))
            #expect(after.errorMessage == "Unauthorized")
            let other = try environment.invoke(Event(token: token("k2")))
            #expect(other.isAllow)
            #expect(try environment.decisions()[1]["reason"]?.string == "unknown_key")
            #expect(try server.requests().count == 1)
        }
    }

    @Test func `a file of keys serves at once, and is replaced from the address when the answer was posted`() throws {
        let server = try KeyServer(.keys("k1"))
        try ExecutionEnvironment.run(server.setup(snapshot: ["k1"])) { environment in
            try environment.waitForStart()
            #expect(try server.requests().isEmpty)
            let answer = try environment.invoke(Event(token: token()))
            #expect(answer.isAllow)
            let requests = try server.requests()
            try #require(requests.count == 1)
            #expect(requests[0].at > answer.request.at)
            #expect(try environment.fetchOutcomes() == ["fetched"])
            _ = try environment.invoke(Event(token: token()))
            #expect(try server.requests().count == 1)
        }
    }

    @Test func `a file of keys alone is good for ever, and causes no request`() throws {
        try ExecutionEnvironment.run(.keysInFile) { environment in
            let known = try environment.invoke(Event(token: token()))
            #expect(known.isAllow)
            let unknown = try environment.invoke(Event(token: token("k2")))
            #expect(unknown.errorMessage == "Unauthorized")
            #expect(try environment.fetchOutcomes().isEmpty)
        }
    }

    @Test func `RFC 9110 §13.1.2: a set that did not change is not sent again, and grows young`() throws {
        let unchanged = Step("", status: 304).with { $0.framing = "none" }
        let server = try KeyServer(.keys("k1", headers: [["ETag", "W/\"a b\""]]), unchanged)
        let setup = server.setup(#""maxAgeSeconds": 1, "cooldownSeconds": 1"#)
        try ExecutionEnvironment.run(setup) { environment in
            try environment.invoke(Event(token: token())) { answer in
                #expect(answer.isAllow)
                return try server.requests().count >= 2
            }
            let requests = try server.requests()
            #expect(requests[0].values(of: "If-None-Match").isEmpty)
            #expect(requests[1].values(of: "If-None-Match") == ["W/\"a b\""])
            #expect(try environment.fetchOutcomes().prefix(2) == ["fetched", "not_modified"])
            let answer = try environment.invoke(Event(token: token()))
            #expect(answer.isAllow)
        }
    }

    @Test func `threat 73: an issuer that is not configured causes no request`() throws {
        let server = try KeyServer(.keys("k1"))
        let stranger = try KeyServer(.keys("k1"))
        try ExecutionEnvironment.run(server.setup()) { environment in
            for issuer in [stranger.url, "http://127.0.0.1:\(stranger.port)", "https://issuer.example/", ""] {
                let claims = ["jku": "\"\(stranger.url)\"", "jwks_uri": "\"\(stranger.url)\""]
                let answer = try environment.invoke(Event(token: token("k9", issuer: issuer, claims: claims)))
                #expect(answer.errorMessage == "Unauthorized")
            }
            #expect(Set(try environment.decisions().map { $0["reason"]?.string }) == ["unknown_issuer"])
            #expect(try server.requests().count == 1)
            #expect(try stranger.requests().isEmpty)
        }
    }
}

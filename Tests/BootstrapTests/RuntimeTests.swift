import Foundation
import StrictJSON
import TestSupport
import Testing

@Suite("The process under the Runtime API")
struct RuntimeTests {
    @Test func `SIGTERM while no event is at hand ends the process at once, with status 0`() throws {
        try ExecutionEnvironment.run(.keysInFile) { environment in
            try environment.waitForStart()
            environment.terminate()
            let end = try environment.waitForEnd()
            #expect(end == .init(status: 0))
            let output = try environment.output() + environment.errorOutput()
            #expect(output.isEmpty)
        }
    }

    @Test func `SIGTERM after an event was answered ends the process at once, with status 0`() throws {
        try ExecutionEnvironment.run(.keysInFile) { environment in
            let answer = try environment.invoke(Event(token: token()))
            #expect(answer.isAllow)
            environment.terminate()
            let end = try environment.waitForEnd()
            #expect(end == .init(status: 0))
            #expect(try environment.decisions().count == 1)
        }
    }

    /// A server of keys, what it serves, and a configuration that knows `k1` without it.
    private func snapshot(_ steps: [Step], timeoutMilliseconds: Int) throws -> (Setup, ScriptedServer, URL) {
        let journal = FileManager.default.temporaryDirectory.appending(path: "turnstile-\(UUID().uuidString)")
        let server = try ScriptedServer(steps, journal: journal)
        let setup = Setup(
            #""jwksURL": "http://127.0.0.1:\#(server.port)/keys", "jwksFile": "keys.json""#,
            keys: #"{"timeoutMilliseconds": \#(timeoutMilliseconds)}"#, files: ["keys.json": keySet("k1")])
        return (setup, server, journal)
    }

    @Test func `SIGTERM while an event is at hand ends the process when the answer was posted whole`() throws {
        let (setup, server, journal) = try snapshot([.silence], timeoutMilliseconds: 600)
        defer { try? FileManager.default.removeItem(at: journal) }
        try ExecutionEnvironment.run(setup) { environment in
            try environment.send(Event(token: token("k2")))
            try environment.wait("the fetch for the unknown key") { try server.requestsSoFar().count == 1 }
            environment.terminate()
            let end = try environment.waitForEnd()
            #expect(end == .init(status: 0))
            let requests = try environment.runtimeAPI.requestsSoFar()
            try #require(requests.count == 2)
            let answer = try Answer(requests[1])
            #expect(answer.errorType == "Authorizer.KeysUnavailable")
            #expect(try environment.decisions().map { $0["reason"]?.string } == ["keys_unavailable"])
        }
    }

    @Test func `SIGTERM while keys are refreshed, the answer being posted, ends the process with status 0`() throws {
        let (setup, server, journal) = try snapshot([.silence], timeoutMilliseconds: 600)
        defer { try? FileManager.default.removeItem(at: journal) }
        try ExecutionEnvironment.run(setup) { environment in
            try environment.send(Event(token: token()))
            try environment.wait("the refresh") { try server.requestsSoFar().count == 1 }
            environment.terminate()
            let end = try environment.waitForEnd()
            #expect(end == .init(status: 0))
            let requests = try environment.runtimeAPI.requestsSoFar()
            try #require(requests.count == 2)
            let answer = try Answer(requests[1])
            #expect(answer.isAllow)
            #expect(try environment.decisions().count == 1)
        }
    }

    @Test func `SIGTERM while keys are fetched at the start ends the process with status 0`() throws {
        let journal = FileManager.default.temporaryDirectory.appending(path: "turnstile-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: journal) }
        let server = try ScriptedServer([.silence], journal: journal)
        let setup = Setup(
            #""jwksURL": "http://127.0.0.1:\#(server.port)/keys""#, keys: #"{"timeoutMilliseconds": 10000}"#)
        try ExecutionEnvironment.run(setup) { environment in
            try environment.wait("the fetch") { try server.requestsSoFar().count == 1 }
            environment.terminate()
            let end = try environment.waitForEnd()
            #expect(end == .init(status: 0))
            #expect(try environment.runtimeAPI.requestsSoFar().isEmpty)
            // Not when the fetch had ended.
            #expect(try environment.fetchOutcomes().isEmpty)
        }
    }

    @Test(arguments: [403, 500])
    func `next refused ends the process with status 1, and no answer is repeated`(_ status: Int) throws {
        let event = Event(token: token())
        let setup = Setup.keysInFile.with {
            $0.secrets = event.secrets
            $0.firstSteps = [
                event.step(id: "id-1", deadlineInMilliseconds: 10_000), Step("{}", status: 202),
                Step("{}", status: status),
            ]
        }
        try ExecutionEnvironment.run(setup) { environment in
            let end = try environment.waitForEnd()
            #expect(end == .init(status: 1))
            let requests = try environment.runtimeAPI.requestsSoFar()
            #expect(requests.map(\.method) == ["GET", "POST", "GET"])
            let line = try environment.errorOutput()
            #expect(line == "bootstrap: runtime api refused the next event with status \(status)\n")
        }
    }

    @Test func `an answer that was taken and not acknowledged is not posted again`() throws {
        let event = Event(token: token())
        let setup = Setup.keysInFile.with {
            $0.secrets = event.secrets
            $0.firstSteps = [
                event.step(id: "id-1", deadlineInMilliseconds: 10_000), .nothing, Step("{}", status: 403),
            ]
        }
        try ExecutionEnvironment.run(setup) { environment in
            _ = try environment.waitForEnd()
            let requests = try environment.runtimeAPI.requestsSoFar()
            #expect(requests.map(\.method) == ["GET", "POST", "GET"])
            #expect(try environment.log().compactMap { $0["event"]?.string } == ["answer_failed"])
            #expect(try environment.decisions().count == 1)
        }
    }

    @Test func `an event that cannot be had is asked for three times, and then the process ends with status 1`() throws
    {
        let setup = Setup.keysInFile.with { $0.firstSteps = [.nothing, .nothing, .nothing, .nothing] }
        try ExecutionEnvironment.run(setup) { environment in
            let end = try environment.waitForEnd()
            #expect(end == .init(status: 1))
            #expect(try environment.runtimeAPI.requestsSoFar().count == 3)
            #expect(
                try environment.log().compactMap { $0["event"]?.string } == [
                    "next_failed", "next_failed", "next_failed",
                ])
            #expect(try environment.errorOutput().split(separator: "\n").count == 1)
        }
    }

    @Test(arguments: ["127.0.0.1:1", "turnstile.invalid:9001", "localhost"])
    func `a Runtime API that is not there ends the process with status 1 and one line`(_ address: String) throws {
        let setup = Setup.keysInFile.with { $0.environment = ["AWS_LAMBDA_RUNTIME_API": address] }
        try ExecutionEnvironment.run(setup) { environment in
            let end = try environment.waitForEnd()
            #expect(end == .init(status: 1))
            let lines = try environment.errorOutput().split(separator: "\n")
            #expect(lines.count == 1)
            #expect(lines.first?.hasPrefix("bootstrap: runtime api failed 3 times in a row: ") == true)
        }
    }
}

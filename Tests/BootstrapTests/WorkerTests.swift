import Foundation
import StrictJSON
import TestSupport
import Testing

/// Lambda Managed Instances hand over as many events at once as `AWS_LAMBDA_MAX_CONCURRENCY` says.
@Suite("Workers under the Runtime API")
struct WorkerTests {
    private static let accepted = Step(#"{"status":"OK"}"#, status: 202)

    private func two(_ setup: Setup) -> Setup { setup.with { $0.environment["AWS_LAMBDA_MAX_CONCURRENCY"] = "2" } }

    /// Waits until so many requests have come, and returns them.
    private func requests(_ count: Int, _ environment: ExecutionEnvironment) throws -> [ScriptedServer.Request] {
        try environment.wait("request \(count)") {
            try environment.runtimeAPI.requestsSoFar().count >= count || !environment.isRunning
        }
        let requests = try environment.runtimeAPI.requestsSoFar()
        try #require(requests.count == count, "the process ended, or asked for something else")
        return requests
    }

    @Test func `two workers answer two events at once, and SIGTERM ends them with status 0`() throws {
        try ExecutionEnvironment.run(two(.keysInFile)) { environment in
            let event = Event(token: token())
            environment.secrets += event.secrets
            _ = try requests(2, environment)
            #expect(environment.children.count == 2)
            for number in 1...2 {
                try environment.runtimeAPI.add(event.step(id: "request-\(number)", deadlineInMilliseconds: 10_000))
                let answer = try #require(try requests(2 + number, environment).last)
                #expect(answer.target.hasSuffix("/invocation/request-\(number)/response"))
                #expect(try Answer(answer).isAllow)
            }
            for _ in 1...2 { try environment.runtimeAPI.add(Self.accepted) }
            let all = try requests(6, environment)
            #expect(Set(all.map(\.connection)).count == 2)
            environment.terminate()
            #expect(try environment.waitForEnd() == .init(status: 0))
            #expect(try environment.decisions().compactMap { $0["decision"]?.string } == ["allow", "allow"])
        }
    }

    @Test func `the caller of a worker that is killed is told so, and another worker takes its place`() throws {
        let journal = FileManager.default.temporaryDirectory.appending(path: "turnstile-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: journal) }
        let keys = try ScriptedServer([.silence], journal: journal)
        let setup = Setup(
            #""jwksURL": "http://127.0.0.1:\#(keys.port)/keys", "jwksFile": "keys.json""#,
            keys: #"{"timeoutMilliseconds": 10000}"#, files: ["keys.json": keySet("k1")])
        try ExecutionEnvironment.run(two(setup)) { environment in
            let unknown = Event(token: token("k2"))
            let known = Event(token: token())
            environment.secrets += unknown.secrets + known.secrets
            _ = try requests(2, environment)
            try environment.runtimeAPI.add(unknown.step(id: "request-1", deadlineInMilliseconds: 30_000))
            try environment.wait("the fetch") { try keys.requestsSoFar().count == 1 }
            // The other worker waits for an event: it is handed one, so that the next steps are for who comes next.
            try environment.runtimeAPI.add(known.step(id: "request-2", deadlineInMilliseconds: 30_000))
            #expect(try #require(try requests(3, environment).last).target.hasSuffix("/request-2/response"))
            let workers = environment.children
            let busy = try #require(workers.max { environment.sockets(of: $0) < environment.sockets(of: $1) })
            kill(busy, SIGKILL)
            // The answer to request-2, and then in any order the error of request-1 and the new worker's first poll.
            let later = try requests(5, environment)[3...]
            #expect(later.map(\.method).sorted() == ["GET", "POST"])
            let told = try Answer(try #require(later.first { $0.method == "POST" }))
            #expect(told.request.target.hasSuffix("/invocation/request-1/error"))
            #expect(told.errorType == "Authorizer.WorkerDied")
            try environment.runtimeAPI.add(Self.accepted)
            for request in later {
                let event = known.step(id: "request-3", deadlineInMilliseconds: 30_000)
                try environment.runtimeAPI.add(request.method == "GET" ? event : Self.accepted)
            }
            try environment.wait("the answer of the new worker") {
                try environment.runtimeAPI.requestsSoFar().contains { $0.target.hasSuffix("/request-3/response") }
            }
            environment.terminate()
            #expect(try environment.waitForEnd() == .init(status: 0))
            #expect(try environment.log().compactMap { $0["event"]?.string }.filter { $0 == "worker_ended" }.count == 1)
            let reasons = try environment.decisions().compactMap { $0["reason"]?.string }
            #expect(reasons == ["worker_died"])
        }
    }

    @Test(arguments: ["0", "1025", "two", "-1", "2 "])
    func `a number of workers that Lambda does not set ends the start with a line that names it`(_ text: String) throws
    {
        let setup = Setup.keysInFile.with {
            $0.environment["AWS_LAMBDA_MAX_CONCURRENCY"] = text
            $0.firstSteps = [Self.accepted]
        }
        try ExecutionEnvironment.run(setup) { environment in
            #expect(try environment.waitForEnd() == .init(status: 1))
            let request = try #require(try environment.runtimeAPI.requestsSoFar().first)
            #expect(request.target == "/2018-06-01/runtime/init/error")
            #expect(request.body.contains("AWS_LAMBDA_MAX_CONCURRENCY is not a whole number from 1 to 1024"))
        }
    }
}

import Foundation
import LambdaRuntime
import TestSupport

typealias Step = ScriptedServer.Step

extension Step {
    /// An event, under this request id.
    static func event(
        _ body: String = "{\"event\":1}", id: String? = "id-1", _ headers: [[String]] = [],
        change: (inout Step) -> Void = { _ in }
    ) -> Step {
        var step = Step()
        step.body = body
        step.headers = (id.map { [["Lambda-Runtime-Aws-Request-Id", $0]] } ?? []) + headers
        change(&step)
        return step
    }

    /// The answer to what was posted, or the refusal of anything.
    static func status(_ status: Int, change: (inout Step) -> Void = { _ in }) -> Step {
        var step = Step()
        step.status = status
        step.body = "{\"status\":\"\"}"
        change(&step)
        return step
    }

    static let accepted = status(202)
    /// Ends the loop where the script ends.
    static let over = status(500)
    /// Ends the connection with nothing said.
    static let dropped = {
        var step = Step()
        step.answer = "no"
        return step
    }()
}

extension RuntimeAPI {
    init(at server: ScriptedServer) throws {
        try self.init(address: "127.0.0.1:\(server.port)", userAgent: "turnstile/test")
    }
}

/// Answers every event, and writes down what it was called for.
struct Recorder: InvocationHandler {
    enum Call: Equatable { case willWait, didWake, handle(String), didAnswer }

    var answer: (Invocation) -> InvocationAnswer = { _ in .response(Array("{\"ok\":true}".utf8)) }
    var calls: [Call] = []
    var invocations: [Invocation] = []

    mutating func handle(_ invocation: Invocation) -> InvocationAnswer {
        calls.append(.handle(invocation.requestID.description))
        invocations.append(invocation)
        return answer(invocation)
    }

    mutating func didAnswer() { calls.append(.didAnswer) }
    mutating func willWait() { calls.append(.willWait) }
    mutating func didWake() { calls.append(.didWake) }
}

/// What one run of the loop came to.
struct Run {
    var end: LoopEnd
    var incidents: [RuntimeIncident]
    var pauses: [Int]
    var handler: Recorder
    /// As `METHOD path`, without the part of the path that is always the same.
    var requests: [String]
    var received: [ScriptedServer.Request]

    init(_ steps: [Step], answer: ((Invocation) -> InvocationAnswer)? = nil) throws {
        let server = try ScriptedServer(steps)
        final class Notes {
            var incidents: [RuntimeIncident] = []
            var pauses: [Int] = []
        }
        let notes = Notes()
        var handler = Recorder()
        if let answer { handler.answer = answer }
        var loop = EventLoop(
            api: try RuntimeAPI(at: server), log: { notes.incidents.append($0) }, pause: { notes.pauses.append($0) })
        end = loop.run(&handler)
        incidents = notes.incidents
        pauses = notes.pauses
        self.handler = handler
        received = try server.requests()
        requests = received.map {
            "\($0.method) \($0.target.replacingOccurrences(of: "/2018-06-01/runtime/", with: ""))"
        }
    }
}

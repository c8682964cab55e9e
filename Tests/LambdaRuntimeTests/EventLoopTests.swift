import HTTPTransport
import LambdaRuntime
import TestSupport
import Testing

private let cutOff = TransportError(.cutOff, mayHaveBeenSent: true)

@Suite("Runtime API: the loop")
struct EventLoopTests {
    private func id(_ text: String = "id-1") throws -> RequestID {
        try #require(RequestID(utf8: Array(text.utf8)[...]))
    }

    @Test func `an event is answered under its id, and the next one asked for`() throws {
        let run = try Run([.event(id: "id-1"), .accepted, .event(id: "id-2"), .accepted, .over])
        #expect(
            run.requests == [
                "GET invocation/next", "POST invocation/id-1/response", "GET invocation/next",
                "POST invocation/id-2/response", "GET invocation/next",
            ])
        #expect(run.received[1].body == "{\"ok\":true}")
        #expect(run.received[1].values(of: "Content-Type") == ["application/json"])
        #expect(run.received[1].values(of: "User-Agent") == ["turnstile/test"])
        #expect(run.received.allSatisfy { $0.connection == 1 })
        #expect(run.incidents.isEmpty && run.pauses.isEmpty)
    }

    @Test func `the handler is called in the order in which things happen`() throws {
        let run = try Run([.event(id: "a"), .accepted, .event(id: "b"), .accepted, .over])
        #expect(
            run.handler.calls == [
                .willWait, .didWake, .handle("a"), .didAnswer, .willWait, .didWake, .handle("b"), .didAnswer,
                .willWait, .didWake,
            ])
    }

    @Test func `an error is posted as Lambda reads it`() throws {
        let error = InvocationError(type: "Authorizer.KeysUnavailable", message: "no \"keys\"\n\u{1}")
        let run = try Run([.event(), .accepted, .over]) { _ in .error(error) }
        #expect(run.requests[1] == "POST invocation/id-1/error")
        #expect(
            run.received[1].body == #"{"errorMessage":"no \"keys\"\n\u0001","errorType":"Authorizer.KeysUnavailable","#
                + #""stackTrace":[]}"#)
        #expect(run.received[1].values(of: "Lambda-Runtime-Function-Error-Type") == ["Function.KeysUnavailable"])
        #expect(run.handler.calls.contains(.didAnswer))
    }

    @Test func `the message Unauthorized comes out as it is`() throws {
        let run = try Run([.event(), .accepted, .over]) { _ in
            .error(InvocationError(type: "Unauthorized", message: "Unauthorized"))
        }
        #expect(run.received[1].body.hasPrefix(#"{"errorMessage":"Unauthorized","#))
    }

    static let errorTypes = [
        ("Runtime.EventTooLarge", "Runtime.EventTooLarge"), ("Function.X", "Function.Unknown"),
        ("Function.Xy", "Function.Xy"), ("Authorizer.KeysUnavailable", "Function.KeysUnavailable"),
        ("Unauthorized", "Function.Unauthorized"), ("", "Function.Unknown"), ("a.b", "Function.Unknown"),
        ("Runtime.", "Function.Unknown"), ("Runtime.A1", "Function.Unknown"), ("Runtime.A.Bc", "Function.Bc"),
        ("X\r\nA: b", "Function.Unknown"), ("Runtime.Ä", "Function.Unknown"),
        ("Runtime.\(String(repeating: "A", count: 65))", "Function.Unknown"),
    ]

    @Test(arguments: errorTypes)
    func `the header of an error has Lambda's form`(_ type: String, _ header: String) throws {
        let run = try Run([.event(), .accepted, .over]) { _ in .error(InvocationError(type: type, message: "m")) }
        #expect(run.received[1].values(of: "Lambda-Runtime-Function-Error-Type") == [header])
    }

    @Test func `a failed start is posted to init`() throws {
        let server = try ScriptedServer([.accepted])
        var api = try RuntimeAPI(at: server)
        #expect(try api.reportFailedStart(InvocationError(type: "Runtime.ConfigInvalid", message: "why")) == 202)
        let request = try #require(try server.requests().first)
        #expect(request.target == "/2018-06-01/runtime/init/error")
        #expect(request.body == #"{"errorMessage":"why","errorType":"Runtime.ConfigInvalid","stackTrace":[]}"#)
        #expect(request.values(of: "Lambda-Runtime-Function-Error-Type") == ["Runtime.ConfigInvalid"])
    }

    @Test(arguments: [400, 403, 404, 500, 503, 302])
    func `next refused with any status but 2xx ends the loop at once`(_ status: Int) throws {
        let run = try Run([.status(status)])
        #expect(run.end == .nextRefused(status: status))
        #expect(run.requests.count == 1 && run.pauses.isEmpty)
    }

    @Test(arguments: [400, 404, 410, 413, 429])
    func `an answer refused with 4xx is logged, no second one is posted, and the loop goes on`(_ status: Int) throws {
        for answer in [InvocationAnswer.response([0x31]), .error(InvocationError(type: "Function.Ab", message: "m"))] {
            let run = try Run([.event(), .status(status), .event(id: "b"), .accepted, .over]) { _ in answer }
            #expect(run.incidents == [.answerRefused(try id(), status: status)])
            #expect(run.requests.count == 5 && run.requests[2] == "GET invocation/next")
            #expect(run.end == .nextRefused(status: 500))
        }
    }

    @Test(arguments: [403, 500, 503, 302])
    func `an answer refused with 403 or 5xx ends the loop`(_ status: Int) throws {
        for answer in [InvocationAnswer.response([0x31]), .error(InvocationError(type: "Function.Ab", message: "m"))] {
            let run = try Run([.event(), .status(status), .event()]) { _ in answer }
            #expect(run.end == .answerRefused(status: status))
            #expect(run.requests.count == 2)
            #expect(!run.handler.calls.contains(.didAnswer))
        }
    }

    @Test func `three failures in a row to get an event end the loop`() throws {
        let run = try Run([.dropped])
        #expect(run.end == .unreachable(cutOff, attempts: 3))
        #expect(run.incidents == (1...3).map { .nextFailed(cutOff, attempt: $0) })
        #expect(run.pauses == [50, 250])
        #expect(run.requests.count == 3)
        #expect(run.handler.calls == [.willWait, .didWake, .willWait, .didWake, .willWait, .didWake])
    }

    @Test func `an event that comes sets the count of failures back`() throws {
        let run = try Run([
            .dropped, .dropped, .event(), .accepted, .dropped, .dropped, .event(), .accepted, .over,
        ])
        #expect(run.end == .nextRefused(status: 500))
        #expect(run.handler.invocations.count == 2)
        #expect(run.pauses == [50, 250, 50, 250])
    }

    @Test func `nobody listening ends the loop after three attempts`() throws {
        let server = try ScriptedServer([.over])
        var api = try RuntimeAPI(at: server)
        _ = try server.requests()
        var pauses = 0
        do throws(TransportError) { _ = try api.next() } catch {
            pauses += 1
            #expect(error == TransportError(.couldNotConnect, mayHaveBeenSent: false))
        }
        #expect(pauses == 1)
        var handler = Recorder()
        var loop = EventLoop(api: try RuntimeAPI(at: server), log: { _ in }, pause: { _ in })
        let end = loop.run(&handler)
        #expect(end == .unreachable(TransportError(.couldNotConnect, mayHaveBeenSent: false), attempts: 3))
    }

    @Test func `an answer that may have arrived is not posted again`() throws {
        let run = try Run([.event(), .dropped, .event(id: "b"), .accepted, .over])
        #expect(run.incidents == [.answerFailed(try id(), cutOff)])
        #expect(run.pauses.isEmpty)
        #expect(run.requests.filter { $0.hasPrefix("POST invocation/id-1") }.count == 1)
        #expect(run.handler.invocations.count == 2)
    }

    @Test func `an answer that met nobody is posted again, at most twice`() throws {
        let server = try ScriptedServer([.event { $0.ending = "close" }])
        final class Notes { var pauses: [Int] = [], incidents: [RuntimeIncident] = [] }
        let notes = Notes()
        var handler = Recorder()
        handler.answer = { _ in
            _ = try? server.requests()
            return .response([])
        }
        var loop = EventLoop(
            api: try RuntimeAPI(at: server), log: { notes.incidents.append($0) }, pause: { notes.pauses.append($0) })
        let end = loop.run(&handler)
        let nobody = TransportError(.couldNotConnect, mayHaveBeenSent: false)
        #expect(end == .unreachable(nobody, attempts: 3))
        #expect(notes.incidents.first == .answerFailed(try id(), nobody))
        #expect(notes.pauses == [50, 250, 50, 250])
    }

    @Test func `three events in a row without a usable id end the loop`() throws {
        let run = try Run([
            .event(id: nil), .event(id: "a/b"),
            .status(204) {
                $0.framing = "none"; $0.body = ""
            },
        ])
        #expect(run.end == .unanswerable(attempts: 3))
        #expect(run.incidents == (1...3).map { .requestIDUnusable(attempt: $0) })
        #expect(run.handler.invocations.isEmpty)
        #expect(run.pauses == [50, 250])
    }

    @Test func `an event without a usable id is dropped, and the loop goes on`() throws {
        let run = try Run([.event(id: nil), .event(id: nil), .event(), .accepted, .event(id: nil), .over])
        #expect(run.end == .nextRefused(status: 500))
        #expect(run.handler.invocations.count == 1)
    }

    @Test func `an event that is too long is answered with an error, and the loop goes on`() throws {
        let tooLong = Step.event { $0.bodyBytes = RuntimeAPI.eventLimitInBytes + 1 }
        let run = try Run([tooLong, .accepted, tooLong, .accepted, tooLong, .accepted, .event(), .accepted, .over])
        #expect(run.requests[1] == "POST invocation/id-1/error")
        #expect(run.received[1].values(of: "Lambda-Runtime-Function-Error-Type") == ["Runtime.EventTooLarge"])
        #expect(run.received[1].body.contains("event longer than 6291556 bytes"))
        #expect(run.handler.invocations.count == 1)
        #expect(run.end == .nextRefused(status: 500))
    }

    @Test func `an event that is cut off is answered with an error, and the loop goes on`() throws {
        let run = try Run([.event { $0.cutAfter = 90 }, .accepted, .event(), .accepted, .over])
        #expect(run.requests[1] == "POST invocation/id-1/error")
        #expect(run.received[1].values(of: "Lambda-Runtime-Function-Error-Type") == ["Runtime.EventUnreadable"])
        #expect(run.incidents == [.eventUnreadable(try id(), cutOff)])
        #expect(run.handler.invocations.count == 1)
    }

    @Test func `events cut into single bytes, and chunked ones, are read whole`() throws {
        let run = try Run([
            .event { $0.pieces = .bytes }, .accepted,
            .event {
                $0.pieces = .bytes
                $0.framing = "chunked"
            }, .accepted, .over,
        ])
        #expect(
            run.handler.invocations.map { String(decoding: $0.event, as: UTF8.self) } == [
                "{\"event\":1}", "{\"event\":1}",
            ])
    }

    @Test func `a connection that ends after every answer is replaced, a hundred times`() throws {
        let ending: (inout Step) -> Void = { $0.ending = "close" }
        let steps = (0..<100).flatMap {
            [Step.event(id: "id-\($0)", change: ending), Step.status(202, change: ending)]
        }
        let run = try Run(steps + [.over])
        #expect(run.handler.invocations.count == 100)
        #expect(run.incidents.isEmpty)
        #expect(run.end == .nextRefused(status: 500))
    }

    @Test func `a connection that is announced to end is replaced`() throws {
        let run = try Run([
            .event("{}", id: "a", [["Connection", "close"]]) { $0.ending = "close" }, .accepted, .over,
        ])
        #expect(run.handler.invocations.count == 1 && run.incidents.isEmpty)
    }

    @Test func `every incident and end has a code and one line of words`() throws {
        let incidents: [RuntimeIncident] = [
            .nextFailed(cutOff, attempt: 1), .requestIDUnusable(attempt: 2), .eventUnreadable(try id(), cutOff),
            .answerRefused(try id(), status: 413), .answerFailed(try id(), cutOff),
        ]
        #expect(Set(incidents.map(\.code)).count == incidents.count)
        #expect(incidents.map { $0.requestID?.description } == [nil, nil, "id-1", "id-1", "id-1"])
        let ends: [LoopEnd] = [
            .nextRefused(status: 403), .answerRefused(status: 500), .unreachable(cutOff, attempts: 3),
            .unanswerable(attempts: 3),
        ]
        #expect(Set(ends.map(\.code)).count == ends.count)
        for text in incidents.map(\.description) + ends.map(\.description) {
            #expect(!text.isEmpty && !text.contains("\n") && text.first?.isUppercase == false)
        }
    }
}

import HTTPTransport
import LambdaRuntime
import TestSupport
import Testing

@Suite("Runtime API: GET next")
struct InvocationTests {
    private func next(_ step: Step) throws -> Delivery {
        let server = try ScriptedServer([step])
        var api = try RuntimeAPI(at: server)
        return try api.next()
    }

    private func invocation(_ step: Step) throws -> Invocation {
        guard case .invocation(let invocation) = try next(step) else { throw NoInvocation() }
        return invocation
    }

    private struct NoInvocation: Error {}

    @Test func `an invocation carries the event and all that the headers say, in any case`() throws {
        let invocation = try invocation(
            .event(
                "{\"a\":\"ü\"}", id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                [
                    ["lambda-runtime-deadline-ms", "1542409706888"],
                    [
                        "LAMBDA-RUNTIME-TRACE-ID",
                        "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a;Sampled=1;Lineage=a:0",
                    ],
                    ["Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-2:123456789012:function:f"],
                    ["Lambda-Runtime-Aws-Tenant-Id", "blue"], ["Lambda-Runtime-Client-Context", "{\"c\":1}"],
                    ["Lambda-Runtime-Cognito-Identity", "{\"i\":1}"], ["X-Unknown", "1"],
                ]))
        #expect(invocation.requestID.description == "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        #expect(String(decoding: invocation.event, as: UTF8.self) == "{\"a\":\"ü\"}")
        #expect(invocation.deadlineInMilliseconds == 1_542_409_706_888)
        #expect(invocation.traceID == "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a;Sampled=1;Lineage=a:0")
        #expect(invocation.functionARN == "arn:aws:lambda:us-east-2:123456789012:function:f")
        #expect(invocation.tenantID == "blue")
        #expect(invocation.clientContext == "{\"c\":1}")
        #expect(invocation.cognitoIdentity == "{\"i\":1}")
    }

    @Test func `what no header says is nil`() throws {
        let invocation = try invocation(.event())
        #expect(invocation.deadlineInMilliseconds == nil)
        #expect(invocation.traceID == nil)
        #expect(invocation.functionARN == nil)
        #expect(invocation.tenantID == nil)
    }

    static let deadlines: [([String], Int64?)] = [
        (["0"], 0), (["1"], 1), (["999999999999999"], 999_999_999_999_999), (["1000000000000000"], nil), ([""], nil),
        (["-1"], nil), (["+1"], nil), (["1.5"], nil), (["1e3"], nil), (["0x10"], nil), (["soon"], nil), (["1 2"], nil),
        (["99999999999999999999999999"], nil), (["5", "5"], 5), (["5", "6"], nil),
    ]

    @Test(arguments: deadlines)
    func `threat 87: a deadline is a whole number of milliseconds or unknown`(_ texts: [String], _ expected: Int64?)
        throws
    {
        let headers = texts.map { ["Lambda-Runtime-Deadline-Ms", $0] }
        #expect(try invocation(.event("{}", id: "a", headers)).deadlineInMilliseconds == expected)
    }

    @Test(arguments: [
        "a", "A-Z-0-9", "00000000-0000-0000-0000-000000000000", String(repeating: "a", count: 128),
    ])
    func `a request id is 1 through 128 letters, digits and hyphens`(_ id: String) throws {
        #expect(try invocation(.event(id: id)).requestID.description == id)
    }

    @Test(arguments: [
        nil, "", "a/b", "../../init/error", "a?b", "a#b", "a b", "a%2fb", "a_b", "ä", "a.b", "a:b",
        String(repeating: "a", count: 129),
    ])
    func `any other request id names no invocation`(_ id: String?) throws {
        guard case .unnamed = try next(.event(id: id)) else {
            Issue.record("was taken for an invocation")
            return
        }
    }

    @Test func `two request ids that differ name no invocation; the same one twice does`() throws {
        let other = [["lambda-runtime-aws-request-id", "id-2"]]
        guard case .unnamed = try next(.event("{}", id: "id-1", other)) else {
            Issue.record("was taken for an invocation")
            return
        }
        #expect(try invocation(.event("{}", id: "id-2", other)).requestID.description == "id-2")
    }

    @Test(arguments: [
        6_291_455, 6_291_456, 6_291_457, RuntimeAPI.eventLimitInBytes,
    ])
    func `an event may have 6 MiB and 100 bytes`(_ length: Int) throws {
        for framing in ["length", "chunked"] {
            let event = try invocation(
                .event {
                    $0.bodyBytes = length
                    $0.framing = framing
                }
            ).event
            #expect(event.count == length)
        }
    }

    @Test func `an event of more is not taken, and is known by its id`() throws {
        for framing in ["length", "chunked"] {
            let delivery = try next(
                .event {
                    $0.bodyBytes = RuntimeAPI.eventLimitInBytes + 1
                    $0.framing = framing
                })
            guard case .unreadable(let id, let error) = delivery else {
                Issue.record("was read")
                return
            }
            #expect(id.description == "id-1")
            #expect(error.kind == .bodyTooLarge(limitInBytes: RuntimeAPI.eventLimitInBytes))
        }
    }

    @Test func `huge headers beside those that matter do no harm`() throws {
        let huge = (0..<20).map { ["X-\($0)", String(repeating: "h", count: 10_000)] }
        #expect(try invocation(.event("{}", id: "a", huge)).requestID.description == "a")
    }

    @Test func `an empty event is an event`() throws {
        #expect(try invocation(.event("")).event.isEmpty)
    }

    @Test(arguments: [
        "", "127.0.0.1:0", "127.0.0.1:9001/x", "user@127.0.0.1:9001", "a b", "127.0.0.1:9001\r\n", "http://a",
    ])
    func `an address that is no host and port is refused`(_ address: String) {
        #expect(throws: RuntimeAPIError.invalidAddress) {
            _ = try RuntimeAPI(address: address, userAgent: "turnstile/test")
        }
    }
}

@Suite("The invocation that unread bytes of a connection name")
struct UnreadResponseTests {
    static let head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nlambda-runtime-aws-request-id: id-1\r\n"

    @Test(arguments: [
        ("\(head)\r\n{}", "id-1"), ("\(head)\r\n", "id-1"), ("\(head)X: y\r\n\r\n{", "id-1"),
        (head, nil), ("", nil), ("\r\n\r\n", nil), ("{}\(head)\r\n", nil),
        ("HTTP/1.1 500 No\r\nLambda-Runtime-Aws-Request-Id: id-1\r\n\r\n", nil),
        ("HTTP/1.1 200 OK\r\n\r\nLambda-Runtime-Aws-Request-Id: id-1\r\n\r\n", nil),
        ("HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: a/b\r\n\r\n", nil),
        ("\(head)Lambda-Runtime-Aws-Request-Id: id-2\r\n\r\n", nil), ("\(head)no colon\r\n\r\n", nil),
    ])
    func `is that of a whole head of 2xx, and otherwise none`(_ text: String, _ expected: String?) {
        #expect(RuntimeAPI.requestID(inResponse: Array(text.utf8))?.description == expected)
    }
}

import AWSClient
import Foundation
import HTTPTransport
import StrictJSON
import TestSupport
import Testing

@Suite("A call to AWS and its faults")
struct ClientTests {
    static let read = AWSRequest.rest(.get, ["apikeys"])
    static let write = AWSRequest.rest(.post, ["apikeys"], json: Array("{}".utf8))
    static let pools = AWSRequest.userPools("ListUserPoolClients", json: Array("{}".utf8))

    static func fault(_ type: String, _ status: Int, _ message: String = "", _ headers: [[String]] = []) -> Step {
        Step(
            "{\"message\":\"\(message)\"}", status: status,
            headers: [["x-amzn-ErrorType", type + ":http://a/"]] + headers)
    }

    func exchange(_ steps: [Step], _ call: AWSRequest, now: Int64? = nil) throws -> (AWSError?, Surroundings, Int) {
        let server = try ScriptedServer(steps)
        let surroundings = Surroundings.signed(to: server)
        if let now { surroundings.now = now }
        let client = try surroundings.client(AWSOptions(pacing: .none))
        var failure: AWSError?
        do throws(AWSError) { _ = try client.send(call) } catch { failure = error }
        return (failure, surroundings, try server.requests().count)
    }

    struct Vector: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var step: Step
        var call = ClientTests.read
        var code: String
        var line: String
    }

    static let expired = "ExpiredTokenException"
    static let vectors = [
        Vector(
            testDescription: "expired",
            step: fault(expired, 403, "The security token included in the request is expired"),
            code: "expired_credentials",
            line:
                "the AWS credentials of the environment have expired; renew them, as with 'aws sso login', and run it again"
        ),
        Vector(
            testDescription: "unknown key",
            step: fault("UnrecognizedClientException", 403, "The security token included in the request is invalid."),
            code: "invalid_credentials",
            line: "AWS does not know the access key or the session token of the environment in eu-central-1; "
                + "check AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN and --profile"),
        Vector(
            testDescription: "wrong secret",
            step: fault(
                "InvalidSignatureException", 403,
                "The request signature we calculated does not match s3cret/of+the/environment"),
            code: "invalid_credentials",
            line:
                "AWS finds the signature by the credentials of the environment wrong; check the secret access key and the region"
        ),
        Vector(
            testDescription: "denied, with the action",
            step: fault(
                "AccessDeniedException", 403,
                "User: arn:aws:iam::123456789012:user/a is not authorized to perform: apigateway:GET on resource: arn:aws:apigateway:x::/apikeys"
            ),
            code: "access_denied",
            line:
                "arn:aws:iam::123456789012:user/a may not do apigateway:GET; allow apigateway:GET in the caller's IAM policy"
        ),
        Vector(
            testDescription: "denied, without the action",
            step: Step("{\"__type\":\"a#AccessDeniedException\"}", status: 400),
            call: pools, code: "access_denied",
            line:
                "the caller may not do cognito-idp:ListUserPoolClients; allow cognito-idp:ListUserPoolClients in the caller's IAM policy"
        ),
        Vector(
            testDescription: "not found", step: fault("NotFoundException", 404, "Invalid API Key identifier specified"),
            code: "not_found",
            line: "GET /apikeys found nothing: Invalid API Key identifier specified; check the id and the region"),
        Vector(
            testDescription: "no such pool",
            step: Step(
                "{\"__type\":\"ResourceNotFoundException\",\"message\":\"User pool x does not exist.\"}", status: 400),
            call: pools, code: "not_found",
            line: "ListUserPoolClients found nothing: User pool x does not exist.; check the id and the region"),
        Vector(
            testDescription: "conflict", step: fault("ConflictException", 409, "API Key already exists"), call: write,
            code: "conflict", line: "POST /apikeys met a conflict: API Key already exists; run it again"),
        Vector(
            testDescription: "a full quota", step: fault("LimitExceededException", 429, "Maximum number of keys"),
            call: write,
            code: "limit_exceeded",
            line:
                "POST /apikeys met a limit of the account: Maximum number of keys; ask AWS to raise the limit, or remove what is not needed"
        ),
        Vector(
            testDescription: "anything else", step: fault("BadRequestException", 400, "a\\u001b[31m\\nb"), call: write,
            code: "refused",
            line:
                "AWS refused POST /apikeys with status 400 BadRequestException: a [31m b; see AWS's documentation of it"
        ),
        Vector(
            testDescription: "a redirect", step: Step("", status: 302, headers: [["Location", "http://a/"]]),
            code: "refused",
            line: "AWS refused GET /apikeys with status 302; see AWS's documentation of it"),
        Vector(
            testDescription: "a message that repeats the secret",
            step: fault("BadRequestException", 400, "you sent s3cret/of+the/environment"), code: "refused",
            line:
                "AWS refused GET /apikeys with status 400 BadRequestException: (a message that repeats a secret); see AWS's documentation of it"
        ),
        Vector(
            testDescription: "a message so long that the secret in it is cut",
            step: fault(
                "BadRequestException", 400, String(repeating: "x", count: 285) + "s3cret/of+the/environment"),
            code: "refused",
            line:
                "AWS refused GET /apikeys with status 400 BadRequestException: (a message that repeats a secret); see AWS's documentation of it"
        ),
        Vector(
            testDescription: "a 404 that is not Cognito's", step: Step("<html>no such page</html>", status: 404),
            call: .userPools("DescribeUserPoolClient", json: Array("{}".utf8)), code: "refused",
            line: "AWS refused DescribeUserPoolClient with status 404; see AWS's documentation of it"),
        Vector(
            testDescription: "not JSON", step: Step("<html>"), code: "malformed_response",
            line: "the answer to GET /apikeys is not JSON; check that the endpoint is AWS's"),
    ]

    @Test(arguments: vectors)
    func `each refusal has one line with a way out, and is not repeated`(_ vector: Vector) throws {
        let (error, surroundings, count) = try exchange([vector.step], vector.call)
        #expect(error?.description == vector.line)
        #expect(error?.code == vector.code)
        #expect(count == 1)
        #expect(surroundings.sleeps.isEmpty)
    }

    // MARK: The clock

    static let date = [["Date", "Sat, 21 Nov 2026 09:30:00 GMT"]]
    static let clocks: [(Int64, String)] = [
        (1_795_253_400 - 17 * 60, "AWS refused the time of the signature: this machine's clock is 17 min behind AWS's"),
        (
            1_795_253_400 + 3 * 3_600,
            "AWS refused the time of the signature: this machine's clock is 3 h ahead of AWS's"
        ),
        (1_795_253_400, "AWS refused the time of the signature"),
    ]

    @Test(arguments: clocks)
    func `a wrong clock is told with its difference`(_ now: Int64, _ what: String) throws {
        let steps = [
            Self.fault(
                "InvalidSignatureException", 403, "Signature expired: 20261121T091300Z is now earlier than", Self.date),
            Self.fault("InvalidSignatureException", 403, "Signature not yet current: 20261121T123000Z", Self.date),
            Self.fault("RequestExpired", 400, "", Self.date), Self.fault("RequestTimeTooSkewed", 403, "", Self.date),
        ]
        for step in steps {
            let (error, _, _) = try exchange([step], Self.read, now: now)
            #expect(error?.description == "\(what); set this machine's clock, as with 'timedatectl set-ntp true'")
            #expect(error?.code == "clock_skew")
        }
    }

    // MARK: What passes

    static let throttles = [
        fault("TooManyRequestsException", 429, "Too Many Requests"), fault("ThrottlingException", 400, "Rate exceeded"),
        Step("", status: 429),
    ]

    @Test(arguments: throttles, [read, write])
    func `a throttled call is repeated, whatever it changes`(_ step: Step, _ call: AWSRequest) throws {
        let (error, surroundings, count) = try exchange([step, step, step, Step("{}")], call)
        #expect(error == nil)
        #expect(count == 4)
        #expect(surroundings.sleeps.count == 3)
        for (wait, span) in zip(surroundings.sleeps, [500, 1_000, 2_000]) { #expect((0...Int64(span)).contains(wait)) }
    }

    @Test func `Retry-After is waited for`() throws {
        let step = Self.fault("TooManyRequestsException", 429, "", [["Retry-After", "7"]])
        let (error, surroundings, _) = try exchange([step, Step("{}")], Self.write)
        #expect(error == nil)
        #expect(surroundings.sleeps == [7_000])
    }

    @Test func `a call that is throttled for too long is given up`() throws {
        let (error, surroundings, count) = try exchange([Self.throttles[0]], Self.write)
        #expect(error == .throttled(action: "POST /apikeys", attempts: 10))
        #expect(
            error?.description
                == "AWS throttled POST /apikeys 10 times in a row; run it again later: what is done stays done")
        #expect(count == 10)
        #expect(surroundings.sleeps.count == 9)
    }

    @Test func `a read is repeated when the service fails, a change is not`() throws {
        let failure = Step("", status: 500)
        let (none, _, _) = try exchange([failure, Step("", status: 503), Step("{}")], Self.read)
        #expect(none == nil)
        let (unavailable, _, count) = try exchange([Step("", status: 503)], Self.read)
        #expect(unavailable == .unavailable(action: "GET /apikeys", status: 503, attempts: 10))
        #expect(count == 10)
        let (unknown, surroundings, once) = try exchange([failure], Self.write)
        #expect(unknown == .outcomeUnknown(action: "POST /apikeys", .status(500)))
        #expect(
            unknown?.description
                == "POST /apikeys was answered with status 500; run it again: it looks first, and does only what is missing"
        )
        #expect(once == 1 && surroundings.sleeps.isEmpty)
    }

    @Test func `a connection that is lost is repeated for a read, and told for a change`() throws {
        let lost = Step().with { $0.answer = "no" }
        let (none, _, count) = try exchange([lost, Step("{}").with { $0.cutAfter = 30 }, Step("{}")], Self.read)
        #expect(none == nil && count == 3)
        let (unknown, _, once) = try exchange([lost], Self.write)
        let cutOff = TransportError(.cutOff, mayHaveBeenSent: true)
        #expect(unknown == .outcomeUnknown(action: "POST /apikeys", .transport(cutOff)))
        #expect(once == 1)
    }

    @Test func `a change that was certainly not sent is repeated`() throws {
        let server = try ScriptedServer([Step("{}")])
        let surroundings = Surroundings.signed(to: server)
        _ = try server.requests()
        let client = try surroundings.client(AWSOptions(pacing: .none))
        let refused = TransportError(.couldNotConnect, mayHaveBeenSent: false)
        #expect(throws: AWSError.unreachable(host: "127.0.0.1:\(server.port)", refused)) { try client.send(Self.write) }
        #expect(surroundings.sleeps.count == 9)
    }

    @Test func `expired credentials that can be renewed are renewed once`() throws {
        let keys = """
            {"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "s"}
            """
        let expired = Self.fault(Self.expired, 403)
        let server = try ScriptedServer([expired, Step("{}"), expired])
        let surroundings = Surroundings(["AWS_ENDPOINT_URL": "http://127.0.0.1:\(server.port)"])
        surroundings.files["/home/someone/.aws/config"] = "[default]\ncredential_process=x"
        surroundings.program = { _ in keys }
        let client = try surroundings.client()
        _ = try client.send(Self.write)
        #expect(surroundings.started.count == 2)
        #expect(throws: AWSError.expiredCredentials(place: "profile default (credential_process)")) {
            try client.send(Self.write)
        }
        #expect(surroundings.started.count == 3)
        #expect(try server.requests().count == 4)
    }

    @Test func `an id that would be another path is refused before anything is sent`() throws {
        for id in ["", ".", ".."] {
            let (error, _, count) = try exchange([Step("{}")], .rest(.delete, ["apikeys", id]))
            #expect(error == .invalidRequest(action: "DELETE /apikeys/\(id)"))
            #expect(count == 0)
        }
    }

    @Test func `deletions of keys, and reads of one pool, are paced at quotas of their own`() throws {
        let server = try ScriptedServer([Step("{}")])
        for (call, sleeps) in [
            (AWSRequest.rest(.delete, ["apikeys", "a"]), [200, 200, 200, 200, 200, 200]), (Self.pools, [200, 200]),
            (.rest(.delete, ["usageplans", "a", "keys", "b"]), []),
        ] as [(AWSRequest, [Int64])] {
            let surroundings = Surroundings.signed(to: server)
            let client = try surroundings.client()
            for _ in 0..<7 { _ = try client.send(call) }
            #expect(surroundings.sleeps == sleeps)
        }
    }

    @Test func `creations of keys are paced at their quota`() throws {
        let server = try ScriptedServer([Step("{\"id\":\"a\"}", status: 201, headers: [["x-amzn-RequestId", "r"]])])
        let surroundings = Surroundings.signed(to: server)
        let client = try surroundings.client()
        for _ in 0..<4 {
            let response = try client.send(Self.write)
            #expect(response.status == 201 && response.requestID == "r")
            #expect(response.document?.root["id"]?.string == "a")
        }
        #expect(surroundings.sleeps == [200, 200, 200])
    }
}

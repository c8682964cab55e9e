import Foundation
import StrictJSON
import TestSupport
import Testing

@Suite("What the process writes")
struct LogLineTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let event: Event
        /// The members of the line behind `timestamp`, `level` and `requestId`, in their order.
        let members: [String]
        let level: String
        var reason: String?
    }

    static let known = ["issuer", "client", "route", "kid", "keyAgeSeconds", "durationMicroseconds"]
    static let vectors = [
        Vector(testDescription: "allow", event: Event(token: token()), members: ["decision"] + known, level: "INFO"),
        Vector(
            testDescription: "deny", event: Event(token: token(), method: "POST"),
            members: ["decision", "reason"] + known, level: "INFO", reason: "insufficient_scope"),
        Vector(
            testDescription: "deny without a route", event: Event(token: token(), resource: "/other"),
            members: ["decision", "reason"] + known.filter { $0 != "route" }, level: "INFO", reason: "route_unknown"),
        Vector(
            testDescription: "reject, expired", event: Event(token: token(claims: ["exp": "1"])),
            members: ["decision", "reason", "kid", "keyAgeSeconds", "durationMicroseconds"], level: "INFO",
            reason: "token_expired"),
        Vector(
            testDescription: "reject, forged", event: Event(token: token(key: .otherRSA)),
            members: ["decision", "reason", "kid", "keyAgeSeconds", "durationMicroseconds"], level: "INFO",
            reason: "invalid_signature"),
        Vector(
            testDescription: "threat 81: reject, a name of a key with a line in it",
            event: Event(token: token(#"k\r\n{\"level\":\"FATAL\"}\u001b[2J"#)),
            members: ["decision", "reason", "kid", "durationMicroseconds"], level: "INFO", reason: "unknown_key"),
        Vector(
            testDescription: "reject, no token", event: Event(token: "not-a-token-at-all-0123456789"),
            members: ["decision", "reason", "durationMicroseconds"], level: "INFO", reason: "malformed_token"),
        Vector(
            testDescription: "threat 88: fault", event: Event(body: #"{"Records":[{"eventSource":"aws:s3"}]}"#),
            members: ["decision", "reason", "durationMicroseconds", "message"], level: "ERROR",
            reason: "event_unrecognised"),
    ]

    @Test(arguments: vectors)
    func `threat 81, threat 82, threat 88: one event is one line of the documented members`(_ vector: Vector) throws {
        try ExecutionEnvironment.run(.keysInFile) { environment in
            _ = try environment.invoke(vector.event)
            let lines = try environment.log()
            try #require(lines.count == 1)
            let members = lines[0].members.map { $0.map(\.name) }
            #expect(members == ["timestamp", "level", "requestId"] + vector.members)
            #expect(lines[0]["level"]?.string == vector.level)
            #expect(lines[0]["requestId"]?.string == "request-1")
            #expect(lines[0]["reason"]?.string == vector.reason)
            let output = try environment.output()
            #expect(output.utf8.filter { $0 < 0x20 } == [0x0A])
            #expect(try environment.errorOutput().isEmpty)
        }
    }

    @Test func `threat 82: the same holds in the other format and with metrics, at every level`() throws {
        for format in ["JSON", "Text"] {
            for level in ["TRACE", "INFO", "ERROR"] {
                let setup = Setup.keysInFile.with {
                    $0.configuration = $0.configuration?.replacing(#""keys": {}"#, with: #""metrics": "emf""#)
                    $0.environment = ["AWS_LAMBDA_LOG_FORMAT": format, "AWS_LAMBDA_LOG_LEVEL": level]
                }
                try ExecutionEnvironment.run(setup) { environment in
                    for vector in Self.vectors { _ = try environment.invoke(vector.event) }
                    #expect(try environment.decisions().count == Self.vectors.count)
                    #expect(try environment.decisions().allSatisfy { $0["Decisions"]?.number?.integer == 1 })
                }
            }
        }
    }

    @Test func `lines below the level are left out`() throws {
        let setup = Setup.keysInFile.with { $0.environment = ["AWS_LAMBDA_LOG_LEVEL": "ERROR"] }
        try ExecutionEnvironment.run(setup) { environment in
            for vector in Self.vectors { _ = try environment.invoke(vector.event) }
            #expect(try environment.decisions().map { $0["decision"]?.string } == ["fault"])
        }
    }

    @Test func `threat 82: the secret of usage keys is in no line and no answer`() throws {
        let secret = "5ecret-of-the-hmac-0123456789abcdef"
        let setup = Setup(
            #""jwksFile": "keys.json", "usageKey": {"from": "hmac", "secret": "${USAGE_KEY_SECRET}"}"#,
            files: ["keys.json": keySet("k1")]
        ).with {
            $0.environment = ["USAGE_KEY_SECRET": secret]
            $0.secrets = [secret]
        }
        try ExecutionEnvironment.run(setup) { environment in
            let answer = try environment.invoke(Event(token: token()))
            #expect(answer.body["usageIdentifierKey"]?.string?.utf8.count == 64)
            let key = try #require(answer.body["usageIdentifierKey"]?.string)
            let output = try environment.output()
            #expect(!output.contains(key))
        }
    }
}

@Suite("No event ends the process")
struct EventTests {
    static let bodies = [
        "", " ", "null", "[]", "{", "\u{0}", "\"\"", "{}{}", #"{"type":"REQUEST"}"#, #"{"type":"TOKEN"}"#,
        String(repeating: "[", count: 100_000), String(repeating: #"{"a":"#, count: 100_000),
        #"{"type":"TOKEN","authorizationToken":"Bearer ","methodArn":""}"#,
        #"{"type":"TOKEN","authorizationToken":"Bearer a.b.c","methodArn":"arn:aws:execute-api:::::"}"#,
        #"{"type":"REQUEST","methodArn":7,"headers":[],"requestContext":null}"#,
        #"{"version":"2.0","type":"REQUEST","routeArn":"arn:aws:execute-api:eu-west-1:1:a/b","routeKey":""}"#,
        #"{"a":"\#(String(repeating: "x", count: 5_000_000))"}"#, #"{"n":\#(String(repeating: "9", count: 100_000))}"#,
    ]

    static let claims = [
        ["exp": "9223372036854775807"], ["exp": "-9223372036854775808"], ["exp": "1e400"], ["exp": "1e-400"],
        ["exp": "-1"], ["nbf": "9223372036854775807"], ["iat": "-9223372036854775808"], ["aud": "[]"],
        ["scope": "[[]]"], ["client_id": "\"\""], ["sub": #""\u0000""#], ["exp": "99999999999999999999999999"],
    ]

    @Test func `threat 85: each is answered, by an error or a policy that allows nothing more, and the next one too`()
        throws
    {
        try ExecutionEnvironment.run(.keysInFile) { environment in
            for body in Self.bodies {
                let answer = try environment.invoke(Event(body: body))
                #expect(answer.isError && !answer.isAllow, "\(body.prefix(80))")
            }
            for claims in Self.claims { _ = try environment.invoke(Event(token: token(claims: claims))) }
            for length in [8_192, 8_193, 100_000] {
                let answer = try environment.invoke(Event(token: String(repeating: "a", count: length)))
                #expect(answer.errorMessage == "Unauthorized")
            }
            let answer = try environment.invoke(Event(token: token()))
            #expect(answer.isAllow)
            let count = Self.bodies.count + Self.claims.count + 4
            #expect(try environment.decisions().count == count)
        }
    }

    @Test func `threat 33, threat 85: bytes that are no UTF-8 are refused`() throws {
        let body = "{\"type\":\"REQUEST\",\"x\":\"\u{FF}\u{C0}\"}"
        let raw = Step().with { step in
            step.raw =
                "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: id-1\r\nContent-Length: "
                + "\(body.unicodeScalars.count)\r\n\r\n\(body)"
        }
        let setup = Setup.keysInFile.with { $0.firstSteps = [raw, Step("{}", status: 202), Step("{}", status: 403)] }
        try ExecutionEnvironment.run(setup) { environment in
            _ = try environment.waitForEnd()
            let requests = try environment.runtimeAPI.requestsSoFar()
            try #require(requests.count == 3)
            let answer = try Answer(requests[1])
            #expect(answer.errorType == "Authorizer.EventUnrecognised")
        }
    }
}

import Foundation
import StrictJSON
import TestSupport
import Testing

@Suite("Where keys come from: HTTPS, HTTP on loopback")
struct KeyTransportTests {
    /// Starts under a server of keys, sends one token that they would be good for, and ends both.
    ///
    /// - Returns: The answer, the outcomes of the fetches, and what the server was asked.
    private func run(
        _ step: Step, tls: ScriptedServer.TLS? = nil, keys: String = "{}"
    ) throws -> (answer: Answer, outcomes: [String], requests: [ScriptedServer.Request]) {
        let server = try ScriptedServer([step], tls: tls)
        let scheme = tls == nil ? "http" : "https"
        let setup = Setup(#""jwksURL": "\#(scheme)://localhost:\#(server.port)/keys?a=b""#, keys: keys)
        let (answer, outcomes) = try ExecutionEnvironment.run(setup) { environment in
            (try environment.invoke(Event(token: token())), try environment.fetchOutcomes())
        }
        return (answer, outcomes, try server.requests())
    }

    @Test(arguments: [true, false])
    func `keys are fetched once, before the first event`(_ isSecure: Bool) throws {
        let certificates = try TestCertificates.shared.get()
        let (answer, outcomes, requests) = try run(
            .keys("k1"), tls: isSecure ? certificates.valid : nil, keys: #"{"caFile": "\#(certificates.root)"}"#)
        #expect(answer.isAllow)
        #expect(outcomes == ["fetched"])
        #expect(requests.map { "\($0.method) \($0.target)" } == ["GET /keys?a=b"])
        #expect(requests[0].values(of: "Accept") == ["application/json"])
        #expect(requests[0].values(of: "Authorization").isEmpty)
        #expect(requests[0].at < answer.request.at)
    }

    private func expectFault(_ answer: Answer) {
        #expect(answer.errorType == "Authorizer.KeysUnavailable")
        #expect(answer.errorMessage == "the issuer's keys could not be had")
        #expect(answer.request.values(of: "Lambda-Runtime-Function-Error-Type") == ["Function.KeysUnavailable"])
    }

    @Test(arguments: ["wrong name", "expired", "self-signed", "of another root"])
    func `threat 74: keys of a server that cannot prove its name are not asked for, and the fault is ours`(
        _ certificate: String
    ) throws {
        let certificates = try TestCertificates.shared.get()
        let (tls, root) =
            switch certificate {
            case "wrong name": (certificates.wrongName, certificates.root)
            case "expired": (certificates.expired, certificates.root)
            case "self-signed": (certificates.selfSigned, certificates.root)
            default: (certificates.valid, certificates.path(of: "self-signed"))
            }
        let (answer, outcomes, requests) = try run(.keys("k1"), tls: tls, keys: #"{"caFile": "\#(root)"}"#)
        expectFault(answer)
        #expect(outcomes == ["tls_peer_not_verified"])
        #expect(requests.isEmpty)
    }

    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let step: Step
        let outcome: String
        var keys = "{}"
    }

    static let good = keySet("k1")
    static let vectors = [
        Vector(testDescription: "threat 76: 404", step: Step(good, status: 404), outcome: "http_status"),
        Vector(testDescription: "threat 76: 500", step: Step(good, status: 500), outcome: "http_status"),
        Vector(testDescription: "threat 76: 201", step: Step(good, status: 201), outcome: "http_status"),
        Vector(testDescription: "threat 76: 206", step: Step(good, status: 206), outcome: "http_status"),
        Vector(
            testDescription: "threat 76: 204", step: Step("", status: 204).with { $0.framing = "none" },
            outcome: "http_status"),
        Vector(
            testDescription: "threat 76: 304 that was not asked for",
            step: Step("", status: 304, headers: [["ETag", "\"1\""]]).with { $0.framing = "none" },
            outcome: "http_status"),
        Vector(testDescription: "threat 76: HTML", step: Step("<html></html>"), outcome: "not_a_key_set"),
        Vector(testDescription: "threat 76: nothing", step: Step(""), outcome: "not_a_key_set"),
        Vector(testDescription: "threat 76: a list", step: Step("[]"), outcome: "not_a_key_set"),
        Vector(testDescription: "threat 76: two sets", step: Step(good + good), outcome: "not_a_key_set"),
        Vector(testDescription: "threat 76: no key", step: Step(#"{"keys":[]}"#), outcome: "no_usable_key"),
        Vector(
            testDescription: "threat 76: no usable key", step: Step(#"{"keys":[{"kty":"oct","k":"AA"},7,{}]}"#),
            outcome: "no_usable_key"),
        Vector(
            testDescription: "threat 75: compressed though nobody asked",
            step: Step("\u{1F}\u{8B}\u{8}", headers: [["Content-Encoding", "gzip"]]), outcome: "not_a_key_set"),
        Vector(testDescription: "cut off", step: Step(good).with { $0.cutAfter = 100 }, outcome: "cut_off"),
        Vector(testDescription: "no answer at all", step: .nothing, outcome: "cut_off"),
        Vector(
            testDescription: "no HTTP",
            step: Step().with { step in
                step.raw = "220 ready\r\n"
                step.ending = "close"
            }, outcome: "malformed_response"),
        Vector(
            testDescription: "threat 75: a byte at a time",
            step: Step(good).with { step in
                step.pieces = .bytes
                step.millisecondsPerByte = 20
            }, outcome: "timed_out", keys: #"{"timeoutMilliseconds": 200}"#),
        Vector(
            testDescription: "threat 75: silence", step: .silence, outcome: "timed_out",
            keys: #"{"timeoutMilliseconds": 200}"#),
        Vector(
            testDescription: "threat 75: one byte too many", step: Step(good.padding(1_025)),
            outcome: "response_body_too_large", keys: #"{"maxBytes": 1024}"#),
        Vector(
            testDescription: "threat 75: more and more", step: Step().with { $0.bodyBytes = 50_000_000 },
            outcome: "response_body_too_large"),
        Vector(
            testDescription: "threat 75: a head without end",
            step: Step(good, headers: (0..<300).map { ["X-\($0)", String(repeating: "x", count: 1_000)] }),
            outcome: "response_head_too_large"),
    ]

    @Test(arguments: vectors)
    func `threat 75, threat 76: an answer that brings no key is asked for once, and the fault is ours`(_ vector: Vector)
        throws
    {
        let (answer, outcomes, requests) = try run(vector.step, keys: vector.keys)
        expectFault(answer)
        #expect(outcomes == [vector.outcome])
        #expect(requests.count == 1)
    }

    @Test func `threat 75: a set of just as many bytes as it may have is taken`() throws {
        let (answer, _, _) = try run(Step(Self.good.padding(1_024)), keys: #"{"maxBytes": 1024}"#)
        #expect(answer.isAllow)
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `threat 74: a redirect is not followed, wherever it leads`(_ status: Int) throws {
        let other = try ScriptedServer([.keys("k1")])
        for location in ["http://127.0.0.1:\(other.port)/keys", "/keys", "file:///etc/passwd"] {
            let (answer, outcomes, requests) = try run(Step("", status: status, headers: [["Location", location]]))
            expectFault(answer)
            #expect(outcomes == ["http_status"])
            #expect(requests.count == 1)
        }
        #expect(try other.requests().isEmpty)
    }

    @Test func `a key that cannot be used does not take the others with it, and is told of in the log`() throws {
        let set = #"{"keys":[{"kty":"oct","kid":"k0","k":"AA"},\#(SigningKey.rsa.jwk(keyID: "k1"))]}"#
        let server = try ScriptedServer([Step(set)])
        try ExecutionEnvironment.run(Setup(#""jwksURL": "http://127.0.0.1:\#(server.port)/""#)) { environment in
            let answer = try environment.invoke(Event(token: token()))
            #expect(answer.isAllow)
            let fetch = try #require(try environment.log().first)
            #expect(fetch["keys"]?.number?.integer == 1)
            #expect(fetch["keysSkipped"]?.number?.integer == 1)
            #expect(fetch["skippedBecause"]?.string?.isEmpty == false)
        }
        #expect(try server.requests().count == 1)
    }
}

extension String {
    /// With spaces behind it, so many bytes in all.
    fileprivate func padding(_ length: Int) -> String { self + String(repeating: " ", count: length - utf8.count) }
}

import Foundation
import TestSupport
import Testing

private typealias Endpoint = TokenEndpointUnderTest

@Suite("What is not a token (RFC 6749 §5)")
struct TokenRefusalTests {
    struct Vector: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let step: Step
        let code: String
        /// A part of what is said.
        let words: String

        init(_ testDescription: String, _ step: Step, code: String, _ words: String) {
            self.testDescription = testDescription
            self.step = step
            self.code = code
            self.words = words
        }
    }

    private static func refusal(_ error: String, status: Int = 400) -> Step {
        Step(#"{"error":"\#(error)"}"#, status: status, headers: [["Content-Type", "application/json"]])
    }

    private static func token(_ members: String) -> Step { Step("{\(members)}") }

    static let vectors = [
        Vector("invalid_client", refusal("invalid_client"), code: "invalid_client", "id and secret belong together"),
        Vector("with 401", refusal("invalid_client", status: 401), code: "invalid_client", "id and secret"),
        Vector("invalid_scope", refusal("invalid_scope"), code: "invalid_scope", "allowed for this client"),
        Vector("invalid_grant", refusal("invalid_grant"), code: "invalid_grant", "client-credentials grant"),
        Vector("unauthorized_client", refusal("unauthorized_client"), code: "unauthorized_client", "allow this client"),
        Vector(
            "unsupported_grant_type", refusal("unsupported_grant_type"), code: "unsupported_grant_type",
            "have the server"),
        Vector("invalid_request", refusal("invalid_request"), code: "invalid_request", "token endpoint"),
        Vector("an error of its own", refusal("mfa_required"), code: "mfa_required", "whoever runs the server"),
        Vector(
            "an error's description",
            Step(#"{"error":"invalid_client","error_description":"no\u001b[2J"}"#, status: 400),
            code: "invalid_client", "(no\u{FFFD}[2J)"),
        Vector("an error that is none", refusal("a\\\"b"), code: "http_status", "status 400"),
        Vector("an error that is too long", refusal(String(repeating: "e", count: 65)), code: "http_status", "400"),
        Vector("429", Step("", status: 429, headers: [["Retry-After", "7"]]), code: "http_status", "wait 7 s"),
        Vector("429 in its own words", refusal("slow_down", status: 429), code: "http_status", "ask less often"),
        Vector("500", Step("oops", status: 500), code: "http_status", "nothing was repeated"),
        Vector("503", Step("", status: 503, headers: [["Retry-After", "x"]]), code: "http_status", "later"),
        Vector(
            "a redirect", Step("", status: 302, headers: [["Location", "/elsewhere"]]), code: "http_status",
            "redirects are not followed"),
        Vector("a page that is not there", Step("<html>", status: 404), code: "http_status", "token endpoint"),
        Vector("204", Step("", status: 204), code: "http_status", "status 204"),
        Vector("HTML", Step("<!DOCTYPE html><title>Sign in</title>"), code: "not_json", "token endpoint"),
        Vector("nothing", Step(""), code: "not_json", "not a JSON object"),
        Vector("a list", Step("[]"), code: "not_json", "not a JSON object"),
        Vector(
            "a token said twice", token(#""access_token":"a","access_token":"b","token_type":"Bearer""#),
            code: "not_json",
            "not a JSON object"),
        Vector("no token", token(#""token_type":"Bearer","expires_in":1"#), code: "no_access_token", "no access_token"),
        Vector(
            "a refusal with status 200", token(#""error":"invalid_scope","expires_in":1"#), code: "invalid_scope",
            "allowed for this client"),
        Vector("an empty token", token(#""access_token":"","token_type":"Bearer""#), code: "no_access_token", "no acc"),
        Vector(
            "a number", token(#""access_token":1,"token_type":"Bearer""#), code: "no_access_token", "no access_token"),
        Vector(
            "a token that would be two headers", token(#""access_token":"a\r\nX: y","token_type":"Bearer""#),
            code: "unusable_access_token", "characters"),
        Vector("no type", token(#""access_token":"hidden""#), code: "not_a_bearer_token", "Bearer"),
        Vector(
            "another type", token(#""access_token":"hidden","token_type":"DPoP""#), code: "not_a_bearer_token", "Bearer"
        ),
        Vector("a huge answer", Step("").with { $0.bodyBytes = 70_000 }, code: "response_body_too_large", "65536"),
        Vector(
            "an answer that is cut off", Endpoint.answer("hidden").with { $0.cutAfter = 120 }, code: "cut_off",
            "too early"),
        Vector("no answer", Step("").with { $0.answer = "false" }, code: "cut_off", "ended too early"),
        Vector("something else", Step("").with { $0.raw = "SSH-2.0-x\r\n" }, code: "malformed_response", "not HTTP"),
    ]

    @Test(arguments: vectors)
    func `no token is one line with a way out, asked for once, and nothing is cached`(_ vector: Vector) throws {
        let endpoint = try Endpoint([vector.step, Endpoint.answer("second")])
        let run = try endpoint.run("--json")
        #expect(run.status == 1)
        #expect(run.output.contains(#"{"error":"\#(vector.code)","message":""#), "\(run.all)")
        #expect(run.errors.hasPrefix("Error: "), "a person sees nothing where a script takes the output")
        #expect(try endpoint.requestCount() == 1)
        #expect(!run.all.contains("hidden"))

        let again = try Endpoint([vector.step]).run()
        #expect(again.status == 1)
        #expect(again.output.isEmpty)
        #expect(again.errors.hasPrefix("Error: "))
        #expect(again.errors.contains(vector.words), "\(again.errors)")
        #expect(again.errors.count(where: \.isNewline) == 1)
        #expect(again.errors.contains("; "), "no way out: \(again.errors)")
        #expect(try endpoint.names().allSatisfy { $0.count != 64 }, "something was cached")
    }

    @Test
    func `a server that repeats the secret is not believed to keep it`() throws {
        let basic = Data("\(Endpoint.id):\(Endpoint.secret)".utf8).base64EncodedString()
        let words = "Basic \(basic), secret \(Endpoint.secret), token eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln"
        let step = Step(#"{"error":"invalid_client","error_description":"\#(words)"}"#, status: 401)
        for arguments in [[], ["--json"]] {
            let endpoint = try Endpoint([step])
            let run = try endpoint.start(endpoint.usual + arguments).finish()
            #expect(run.all.contains("Basic [secret], secret [secret], token [token]"))
            #expect(!run.all.contains(Endpoint.secret))
            #expect(!run.all.contains(basic))
        }
    }

    @Test
    func `a scope that repeats the secret is neither printed nor kept`() throws {
        let answer = #"{"access_token":"t","token_type":"Bearer","expires_in":60,"scope":"\#(Endpoint.secret)"}"#
        let endpoint = try Endpoint([Step(answer)])
        for _ in 1...2 {
            let run = try endpoint.run("--json", "--scope", "a")
            #expect(run.output.contains(#""access_token":"t""#))
            #expect(run.errors.hasPrefix("Warning: the server does not say in a readable way which scopes"))
            #expect(!run.all.contains(Endpoint.secret))
        }
        #expect(try !String(contentsOfFile: endpoint.entry(), encoding: .utf8).contains(Endpoint.secret))
        #expect(try endpoint.requestCount() == 1)
    }

    /// What happens before anybody is asked: the same object.
    @Test(arguments: [
        (["--scope", "a\"b"], 64, "wrong_usage"), (["--secret-file", "/nowhere"], 66, "unusable_secret"),
        (["--secret-file", "/dev/null"], 66, "unusable_secret"), (["--secret-env", "EMPTY"], 1, "unusable_secret"),
        ([], 64, "wrong_usage"), (["--secret-env", "S"], 1, "unusable_cache"),
    ])
    func `json has an object for each failure, and the line for a person`(
        _ arguments: [String], _ status: Int32, _ code: String
    ) throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(atPath: scratch.path("turnstile"), withIntermediateDirectories: false)
        try setPermissions(0o755, of: scratch.path("turnstile"))
        let run = try Tool.start(
            ["token", "--token-url", "https://a.invalid/", "--client-id", "a", "--json"] + arguments,
            environment: ["EMPTY": "", "S": "s", "XDG_CACHE_HOME": scratch.url.path]
        ).finish()
        #expect(run.status == status)
        #expect(run.output.hasPrefix(#"{"error":"\#(code)","message":""#), "\(run.all)")
        #expect(run.output.count(where: \.isNewline) == 1)
        #expect(run.errors.hasPrefix("Error: "))
        #expect(run.errors.count(where: \.isNewline) == 1)
    }

    @Test
    func `nobody there is said as such`() throws {
        let listener = try Listener()
        let port = listener.port
        _ = consume listener
        let scratch = try Scratch()
        let run = try Tool.start(
            ["token", "--token-url", "http://127.0.0.1:\(port)/", "--client-id", "a", "--secret-env", "S", "--json"],
            environment: ["S": "x", "XDG_CACHE_HOME": scratch.path("cache")]
        ).finish()
        #expect(run.status == 1)
        #expect(run.output.hasPrefix(#"{"error":"could_not_connect","#))
    }
}

@testable import APIGateway
import Authorization
import StrictJSON
import Testing

@Suite("Answers")
struct AuthorizerResponseTests {
    private func text(_ response: AuthorizerResponse) -> String { String(decoding: response.bytes, as: UTF8.self) }

    private func compiled(_ allow: ExactString..., deny: [ExactString] = []) -> CompiledPolicy {
        CompiledPolicy(allow: allow, deny: deny)
    }

    private let key = "client-key-0123456789"

    @Test
    func `a REST answer names principal, policy, context and usage key`() throws {
        let caller = try caller(claims: #"{"sub":"client-1","n":1,"b":true}"#)
        let response = try AuthorizerResponse(
            PolicyDocument(compiled("GET/a", deny: ["*/a/b"]), on: try arn("GET/a")), for: .restRequest,
            principal: PrincipalID(of: caller),
            context: AuthorizerContext(claims: ["client_id", "sub", "n", "b"], of: caller),
            usageKey: try UsageKey(ExactString(key)))

        #expect(
            text(response) == """
                {"principalId":"client-1","policyDocument":{"Version":"2012-10-17","Statement":[\
                {"Action":"execute-api:Invoke","Effect":"Allow","Resource":["\(apiARN)GET/a"]},\
                {"Action":"execute-api:Invoke","Effect":"Deny","Resource":["\(apiARN)*/a/b"]}]},\
                "context":{"client_id":"client-1","sub":"client-1","n":1,"b":true},"usageIdentifierKey":"\(key)"}
                """)
    }

    @Test(arguments: EventShape.allCases)
    func `only a REST API is given a usage key`(_ shape: EventShape) throws {
        let response = try AuthorizerResponse(
            PolicyDocument(compiled("GET/a"), on: try arn("GET/a")), for: shape, principal: .anonymous,
            context: AuthorizerContext(), usageKey: try UsageKey(ExactString(key)))

        #expect(text(response).contains("usageIdentifierKey") == (shape == .restToken || shape == .restRequest))
        #expect(!text(response).contains("context"))
    }

    @Test
    func `threat 64: who gets nothing is given no usage key`() throws {
        let response = try AuthorizerResponse(
            PolicyDocument(compiled(), on: try arn("GET/a")), for: .restToken, principal: .anonymous,
            context: AuthorizerContext(), usageKey: try UsageKey(ExactString(key)))

        #expect(
            text(response) == """
                {"principalId":"anonymous","policyDocument":{"Version":"2012-10-17","Statement":[\
                {"Action":"execute-api:Invoke","Effect":"Deny","Resource":["\(apiARN)*"]}]}}
                """)
    }

    @Test
    func `the simple form says yes or no`() throws {
        var context = AuthorizerContext()
        context.add("reason", "insufficient_scope")

        #expect(
            text(try AuthorizerResponse(isAuthorized: true, context: AuthorizerContext())) == #"{"isAuthorized":true}"#)
        #expect(
            text(try AuthorizerResponse(isAuthorized: false, context: context))
                == #"{"isAuthorized":false,"context":{"reason":"insufficient_scope"}}"#)
    }

    struct Principal: CustomTestStringConvertible {
        let testDescription: String
        var subject: ExactString?
        var client: ExactString?
        let expected: ExactString
    }

    static let principals = [
        Principal(testDescription: "the subject", subject: "s", client: "c", expected: "s"),
        Principal(testDescription: "no subject", client: "c", expected: "c"),
        Principal(testDescription: "an empty subject", subject: "", client: "c", expected: "c"),
        Principal(testDescription: "neither", expected: "anonymous"),
        Principal(testDescription: "a line break", subject: "a\r\nb", client: "c", expected: "c"),
        Principal(testDescription: "not ASCII", subject: "é", client: "\u{0}", expected: "anonymous"),
        Principal(
            testDescription: "128 bytes", subject: ExactString(String(repeating: "s", count: 128)), client: "c",
            expected: ExactString(String(repeating: "s", count: 128))),
        Principal(
            testDescription: "129 bytes", subject: ExactString(String(repeating: "s", count: 129)), client: "c",
            expected: "c"),
    ]

    @Test(arguments: principals)
    func `threat 67: principalId is never empty and always printable`(_ vector: Principal) throws {
        #expect(
            PrincipalID(of: try caller(subject: vector.subject, client: vector.client)).text == vector.expected)
    }

    struct Claim: CustomTestStringConvertible {
        let testDescription: String
        let json: String
        var omission: AuthorizerContext.Omission?
    }

    static let claims = [
        Claim(testDescription: "a string", json: #""a b""#),
        Claim(testDescription: "an escaped string", json: #""\"\\/""#),
        Claim(testDescription: "a number", json: "-1.50"),
        Claim(testDescription: "a boolean", json: "false"),
        Claim(testDescription: "null", json: "null", omission: .notAScalar),
        Claim(testDescription: "an object", json: "{}", omission: .notAScalar),
        Claim(testDescription: "an array", json: #"["a"]"#, omission: .notAScalar),
        Claim(testDescription: "a line break", json: #""a\r\nSet-Cookie: x""#, omission: .unprintable),
        Claim(testDescription: "a control character", json: #""a\u007f""#, omission: .unprintable),
        Claim(testDescription: "not ASCII", json: #""é""#, omission: .unprintable),
        Claim(testDescription: "a number without bounds", json: "1e400", omission: .tooLong),
        Claim(
            testDescription: "too long", json: "\"\(String(repeating: "a", count: 2_047))\"", omission: .tooLong),
    ]

    @Test(arguments: claims)
    func `threat 66: a claim that is no printable scalar is left out whole`(_ vector: Claim) throws {
        let context = AuthorizerContext(claims: ["c"], of: try caller(claims: #"{"c":\#(vector.json)}"#))
        let response = try AuthorizerResponse(isAuthorized: true, context: context)

        #expect(response.omissions.map { $0.reason } == [vector.omission].compactMap { $0 })
        let isTold = try JSONDocument(parsing: response.bytes).root["context"]?["c"] != nil
        #expect(isTold == (vector.omission == nil))
    }

    @Test
    func `threat 52: only claims that were asked for are told, each once`() throws {
        let long = String(repeating: "n", count: 5_000)
        let caller = try caller(claims: #"{"__proto__":"x","a":"1","":"y","\#(long)":"z","constructor":"w"}"#)
        let context = AuthorizerContext(claims: ["a", "a", "absent", ""], of: caller)

        #expect(
            text(try AuthorizerResponse(isAuthorized: true, context: context))
                == #"{"isAuthorized":true,"context":{"a":"1"}}"#)
        #expect(context.omissions.map { $0.reason } == [.unprintable])
    }

    @Test
    func `threat 66: claims beyond the limits are left out from the last`() throws {
        let value = String(repeating: "a", count: 2_000)
        let names = (10..<50).map { "c\($0)" }
        let long = names.map { #""\#($0)":"\#(value)""# }.joined(separator: ",")
        let short = names.map { #""\#($0)":1"# }.joined(separator: ",")

        let full = try AuthorizerResponse(
            isAuthorized: true, context: AuthorizerContext(claims: names, of: try caller(claims: "{\(long)}")))
        let many = try AuthorizerResponse(
            isAuthorized: true, context: AuthorizerContext(claims: names, of: try caller(claims: "{\(short)}")))

        #expect(full.bytes.count <= 8_192)
        #expect(try JSONDocument(parsing: full.bytes).root["context"]?.members.map { Array($0).count } == 4)
        #expect(full.omissions.filter { $0.reason == .answerFull }.count == 28)
        #expect(many.omissions.map { $0.reason } == Array(repeating: .tooMany, count: 8))
    }

    @Test
    func `an answer that is too long is a fault, not an answer`() throws {
        var policy = CompiledPolicy()
        policy.allow = (100..<300).map { ExactString("GET/route-\($0)") }
        let document = PolicyDocument(policy, on: try arn("GET/"))
        let long = PolicyDocument(compiled(ExactString(String(repeating: "a", count: 500))), on: try arn("GET/"))

        #expect(throws: AuthorizerResponseError.self) {
            try AuthorizerResponse(
                document, for: .restToken, principal: .anonymous, context: AuthorizerContext(), usageKey: nil)
        }
        #expect(throws: AuthorizerResponseError.resourceTooLong(limitInBytes: 512)) {
            try AuthorizerResponse(
                long, for: .restToken, principal: .anonymous, context: AuthorizerContext(), usageKey: nil)
        }
        #expect(AuthorizerResponseError.resourceTooLong(limitInBytes: 512).description.contains("512 bytes"))
        #expect(AuthorizerResponseError.tooLong(lengthInBytes: 9_000, limitInBytes: 8_192).description.contains("9000"))
    }
}

import StrictJSON
import Testing

@testable import turnstile

@Suite("Expectations of sample events")
struct ExpectedOutcomeTests {
    struct Vector: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let expected: String
        var answer = allowed
        var isError = false
        var record = #"{"requestId":"1","decision":"allow","route":"GET /a"}"#
        let differences: [String]
    }

    private static let arn = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod"
    private static let event = #"{"methodArn":"\#(arn)/GET/a"}"#
    private static let allowed = answer(resource: "\(arn)/GET/*")

    private static func answer(resource: String) -> String {
        #"{"principalId":"p","policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","#
            + #""Action":"execute-api:Invoke","Resource":["\#(resource)"]}]},"context":{"a":"b"},"usageIdentifierKey":"k"}"#
    }

    private static func policy(_ requests: String, principal: String = "p", context: String = #"{"a":"b"}"#) -> String {
        #"{"decision":"allow","reason":null,"policy":{"principalId":"\#(principal)","context":\#(context),"#
            + #""requests":{\#(requests)}}}"#
    }

    static let vectors = [
        Vector(
            testDescription: "all as expected", expected: policy(#""GET /a":true,"POST /a":false"#), differences: []),
        Vector(
            testDescription: "too much and too little", expected: policy(#""GET /a":false,"POST /a":true"#),
            differences: ["GET /a: the policy allows it", "POST /a: the policy refuses it"]),
        Vector(
            testDescription: "another principal and context", expected: policy("", principal: "q", context: "{}"),
            differences: [
                #"principalId: expected "q", found "p""#, #"context: expected {}, found {"a":"b"}"#,
            ]),
        Vector(
            testDescription: "another stage is reached", expected: policy(#""GET /a":true"#),
            answer: answer(resource: "\(arn.dropLast(4))prod*/GET/a"),
            differences: ["GET /a: the policy reaches as far as \(arn)x/GET/a"]),
        Vector(
            testDescription: "the log's members where they are named",
            expected: #"{"decision":"deny","reason":null,"route":"GET /b","issuer":"x","answer":\#(allowed)}"#,
            differences: [
                #"decision: expected "deny", found "allow""#, #"issuer: expected "x", found none"#,
                #"route: expected "GET /b", found "GET /a""#,
            ]),
        Vector(
            testDescription: "a usage key that must not be there",
            expected: #"{"decision":"allow","reason":null,"usageIdentifierKey":null,"answer":\#(allowed)}"#,
            differences: [#"usageIdentifierKey: expected none, found "k""#]),
        Vector(
            testDescription: "an error in place of an answer", expected: policy(""),
            answer: #"{"errorMessage":"Unauthorized","errorType":"X"}"#, isError: true,
            differences: ["expected an answer, found the error X"]),
        Vector(
            testDescription: "an error's members where they are named",
            expected: #"{"decision":"allow","reason":null,"error":{"errorMessage":"Unauthorized"}}"#,
            answer: #"{"errorMessage":"unauthorized","errorType":"X"}"#, isError: true,
            differences: [#"error.errorMessage: expected "Unauthorized", found "unauthorized""#]),
        Vector(
            testDescription: "an answer in place of an error",
            expected: #"{"decision":"allow","reason":null,"error":{"errorMessage":"Unauthorized"}}"#,
            differences: ["expected an error, found an answer"]),
        Vector(
            testDescription: "the order of members and the spelling of numbers do not count",
            expected: #"{"decision":"allow","reason":null,"answer":{"b":[1,"é"],"a":null}}"#,
            answer: #"{"a":null,"b":[1.0,"\u00e9"]}"#, differences: []),
    ]

    private static func document(_ text: String) throws -> JSONDocument { try JSONDocument(parsing: Array(text.utf8)) }

    private static func expectation(_ text: String) throws -> ExpectedOutcome {
        try ExpectedOutcome(parsing: Array(text.utf8), path: "a.expected.json", event: try document(event).root)
    }

    @Test(arguments: vectors)
    func `every difference is told, one line each`(_ vector: Vector) throws {
        let answer = try Self.document(vector.answer)
        let record = try #require(DecisionRecord(line: Array(vector.record.utf8)[...]))
        let outcome = Outcome(answer: vector.isError ? .error(answer) : .response(answer), record: record)
        #expect(try Self.expectation(vector.expected).differences(from: outcome) == vector.differences)
    }

    @Test(arguments: [
        "[]", #"{"decision":"allow","reason":null}"#, #"{"decision":"allow","error":{}}"#,
        #"{"reason":null,"error":{}}"#, #"{"decision":"allow","reason":null,"error":{},"answer":{}}"#,
        #"{"decision":"allow","reason":null,"error":{},"rout":"x"}"#,
        #"{"decision":"allow","reason":null,"policy":{"principalId":"p","context":{}}}"#,
        #"{"decision":"allow","reason":null,"policy":{"principalId":"p","context":{},"requests":{},"x":1}}"#,
    ])
    func `an expectation that would always be met is refused`(_ text: String) {
        #expect(throws: Problem.self) { try Self.expectation(text) }
    }

    @Test(arguments: ["{}", "[]", "x", #"{"decision":"allow"}"#, #"{"requestId":"1","event":"key_fetch"}"#])
    func `a line that tells no decision is none`(_ line: String) {
        #expect(DecisionRecord(line: Array(line.utf8)[...]) == nil)
    }
}

@testable import APIGateway
import Authorization
import StrictJSON
import TestSupport
import Testing

@Suite("A refused request and the wildcards of its answer")
struct RefusedRequestTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let arn: String
        /// What is denied besides; `nil` where the document stays as it is.
        var denied: String?
    }

    static let vectors = [
        Vector(testDescription: "a route of the API that the table has not", arn: "GET/a/new", denied: "GET/a/new"),
        Vector(testDescription: "another spelling", arn: "GET/a/%62", denied: "GET/a/%62"),
        Vector(testDescription: "characters that IAM reads", arn: "GET/a/*${x}?", denied: "GET/a/??{x}?"),
        Vector(
            testDescription: "longer than a resource", arn: "GET/a/" + String(repeating: "x", count: 500), denied: "*"),
        Vector(testDescription: "denied already", arn: "GET/a/b"),
        Vector(testDescription: "never allowed", arn: "POST/a/b"),
    ]

    @Test(arguments: vectors)
    func `threat 59: a refused request is not allowed by the wildcards of the answer that refuses it`(
        _ vector: Vector
    ) throws {
        let table = try table(["GET /a/{id}": "r", "GET /a/b": "w"])
        let permitted = table.permittedRoutes(for: try caller(scopes: ["r"]))
        let arn = try arn(vector.arn)
        let whole = PolicyDocument(try PolicyCompiler(table).policy(for: permitted), on: arn)

        let document = whole.refusing(arn)

        #expect(whole.allows(arn.text) == (vector.denied != nil))
        #expect(!document.allows(arn.text))
        #expect(document.deny.last == vector.denied.map { ExactString(apiARN + $0) } ?? whole.deny.last)
        #expect(document.allows(ExactString(apiARN + "GET/a/7")) == (vector.denied != "*"))
    }

    @Test
    func `a resource takes what IAM says its wildcards take`() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<20_000 {
            let pattern = (0..<Int.random(in: 0...8, using: &random)).map { _ in random.pick(Array("ab/*?*".utf8)) }
            let text = (0..<Int.random(in: 0...8, using: &random)).map { _ in random.pick(Array("ab/".utf8)) }

            let isMatch = ResourcePattern(text: ExactString(utf8: pattern[...])).matches(ExactString(utf8: text[...]))

            let texts = (String(decoding: pattern, as: UTF8.self), String(decoding: text, as: UTF8.self))
            #expect(isMatch == IAMEvaluator.matches(texts.0, texts.1), "\(texts)")
        }
    }
}

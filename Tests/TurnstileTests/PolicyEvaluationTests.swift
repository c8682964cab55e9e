import StrictJSON
import Testing

@testable import turnstile

@Suite("IAM: policy evaluation for one action")
struct PolicyEvaluationTests {
    struct Vector: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let statements: String
        let arn: String
        let isAllowed: Bool
    }

    private static let api = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5"

    private static func statement(_ effect: String, _ resource: String, action: String = "execute-api:Invoke") -> String
    {
        #"{"Effect":"\#(effect)","Action":"\#(action)","Resource":"\#(resource)"}"#
    }

    static let vectors = [
        Vector(
            testDescription: "the resource itself", statements: statement("Allow", "\(api)/prod/GET/a"),
            arn: "\(api)/prod/GET/a", isAllowed: true),
        Vector(
            testDescription: "nothing matches", statements: statement("Allow", "\(api)/prod/GET/a"),
            arn: "\(api)/prod/GET/b", isAllowed: false),
        Vector(
            testDescription: "case counts in a resource", statements: statement("Allow", "\(api)/prod/GET/a"),
            arn: "\(api)/prod/GET/A", isAllowed: false),
        Vector(
            testDescription: "a star crosses slashes", statements: statement("Allow", "\(api)/prod/*/pets"),
            arn: "\(api)/prod/POST/x/pets", isAllowed: true),
        Vector(
            testDescription: "a star stands for nothing too", statements: statement("Allow", "\(api)/prod/*/*"),
            arn: "\(api)/prod/GET/", isAllowed: true),
        Vector(
            testDescription: "a star that must be tried again", statements: statement("Allow", "\(api)/prod/GET/*ab*c"),
            arn: "\(api)/prod/GET/aabxabyc", isAllowed: true),
        Vector(
            testDescription: "a question mark is one character", statements: statement("Allow", "\(api)/prod/GET/?"),
            arn: "\(api)/prod/GET/", isAllowed: false),
        Vector(
            testDescription: "an explicit Deny wins in either order",
            statements: "[\(statement("Deny", "\(api)/prod/GET/a")),\(statement("Allow", "*"))]",
            arn: "\(api)/prod/GET/a", isAllowed: false),
        Vector(
            testDescription: "a Deny elsewhere does not matter",
            statements: "[\(statement("Allow", "*")),\(statement("Deny", "\(api)/prod/GET/a"))]",
            arn: "\(api)/prod/GET/b", isAllowed: true),
        Vector(
            testDescription: "another action",
            statements: statement("Allow", "*", action: "execute-api:ManageConnections"),
            arn: "\(api)/prod/GET/a", isAllowed: false),
        Vector(
            testDescription: "actions have no case, and wildcards",
            statements: statement("Allow", "*", action: "Execute-API:inv*"),
            arn: "\(api)/prod/GET/a", isAllowed: true),
        Vector(
            testDescription: "a list of resources",
            statements: #"{"Effect":"Allow","Action":["execute-api:Invoke"],"Resource":["x","\#(api)/prod/GET/a"]}"#,
            arn: "\(api)/prod/GET/a", isAllowed: true),
    ]

    private static func document(_ statements: String, version: String = "2012-10-17") throws -> JSONValue {
        try JSONDocument(parsing: Array(#"{"Version":"\#(version)","Statement":\#(statements)}"#.utf8)).root
    }

    @Test(arguments: vectors)
    func `a policy allows what an Allow matches and no Deny does`(_ vector: Vector) throws {
        let policy = try PolicyEvaluation(try Self.document(vector.statements))
        #expect(policy.allows(vector.arn) == vector.isAllowed)
    }

    @Test(arguments: [
        "[]", "{}", "7", #"{"Effect":"allow","Action":"*","Resource":"*"}"#, #"{"Effect":"Allow","Resource":"*"}"#,
        #"{"Effect":"Allow","Action":"*"}"#, #"{"Effect":"Allow","Action":"*","NotResource":"x"}"#,
        #"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}"#,
    ])
    func `a policy with anything that is not understood is no policy`(_ statements: String) throws {
        let document = try Self.document(statements)
        #expect(throws: PolicyProblem.self) { try PolicyEvaluation(document) }
    }

    @Test
    func `another version of the language is no policy`() throws {
        let document = try Self.document(Self.statement("Allow", "*"), version: "2008-10-17")
        #expect(throws: PolicyProblem.self) { try PolicyEvaluation(document) }
        #expect(throws: PolicyProblem.self) { try PolicyEvaluation(nil) }
    }

    @Test
    func `a request is put to the event's own API and stage, and to two others`() throws {
        let event = try JSONDocument(parsing: Array(#"{"routeArn":"\#(Self.api)/prod/GET/a:b/c"}"#.utf8)).root
        let resource = try #require(ExecuteAPIResource(event: event))
        #expect(resource.arn(of: "POST /x:y/z") == "\(Self.api)/prod/POST/x:y/z")
        #expect(resource.arn(of: "$connect") == "\(Self.api)/prod/$connect")
        #expect(
            resource.arnsElsewhere(of: "GET /") == ["\(Self.api)x/prod/GET/", "\(Self.api)/prodx/GET/"])
    }
}

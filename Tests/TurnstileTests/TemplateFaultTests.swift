import Foundation
import TestSupport
import Testing

@testable import turnstile

private typealias Sample = SampleTemplate

@Suite("Templates that are broken, or made to hurt")
struct TemplateFaultTests {
    @Test(arguments: [
        ("", "it is empty"), ("# nothing", "it is empty"), ("- a", "it is no map"), ("[]", "it is no map"),
        ("a: b: c", "line 1"), ("a: [", "line "), ("a: 1\na: 2", "a stands there twice"), ("a: *b", "undefined alias"),
        ("? [a, b]\n: c", "a name in it is a list or a map"), ("a: 1\n---\nb: 2", "line "),
        (#"{"a": 1, "a": 2}"#, "not usable as a template"), (#"{"a": }"#, "not usable as a template"),
        ("\u{0}", "not usable as a template"), ("a: \"\\q\"", "line 1"), ("Resources: {}", "there is no API"),
        ("Resources:\n  A: { Type: AWS::Serverless::Api }", "no API A has a Lambda authorizer"),
    ])
    func `what is no template is one line with a way out`(_ text: String, _ words: String) throws {
        let comparison = try Comparison(text, rules: ["GET /a"])
        #expect(comparison.run.status == 1)
        #expect(comparison.run.output.isEmpty)
        #expect(comparison.run.errors.hasPrefix("Error: "))
        #expect(comparison.run.errors.contains(words), "\(comparison.run.errors)")
        #expect(comparison.run.errors.contains("; "))
        #expect(comparison.run.errors.count(where: \.isNewline) == 1)
    }

    @Test
    func `bytes that are not UTF-8 are no template, nor is a file that is not there`() throws {
        #expect(throws: Problem.self) { try TemplateReader.parse([0x61, 0x3A, 0x20, 0xFF], path: "x") }
        #expect(throws: Problem.self) { try TemplateReader.parse([0xFE, 0xFF, 0x00, 0x61], path: "x") }
        let missing = try Tool.start(["check", "--template", "nowhere.yaml"], folder: Tool.events).finish()
        #expect(missing.status == 66)
    }

    /// Nine levels of nine aliases are 400 million values; as names of a map they are compared as well.
    private static func bomb(asName: Bool) -> String {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let aliases = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        return asName ? text + "? *a9\n: b\n" : text
    }

    @Test
    func `aliases do not fill the memory`() throws {
        let comparison = try Comparison(Self.bomb(asName: false), rules: ["GET /a"])
        #expect(comparison.run.status == 1)
        #expect(comparison.run.errors.contains("more than 200000 values"), "\(comparison.run.errors)")
    }

    @Test
    func `aliases in names do not hold the tool up for ever`() throws {
        let comparison = try Comparison(Self.bomb(asName: true), rules: ["GET /a"])
        #expect(comparison.run.status == 1)
        #expect(comparison.run.errors.contains("not usable as a template"), "\(comparison.run.errors)")
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "!Sub [", "\"", "a: &a\n "])
    func `nesting is bounded`(_ opening: String) throws {
        for count in [99, 150, 999, 100_000] {
            let text = String(repeating: opening, count: count)
            let problem = #expect(throws: Problem.self) {
                try TemplateReader.parse(Array("x: \(text)".utf8), path: "t")
            }
            #expect(problem?.description.contains("not usable as a template") == true)
        }
        let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        for text in ["x: \(deep)", #"{"x": \#(deep)}"#] {
            #expect(throws: Problem.self) { try TemplateReader.parse(Array(text.utf8), path: "t") }
        }
    }

    @Test
    func `a template that CloudFormation would not take is not read`() throws {
        let comparison = try Comparison("a: " + String(repeating: "x", count: 1 << 20), rules: ["GET /a"])
        #expect(comparison.run.status == 66)
        #expect(comparison.run.errors.contains("longer than 1048576 bytes"))
    }

    @Test
    func `a large one is`() throws {
        let events = (0..<3_000).map { Sample.event("E\($0)", "GET", "/p\($0)") }.joined()
        let comparison = try Comparison(Sample.rest(events), rules: ["GET /p0"])
        #expect(comparison.lines.count == 3_000)
        #expect(comparison.run.status == 2)
    }

    @Test
    func `whatever a template holds, the tool does not break`() throws {
        let whole = Array((TemplateForms.tree + TemplateForms.second.dropFirst("Resources:\n".count)).utf8)
        try check(
            seed: 0x7E3B_1A7E, count: 300,
            generate: { random in
                (0..<Int.random(in: 1...4, using: &random)).map { _ in
                    (Int.random(in: 0..<whole.count, using: &random), UInt8.random(in: 0...127, using: &random))
                }
            },
            property: { changes in
                var bytes = whole
                for (offset, byte) in changes { bytes[offset] = byte }
                guard let root = try? TemplateReader.parse(bytes, path: "t") else { return true }
                _ = try? TemplateSelection(Template(root), apiIDs: [], function: nil)
                return true
            })
    }

    // MARK: Which API

    private static let two = """
        Resources:
          Gate: { Type: AWS::Lambda::Function, Properties: { Runtime: \("RUNTIME") } }
          Other: { Type: AWS::Lambda::Function, Properties: { Runtime: nodejs22.x } }
          One: { Type: AWS::Serverless::Api, Properties: { Auth: { Authorizers: { A: { FunctionArn: !GetAtt Gate.Arn } } } } }
          Two: { Type: AWS::Serverless::Api, Properties: { Auth: { DefaultAuthorizer: B, Authorizers: { B: { FunctionArn: !GetAtt Other.Arn } } } } }
          F:
            Type: AWS::Serverless::Function
            Properties:
              Events:
                A: { Type: Api, Properties: { RestApiId: !Ref One, Path: /a, Method: GET, Auth: { Authorizer: A } } }
                B: { Type: Api, Properties: { RestApiId: !Ref Two, Path: /b, Method: GET } }

        """

    @Test
    func `of several functions, the one that runs bootstrap is Turnstile, or the one that is named`() throws {
        let likely = Self.two.replacing("RUNTIME", with: "provided.al2023")
        #expect(try Comparison(likely, rules: ["GET /a"]).lines == ["in_step GET /a | GET /a"])
        let unclear = Self.two.replacing("RUNTIME", with: "python3.13")
        let comparison = try Comparison(unclear, rules: ["GET /a"])
        #expect(comparison.run.status == 64)
        #expect(comparison.run.errors.contains("several functions are in the template: Gate, Other; "))
        for options in [["--api", "Two"], ["--function", "Other"]] {
            #expect(try Comparison(unclear, rules: ["GET /b"], options: options).lines == ["in_step GET /b | GET /b"])
        }
    }

    @Test
    func `an API or a function that is not there is said, with those that are`() throws {
        let api = try Comparison(Self.two, rules: ["GET /a"], options: ["--api", "Three"])
        #expect(api.run.status == 64)
        #expect(api.run.errors == "Error: there is no API Three in the template; give one of One, Two with --api\n")
        let function = try Comparison(Self.two, rules: ["GET /a"], options: ["--function", "F"])
        #expect(function.run.status == 64)
        #expect(function.run.errors.contains("give one of Gate, Other with --function"))
    }
}

@Suite("What of a template does not go with a configuration")
struct TemplateWarningTests {
    private static func http(_ authorizer: String) -> String {
        """
        Resources:
          Api:
            Type: AWS::Serverless::HttpApi
            Properties:
              Auth: { DefaultAuthorizer: T, Authorizers: { T: { FunctionArn: f, AuthorizerPayloadFormatVersion: "2.0", \(authorizer) } } }
          F:
            Type: AWS::Serverless::Function
            Properties: { Events: { A: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /a, Method: GET } } } }

        """
    }

    @Test(
        arguments: [
            ("EnableSimpleResponses: true, Identity: { ReauthorizeEvery: 300 }", "simple", ["add routeKey"]),
            ("EnableSimpleResponses: true, Identity: { Context: [routeKey], ReauthorizeEvery: 300 }", "simple", []),
            ("EnableSimpleResponses: true, Identity: { ReauthorizeEvery: 0 }", "simple", []),
            ("EnableSimpleResponses: true, Identity: { ReauthorizeEvery: !Ref Seconds }", "simple", []),
            ("EnableSimpleResponses: true", "policy", ["takes simple responses"]),
            ("EnableSimpleResponses: false", "simple", ["takes policies"]),
            (
                "EnableSimpleResponses: false, Identity: { ReauthorizeEvery: 60 }", "policy",
                ["\"policy\" is \"request\""]
            ),
            (
                "EnableSimpleResponses: false, Identity: { Context: [httpMethod, path], ReauthorizeEvery: 60 }",
                "policy", []
            ),
        ] as [(String, String, [String])])
    func `threat 57: an HTTP API's answers fit what it was told to take, and how they are kept`(
        _ authorizer: String, _ response: String, _ words: [String]
    ) throws {
        let comparison = try Comparison(
            Self.http(authorizer), rules: ["GET /a"], members: #","httpAPIResponse":"\#(response)""#)
        #expect(comparison.warnings.count == words.count, "\(comparison.warnings)")
        for (warning, word) in zip(comparison.warnings, words) { #expect(warning.contains(word)) }
        #expect(comparison.run.status == 0)
    }

    private static func rest(_ seconds: String, _ context: String) -> String {
        SampleTemplate.rest(SampleTemplate.event("A", "GET", "/a"))
            .replacing("ReauthorizeEvery: 0", with: "\(seconds)\(context)")
    }

    @Test(arguments: [
        ("", "", "request", true), ("ReauthorizeEvery: 1", "", "request", true),
        ("ReauthorizeEvery: 0", "", "request", false),
        ("", "Context: [httpMethod, resourcePath]", "request", false), ("", "Context: [httpMethod]", "request", true),
        ("", "", "token", false),
    ])
    func `threat 57: an answer for one request is not kept for others`(
        _ seconds: String, _ context: String, _ policy: String, _ warns: Bool
    ) throws {
        let comparison = try Comparison(Self.rest(seconds, context), rules: ["GET /a"], policy: policy)
        #expect(
            comparison.warnings.map { $0.contains("would be kept") } == (warns ? [true] : []), "\(comparison.warnings)")
    }

    @Test(
        arguments: [
            ("", "", "clientID", ["not AUTHORIZER"]), ("", "", "none", []),
            ("      ApiKeySourceType: HEADER\n", "", "clientID", ["not AUTHORIZER"]),
            ("      ApiKeySourceType: AUTHORIZER\n", "        ApiKeyRequired: true\n", "clientID", []),
            (
                "      ApiKeySourceType: AUTHORIZER\n", "        ApiKeyRequired: false\n", "clientID",
                ["GET /a (Orders.A), GET /c (Orders.C)"]
            ),
            ("      ApiKeySourceType: !Ref Source\n", "", "clientID", []),
        ] as [(String, String, String, [String])])
    func `who is metered needs a key, and the authorizer gives it`(
        _ api: String, _ auth: String, _ usageKey: String, _ words: [String]
    ) throws {
        let events =
            SampleTemplate.event("A", "GET", "/a")
            + SampleTemplate.event("B", "GET", "/b", ", Auth: { ApiKeyRequired: true }")
            + SampleTemplate.event("C", "GET", "/c", ", Auth: { Authorizer: Turnstile }")
            + SampleTemplate.event("D", "GET", "/d", ", Auth: { Authorizer: NONE, ApiKeyRequired: false }")
        let comparison = try Comparison(
            SampleTemplate.rest(events, auth: auth, api: api), rules: ["GET /a", "GET /b", "GET /c"], usageKey: usageKey
        )
        #expect(comparison.warnings.count == words.count, "\(comparison.warnings)")
        for (warning, word) in zip(comparison.warnings, words) { #expect(warning.contains(word)) }
    }

    @Test
    func `what is not read is said`() throws {
        let template = SampleTemplate.rest(
            SampleTemplate.event("A", "GET", "/a"), api: "      DefinitionUri: s3://bucket/api.yaml\n")
        let comparison = try Comparison(template, rules: ["GET /a"])
        #expect(comparison.warnings == ["Api: its DefinitionUri is not read"])
        #expect(comparison.lines == ["no_route – | GET /a"])
        let loop = "  Fn::ForEach::Routes: [X, [a, b], { \"Route${X}\": { Type: AWS::ApiGateway::Method } }]\n"
        let other = try Comparison(
            SampleTemplate.rest(SampleTemplate.event("A", "GET", "/a")) + loop, rules: ["GET /a"])
        #expect(other.warnings == ["Resources: Fn::ForEach::Routes is not followed"])
    }

    @Test(arguments: [
        "Fn::Transform: { Name: AWS::Include }", "paths: { Fn::Transform: { Name: AWS::Include } }",
        "paths: { /a: { Fn::Transform: { Name: AWS::Include } } }",
        "paths: { /a: { get: { Fn::Transform: { Name: AWS::Include } } } }",
    ])
    func `a body that is elsewhere is said, also where no authorizer is found for it`(_ body: String) throws {
        let api = "Resources:\n  Api: { Type: AWS::Serverless::Api, Properties: { DefinitionBody: { \(body) } } }"
        let comparison = try Comparison(api, rules: ["GET /a"])
        #expect(comparison.run.status == 1)
        #expect(comparison.run.errors.contains("Api: its body is put together by Fn::Transform"))
        #expect(comparison.run.errors.count(where: \.isNewline) == 1)
    }
}

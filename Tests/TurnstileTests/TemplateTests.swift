import Foundation
import Testing

@testable import turnstile

private typealias Sample = SampleTemplate

@Suite("turnstile check --template: the routes of a template beside the route table")
struct TemplateTests {
    struct Vector: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let template: String
        let rules: [String]
        let lines: [String]
        var warnings: [String] = []
        var options: [String] = []

        init(
            _ testDescription: String, _ template: String, rules: [String], _ lines: [String], warnings: [String] = [],
            options: [String] = []
        ) {
            self.testDescription = testDescription
            self.template = template
            self.rules = rules
            self.lines = lines
            self.warnings = warnings
            self.options = options
        }
    }

    static let serverless = [
        Vector(
            "in step", Sample.rest(Sample.event("Read", "GET", "/orders") + Sample.event("Write", "post", "/orders")),
            rules: ["GET /orders", "POST /orders"],
            ["in_step GET /orders | GET /orders", "in_step POST /orders | POST /orders"]),
        Vector(
            "a route without a rule, and a rule without a route",
            Sample.rest(Sample.event("Read", "GET", "/orders") + Sample.event("Write", "POST", "/orders")),
            rules: ["GET /orders", "DELETE /orders"],
            ["in_step GET /orders | GET /orders", "no_rule POST /orders | ", "no_route – | DELETE /orders"]),
        Vector(
            "ANY on either side",
            Sample.rest(
                Sample.event("A", "any", "/a") + Sample.event("B", "GET", "/b") + Sample.event("C", "ANY", "/c")),
            rules: ["ANY /a", "ANY /b", "GET /c", "POST /c"],
            [
                "in_step ANY /a | ANY /a", "in_step GET /b | ANY /b", "in_step ANY /c | GET /c, POST /c",
            ]),
        Vector(
            "another verb of the same path", Sample.rest(Sample.event("A", "GET", "/a")), rules: ["POST /a"],
            ["no_rule GET /a | ", "no_route – | POST /a"]),
        Vector(
            "parameters of other names",
            Sample.rest(
                Sample.event("A", "GET", "'/orders/{orderId}'") + Sample.event("B", "ANY", "'/files/{path+}'")
                    + Sample.event("C", "GET", "'/x/{id}'")),
            rules: ["GET /orders/{id}", "ANY /files/{proxy+}", "GET /x/{id+}"],
            [
                "other_parameter_names GET /orders/{orderId} | GET /orders/{id}",
                "other_parameter_names ANY /files/{path+} | ANY /files/{proxy+}", "no_rule GET /x/{id} | ",
                "no_route – | GET /x/{id+}",
            ]),
        Vector(
            "routes that are not guarded",
            Sample.rest(
                Sample.event("A", "GET", "/health", ", Auth: { Authorizer: NONE }")
                    + Sample.event("B", "GET", "/me", ", Auth: { Authorizer: AWS_IAM }")
                    + Sample.event("C", "GET", "/orders", ", Auth: { Authorizer: Turnstile }")),
            rules: ["GET /orders"],
            ["not_guarded GET /health | ", "not_guarded GET /me | ", "in_step GET /orders | GET /orders"]),
        Vector(
            "a rule for a route that nobody guards",
            Sample.rest(Sample.event("A", "GET", "'/a/{b}'", ", Auth: { Authorizer: NONE }")),
            rules: ["GET /a/{c}", "ANY /a/{c}"], ["rule_not_asked GET /a/{b} | GET /a/{c}, ANY /a/{c}"]),
        Vector(
            "paths that no table can have",
            Sample.rest(
                Sample.event("A", "GET", "/a/") + Sample.event("B", "GET", "a") + Sample.event("C", "LINK", "/a")),
            rules: ["GET /a"],
            [
                "not_a_route_key GET /a/ | ", "not_a_route_key GET a | ", "not_a_route_key LINK /a | ",
                "no_route – | GET /a",
            ]),
        Vector(
            "the root, and what is not ASCII",
            Sample.rest(Sample.event("A", "GET", "/") + Sample.event("B", "GET", "/é")),
            rules: ["GET /"], ["in_step GET / | GET /", "not_a_route_key GET /é | "]),
        Vector(
            "a path that hangs on a parameter",
            Sample.rest(
                Sample.event("A", "GET", #"!Sub "/${Stage}/a""#) + Sample.event("B", "GET", "!Ref Where")
                    + Sample.event("C", "GET", "!Sub /c") + Sample.event("D", "GET", #"!Join ["/", ["", d, e]]"#)),
            rules: ["GET /c", "GET /d/e", "GET /beta/a"],
            [
                "unknown GET, Path !Sub /${Stage}/a | ", "unknown GET, Path !Ref Where | ", "in_step GET /c | GET /c",
                "in_step GET /d/e | GET /d/e", "no_route – | GET /beta/a",
            ]),
        Vector(
            "with the parameters given",
            Sample.rest(
                Sample.event("A", "GET", #"!Sub "/${Stage}/a/${!x}""#) + Sample.event("B", "!Ref How", "!Ref Where")),
            rules: ["GET /beta/a/{x}", "PUT /w"],
            ["not_a_route_key GET /beta/a/${x} | ", "in_step PUT /w | PUT /w", "no_route – | GET /beta/a/{x}"],
            options: ["--parameter", "Stage=beta", "--parameter", "Where=/w", "--parameter", "How=PUT"]),
        Vector(
            "who is asked hangs on a condition",
            Sample.rest(
                Sample.event("A", "GET", "/a", ", Auth: { Authorizer: !If [IsOpen, NONE, Turnstile] }")
                    + Sample.event("B", "GET", "'/b/{x}'", ", Auth: { Authorizer: !Ref Who }")
                    + Sample.event("C", "GET", "/c", ", Auth: { Authorizer: !Ref Who }")),
            rules: ["GET /a", "GET /b/{y}", "GET /d"],
            [
                "unknown GET /a | GET /a", "unknown GET /b/{x} | GET /b/{y}", "unknown GET /c | ",
                "no_route – | GET /d",
            ]),
        Vector(
            "preflight that is left out, and preflight that is not",
            Sample.rest(
                Sample.event("A", "GET", "/a") + Sample.event("B", "OPTIONS", "/a"),
                auth: "        AddDefaultAuthorizerToCorsPreflight: false\n", api: "      Cors: \"'*'\"\n"),
            rules: ["GET /a"], ["in_step GET /a | GET /a", "not_guarded OPTIONS /a | "]),
        Vector(
            "preflight that the authorizer would be asked about",
            Sample.rest(Sample.event("A", "GET", "/a"), api: "      Cors: \"'*'\"\n"), rules: ["GET /a"],
            ["in_step GET /a | GET /a"], warnings: ["preflight requests carry no token"]),
    ]

    @Test(arguments: serverless)
    func `functions' events are routes`(_ vector: Vector) throws { try Self.expect(vector) }

    @Test(arguments: TemplateForms.vectors)
    func `every form of API is read`(_ vector: Vector) throws { try Self.expect(vector) }

    static func expect(_ vector: Vector) throws {
        let comparison = try Comparison(vector.template, rules: vector.rules, options: vector.options)
        #expect(comparison.lines == vector.lines, "\(comparison.run.all)")
        let differences = ["no_rule", "no_route", "other_parameter_names", "rule_not_asked", "not_a_route_key"]
        let isInStep = !vector.lines.contains { line in differences.contains { line.hasPrefix($0) } }
        #expect(comparison.run.status == (isInStep ? 0 : 2))
        #expect(comparison.run.output.contains(#""inStep":\#(isInStep)"#))
        #expect(comparison.warnings.count == vector.warnings.count, "\(comparison.warnings)")
        for (warning, words) in zip(comparison.warnings, vector.warnings) { #expect(warning.contains(words)) }
    }

    @Test
    func `a person reads what is missing on either side`() throws {
        let scratch = try Scratch()
        try scratch.write(
            Sample.rest(Sample.event("Read", "GET", "/orders") + Sample.event("Write", "POST", "/orders")),
            to: "template.yaml")
        try scratch.write(
            #"{"issuers":[{"name":"m","cognitoUserPool":"eu-west-1_AbCdEf123","usageKey":{"from":"none"}}],"#
                + #""routes":{"GET /orders":{},"GET /old":{}}}"#,
            to: "authorizer.json")
        let run = try Tool.start(["check", "--template", "template.yaml"], folder: scratch.url).finish()
        #expect(run.status == 2)
        #expect(
            run.output == """
                   ROUTE         IN THE TEMPLATE  RULE
                ✓  GET /orders   Orders.Read      GET /orders
                ✗  POST /orders  Orders.Write     –
                    no rule: every request is refused
                ✗  –             –                GET /old
                    no such route

                not in step: 1 with a rule, 1 without a rule, 1 rule without a route

                """)
        #expect(run.errors.isEmpty)
    }

    @Test(arguments: [
        ("stack/authorizer.json", "template.yaml"), ("stack/http-websocket.json", "templates/http-websocket.yaml"),
    ])
    func `the project's own templates are in step with their tables`(_ table: String, _ template: String) throws {
        let run = try Tool.run("check", "--config", table, "--template", template)
        #expect(run.status == 0, "\(run.all)")
        #expect(run.lines.last == "in step: 4 with a rule")
        #expect(run.errors.isEmpty)
    }

    @Test
    func `the options of a template go with one`() throws {
        for options in [["--api", "Api"], ["--function", "F"], ["--parameter", "A=b"]] {
            #expect(try Tool.start(["check"] + options, folder: Tool.events).finish().status == 64)
        }
    }

    @Test
    func `a verb that a rule does not take is said`() throws {
        let comparison = try Comparison(Sample.rest(Sample.event("C", "ANY", "/c")), rules: ["GET /c", "POST /c"])
        #expect(comparison.notes == ["no rule for HEAD OPTIONS PATCH PUT DELETE, which are refused"])
    }
}

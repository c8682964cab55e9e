import Foundation
import StrictJSON
import Testing

/// One comparison of a template with a route table, as the tool makes it.
struct Comparison {
    /// `verdict route | rules`, a line each.
    let lines: [String]
    let notes: [String]
    let warnings: [String]
    let run: Tool.Run

    init(
        _ template: String, rules: [String], policy: String = "request", usageKey: String = "none",
        members: String = "", options: [String] = [], name: String = "template.yaml"
    ) throws {
        let scratch = try Scratch()
        let table = rules.map { #""\#($0)":{}"# }.joined(separator: ",")
        try scratch.write(
            #"{"issuers":[{"name":"m","cognitoUserPool":"eu-west-1_AbCdEf123","usageKey":{"from":"\#(usageKey)"}}],"#
                + #""routes":{\#(table)},"policy":"\#(policy)"\#(members)}"#,
            to: "authorizer.json")
        try scratch.write(template, to: name)
        run = try Tool.start(["check", "--template", name, "--json"] + options, folder: scratch.url).finish()
        let root = try? JSONDocument(parsing: Array(run.output.utf8)).root
        let routes = root?["routes"]?.elements.map { Array($0) } ?? []
        lines = routes.map { line in
            let rules = line["rules"]?.elements.map { $0.compactMap(\.string) } ?? []
            return "\(line["verdict"]?.string ?? "") \(line["route"]?.string ?? "–") | \(rules.joined(separator: ", "))"
        }
        notes = routes.compactMap { $0["note"]?.string }
        warnings = root?["warnings"]?.elements.map { $0.compactMap(\.string) } ?? []
    }
}

/// A template whose API asks a Lambda authorizer by default.
enum SampleTemplate {
    static let function = """
          Gate:
            Type: AWS::Serverless::Function
            Properties: { Runtime: provided.al2023, Handler: bootstrap, CodeUri: . }

        """

    /// - Parameters:
    ///   - events: Of the function `Orders`, indented by eight.
    ///   - auth: Further lines of the API's `Auth`, indented by eight.
    ///   - api: Further lines of its properties, indented by six.
    /// - Returns: YAML.
    static func rest(_ events: String, auth: String = "", api: String = "") -> String {
        """
        Transform: AWS::Serverless-2016-10-31
        Resources:
        \(function)  Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: prod
        \(api)      Auth:
                DefaultAuthorizer: Turnstile
        \(auth)        Authorizers:
                  Turnstile:
                    FunctionArn: !GetAtt Gate.Arn
                    FunctionPayloadType: REQUEST
                    Identity: { Headers: [Authorization], ReauthorizeEvery: 0 }
          Orders:
            Type: AWS::Serverless::Function
            Properties:
              Events:
        \(events)
        """
    }

    static func event(_ name: String, _ method: String, _ path: String, _ more: String = "") -> String {
        "        \(name): { Type: Api, Properties: { RestApiId: !Ref Api, Method: \(method), Path: \(path)\(more) } }\n"
    }
}

import Foundation
import StrictJSON
import Testing

@Suite("turnstile explain, check and help")
struct ExplainTranscriptTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static let config = ["--config", "events/authorizer.json"]

    private static func token(of name: String) throws -> String? {
        let text = try String(contentsOf: Tool.events.appending(path: "\(name).json"), encoding: .utf8)
        return text.firstMatch(of: /eyJ[\w.-]+/)?.output.description
    }

    static let verdicts: [(String, Int32, String, String)] = [
        ("rest-token-allowed-machine", 0, "allow", ""),
        ("websocket-connect-allowed", 0, "allow", ""),
        ("rest-request-denied-wrong-scope", 3, "deny: insufficient_scope", "✗  the token has the route's scopes"),
        ("rest-token-denied-issuer", 3, "deny: issuer_not_allowed", "✗  the route is open to the issuer"),
        ("rest-request-rejected-no-token", 4, "reject: missing_token", "✗  a bearer token is there"),
        ("rest-request-rejected-expired", 4, "reject: token_expired", "✗  it has not expired"),
        ("rest-request-rejected-unknown-key", 4, "reject: unknown_key", "✗  its kid names one of the issuer's keys"),
        ("appsync-fault-unrecognised", 1, "fault: event_unrecognised", "✗  the event is one that API Gateway sends"),
    ]

    @Test(arguments: verdicts)
    func `every check stands in order, and the first fault is the reason`(
        _ name: String, _ status: Int32, _ summary: String, _ failure: String
    ) throws {
        let run = try Tool.run("explain", "--event", "events/\(name).json")
        #expect(run.status == status, "\(run.all)")
        #expect(run.lines.contains { $0 == summary })
        let marks = run.lines.prefix { $0 != summary }.compactMap(\.first).filter { "✓✗·".contains($0) }
        #expect(marks.count == 25)
        #expect(String(marks).wholeMatch(of: status == 0 ? /✓+/ : /✓*✗·*/) != nil)
        #expect(failure.isEmpty || run.lines.contains { $0.hasPrefix(failure) })
        #expect(run.lines.contains { $0.hasPrefix("    to do: ") } == (status != 0))
        if let token = try Self.token(of: name) {
            let signature = try #require(token.split(separator: ".").last)
            #expect(!run.all.contains(signature))
        }
    }

    @Test
    func `a token is judged for a method and a path, from standard input too`() throws {
        let token = try #require(try Self.token(of: "rest-token-allowed-machine"))
        let request = ["--method", "GET", "--path", "/external/orders"]
        let read = try Tool.start(["explain", "--token", "-"] + request + Self.config).finish(
            input: Data("\(token)\n".utf8))
        #expect(read.status == 0, "\(read.all)")
        #expect(read.lines.last?.contains("usage key 1orders23client45example67") == true)
        let given = try Tool.start(["explain", "--token", token] + request + Self.config).finish()
        #expect(given.output == read.output)
        let connect = try Tool.start(["explain", "--token", token, "--path", "$connect"] + Self.config).finish()
        #expect(connect.status == 3)
        #expect(connect.lines.contains("deny: insufficient_scope"))
    }

    @Test(arguments: [("2100-01-01T00:00:00Z", "token_expired"), ("1", "token_not_yet_valid")])
    func `the time of the judgement can be given`(_ time: String, _ reason: String) throws {
        let run = try Tool.run("explain", "--at", time, "--json", "--event", "events/rest-token-allowed-machine.json")
        #expect(run.status == 4)
        let object = try JSONDocument(parsing: Array(run.output.utf8)).root
        #expect(object["reason"]?.string == reason)
        #expect(object["remedy"]?.string?.isEmpty == false)
        #expect(object["checks"]?.elements.map { Array($0).count } == 25)
    }

    @Test(arguments: [
        [], ["--event", "a", "--token", "b"], ["--event", "a", "--path", "/"], ["--token", "a"],
        ["--token", "a", "--method", "GET", "--path", "x"], ["--token", "a", "--method", "GET", "--path", "$connect"],
        ["--event", "a", "--at", "soon"],
    ])
    func `wrong usage ends with 64`(_ arguments: [String]) throws {
        #expect(try Tool.start(["explain"] + arguments).finish().status == 64)
    }

    @Test
    func `keys that cannot be had are our fault`() throws {
        try scratch.write("", to: "not-a-key-set.txt")
        let run = try Tool.run(
            "explain", "--keys", scratch.url.path, "--event", "events/rest-token-allowed-machine.json")
        #expect(run.status == 1)
        #expect(run.lines.contains("fault: keys_unavailable"))
        #expect(run.errors.hasPrefix("Warning: event key_fetch"))
    }

    // MARK: check

    @Test
    func `a configuration that is right is listed, without its secrets`() throws {
        let run = try Tool.start(["check"] + Self.config).finish()
        #expect(run.status == 0, "\(run.all)")
        #expect(run.lines.contains { $0.hasPrefix("✓  partner   https://login.partner.example/ ") })
        #expect(run.lines.contains { $0.hasPrefix("✓  ANY /internal/{proxy+} ") && $0.contains("operators  staff") })
        #expect(run.lines.last == "3 issuers, 5 routes; policy per token; – asks for nothing")
        #expect(!run.all.contains("a-sample-secret") && !run.all.contains("staff-0123456789"))
        let json = try Tool.start(["check", "--json"] + Self.config).finish()
        let object = try JSONDocument(parsing: Array(json.output.utf8)).root
        #expect(object["valid"]?.bool == true)
        #expect(object["deniesPathsOfNoRoute"]?.bool == true)
        #expect(object["routes"]?["$connect"]?["anyScope"] != nil)
    }

    @Test
    func `a table without room to deny the paths of no route is right, with a note that says so`() throws {
        let good = try JSONSerialization.jsonObject(
            with: Data(contentsOf: Tool.events.appending(path: "authorizer.json")))
        var configuration = try #require(good as? [String: Any])
        configuration["routes"] = Dictionary(
            uniqueKeysWithValues: (10..<70).map { ("GET /r\($0)/{id}", [:] as [String: String]) })
        let text = try JSONSerialization.data(withJSONObject: configuration, options: .withoutEscapingSlashes)
        let file = try scratch.write(String(decoding: text, as: UTF8.self), to: "authorizer.json")
        let arguments = [
            "check", "--config", file, "--environment-file", "events/environment", "--keys", "events/keys",
        ]

        let run = try Tool.start(arguments).finish()
        #expect(run.status == 0, "\(run.all)")
        #expect(run.lines.last?.hasPrefix("note: the policies have no room to deny the paths that no route") == true)

        let json = try Tool.start(arguments + ["--json"]).finish()
        let object = try JSONDocument(parsing: Array(json.output.utf8)).root
        #expect(object["deniesPathsOfNoRoute"]?.bool == false)
    }

    @Test
    func `a configuration that is wrong is one line: the file, the member, what was found, what is allowed`() throws {
        let good = try String(contentsOf: Tool.events.appending(path: "authorizer.json"), encoding: .utf8)
        let bad = good.replacingOccurrences(of: #""leewaySeconds": 5"#, with: #""leewaySeconds": 301"#)
        let file = try scratch.write(bad, to: "authorizer.json")
        let arguments = [
            "check", "--config", file, "--environment-file", "events/environment", "--keys", "events/keys",
        ]
        let run = try Tool.start(arguments).finish()
        #expect(run.status == 1)
        #expect(
            run.errors == "Error: \(file): issuers[2].leewaySeconds: found 301; allowed: a whole number from 0 to 300\n"
        )
        let json = try Tool.start(arguments + ["--json"]).finish()
        let object = try JSONDocument(parsing: Array(json.output.utf8)).root
        #expect(json.status == 1)
        #expect(object["valid"]?.bool == false)
        #expect(object["member"]?.string == "issuers[2].leewaySeconds")
    }

    @Test
    func `variables come from the command line before the file`() throws {
        let run = try Tool.start(["check", "--env", "USER_POOL_ID=nonsense"] + Self.config).finish()
        #expect(run.status == 1)
        #expect(run.errors.contains("issuers[0].cognitoUserPool"))
    }

    // MARK: help

    @Test(arguments: [
        (["--help"], "SUBCOMMANDS:"), (["help", "invoke"], "--bootstrap <path>"),
        (["invoke", "--help"], "Exit status:"),
        (["explain", "--help"], "can be seen by others"), (["inspect", "--help"], "--batch"),
        (["check", "--help"], "--config <file>"),
    ])
    func `help goes to standard output and ends with 0`(_ arguments: [String], _ text: String) throws {
        let run = try Tool.start(arguments).finish()
        #expect(run.status == 0)
        #expect(run.output.contains(text))
        #expect(run.errors.isEmpty)
    }

    @Test
    func `the version is the product's`() throws {
        #expect(try Tool.run("--version").output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    }

    @Test
    func `an unknown verb is wrong usage`() throws {
        let run = try Tool.run("invok")
        #expect(run.status == 64)
        #expect(run.errors.contains("invok"))
    }
}

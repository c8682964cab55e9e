import Foundation
import StrictJSON
import Testing

@Suite("turnstile invoke")
struct InvokeTranscriptTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static func event(_ name: String) -> String { "events/\(name).json" }

    /// The signatures of all tokens in the sample events: none may ever be printed.
    private static func signatures(in name: String) throws -> [String] {
        let text = try String(contentsOf: Tool.root.appending(path: event(name)), encoding: .utf8)
        return text.matches(of: /eyJ[\w-]*\.[\w-]*\.([\w-]+)/).map { String($0.1) }
    }

    static let samples = [
        ("rest-token-allowed-machine", "allow"), ("rest-request-allowed-partner-eddsa", "allow"),
        ("http2-allowed-machine", "allow"), ("rest-request-denied-wrong-scope", "deny"),
        ("rest-request-rejected-tampered", "reject"), ("appsync-fault-unrecognised", "fault"),
    ]

    @Test
    func `sample events run through the real program, and the answers are as expected`() throws {
        let tool = try Tool.start(["invoke"] + Self.samples.map { Self.event($0.0) })
        let run = try tool.finish()
        #expect(run.status == 0, "\(run.all)")
        #expect(run.errors.isEmpty)
        #expect(run.lines.first?.hasPrefix("   EVENT ") == true)
        for (name, decision) in Self.samples {
            let row = try #require(run.lines.first { $0.contains(name) })
            #expect(row.hasPrefix("✓  \(name) ") && row.contains(" \(decision) "))
        }
        #expect(run.lines.last == "6 events: 6 as expected, 0 not")
        for signature in try Self.samples.flatMap({ try Self.signatures(in: $0.0) }) {
            #expect(!run.all.contains(signature))
        }
    }

    @Test
    func `for a script there is one JSON object an event, with the answer itself`() throws {
        let run = try Tool.run(
            "invoke", "--json", Self.event("rest-token-allowed-machine"), Self.event("http2-rejected-expired"))
        #expect(run.status == 0, "\(run.all)")
        let objects = try run.lines.map { try JSONDocument(parsing: Array($0.utf8)).root }
        let allowed = try #require(objects.first)
        #expect(allowed["event"]?.string == "rest-token-allowed-machine")
        #expect(allowed["decision"]?.string == "allow")
        #expect(allowed["route"]?.string == "GET /external/orders")
        #expect(allowed["usageIdentifierKey"]?.string == "1orders23client45example67")
        #expect(allowed["answer"]?["policyDocument"] != nil)
        #expect(allowed["durationMicroseconds"]?.number?.integer != nil)
        #expect(allowed["asExpected"]?.bool == true)
        let rejected = try #require(objects.last)
        #expect(rejected["error"]?["errorMessage"]?.string == "Unauthorized")
        #expect(rejected["reason"]?.string == "token_expired")
    }

    @Test
    func `a difference is told below the row, and ends with 1`() throws {
        try scratch.copy(Tool.events.appending(path: "rest-token-allowed-machine.json"))
        let name = "rest-token-allowed-machine.expected.json"
        let expected = try String(contentsOf: Tool.events.appending(path: name), encoding: .utf8)
        try scratch.write(expected.replacingOccurrences(of: #""allow""#, with: #""deny""#), to: name)
        let run = try Tool.run("invoke", "--config", "events/authorizer.json", scratch.url.path)
        #expect(run.status == 1)
        #expect(run.lines.contains { $0.hasPrefix("✗  rest-token-allowed-machine ") })
        #expect(run.lines.contains(#"    decision: expected "deny", found "allow""#))
        #expect(run.lines.last == "1 event: 0 as expected, 1 not")
        let ignoring = try Tool.run("invoke", "--no-expected", "--config", "events/authorizer.json", scratch.url.path)
        #expect(ignoring.status == 0)
        #expect(ignoring.lines.last == "1 event, with no expectations")
    }

    // MARK: One clear line

    static let mistakes: [([String], Int32, String)] = [
        (["events/nothing.json"], 1, "there is no file or folder events/nothing.json"),
        (["Sources"], 1, "there is no event in the folder Sources"),
        (["events/README.md"], 1, "events/README.md is not usable JSON"),
        (["--bootstrap", "/nowhere/bootstrap", "events"], 1, "build it with `swift build`"),
        (["--bootstrap", "Package.swift", "events"], 1, "Package.swift is not executable"),
        (["--config", "/nowhere.json", "events"], 1, "there is no configuration /nowhere.json"),
        (["--keys", "/nowhere", "events"], 1, "there is no folder of keys /nowhere"),
        (["--environment-file", "README.md/x", "events"], 1, "cannot read README.md/x"),
        (
            ["--config", "events/authorizer.json", "--environment-file", "Package.swift", "events"], 1,
            "is not NAME=VALUE"
        ),
    ]

    @Test(arguments: mistakes)
    func `a mistake is one line with a way out`(_ arguments: [String], _ status: Int32, _ line: String) throws {
        let run = try Tool.start(["invoke"] + arguments).finish()
        #expect(run.status == status)
        #expect(run.errors.hasPrefix("Error: ") && run.errors.contains(line), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1)
        #expect(run.output.isEmpty)
    }

    @Test(arguments: [[], ["--timeout", "0", "events"], ["--env", "X", "events"], ["--keys-port", "x", "events"]])
    func `wrong usage ends with 64`(_ arguments: [String]) throws {
        #expect(try Tool.start(["invoke"] + arguments).finish().status == 64)
    }

    @Test
    func `a port in use is one line with a way out`() throws {
        let listener = try Listener()
        let run = try Tool.run("invoke", "--keys-port", "\(listener.port)", "events")
        #expect(run.status == 1)
        #expect(run.errors.contains("127.0.0.1:\(listener.port)") && run.errors.contains("take another port"))
    }

    @Test
    func `a configuration that is wrong is told as the program tells it`() throws {
        let file = try scratch.write(#"{"issuers":[],"routes":{}}"#, to: "authorizer.json")
        let run = try Tool.run("invoke", "--config", file, Self.event("rest-token-allowed-machine"))
        #expect(run.status == 1)
        #expect(run.errors.contains("Error: bootstrap could not start: \(file): issuers: "))
    }
}

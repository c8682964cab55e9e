import Foundation
import StrictJSON
import TestSupport
import Testing

@Suite("A start that cannot be good")
struct StartTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        var setup: Setup
        var errorType = "Authorizer.ConfigurationWrong"
        /// What the message must name.
        var names: [String]
    }

    static let accepted = Step(#"{"status":"OK"}"#, status: 202)

    static let configurations = [
        Vector(
            testDescription: "no configuration", setup: Setup(),
            names: ["/authorizer.json: cannot read", "No such file or directory"]),
        Vector(
            testDescription: "a folder for a configuration",
            setup: Setup(environment: ["AUTHORIZER_CONFIG": "/tmp"]), names: ["/tmp is not a regular file"]),
        Vector(
            testDescription: "a device for a configuration",
            setup: Setup(environment: ["AUTHORIZER_CONFIG": "/dev/zero"]), names: ["/dev/zero is not a regular file"]),
        Vector(
            testDescription: "an empty configuration", setup: Setup(configuration: ""), names: ["/authorizer.json: "]),
        Vector(
            testDescription: "broken JSON", setup: Setup(configuration: #"{"issuers": ["#),
            names: ["/authorizer.json: "]),
        Vector(
            testDescription: "an unknown member", setup: Setup(configuration: #"{"isuers": []}"#),
            names: ["/authorizer.json: isuers: there is no such member; allowed here: issuers, "]),
        Vector(
            testDescription: "a variable that is not set", setup: Setup(#""jwksURL": "https://${KEY_HOST}/""#),
            names: ["/authorizer.json: issuers[0].jwksURL: the environment variable KEY_HOST is not set"]),
        Vector(
            testDescription: "an address of keys without TLS", setup: Setup(#""jwksURL": "http://keys.example.com/""#),
            names: ["/authorizer.json: issuers[0].jwksURL: "]),
    ]

    private static func caFile(_ name: String, _ because: String, _ files: [String: String] = [:]) -> Vector {
        Vector(
            testDescription: "a file of roots: \(because)",
            setup: Setup(#""jwksURL": "https://localhost/""#, keys: #"{"caFile": "\#(name)"}"#, files: files),
            names: ["/authorizer.json: keys.caFile: ", "/\(name)", because])
    }

    private static func map(_ name: String, _ because: String) -> Vector {
        Vector(
            testDescription: "a map of usage keys: \(because)",
            setup: Setup(#""jwksFile": "keys.json", "usageKey": {"from": "map", "file": "\#(name)"}"#),
            names: ["/authorizer.json: issuers[0].usageKey.file: ", "/\(name)", because])
    }

    private static let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    private static let otherPEM = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"

    private static func keyFile(_ name: String, _ because: String, _ files: [String: String] = [:]) -> Vector {
        Vector(
            testDescription: "a key file: \(because)",
            setup: Setup(#""jwksFile": "\#(name)""#, keys: #"{"maxBytes": 1024}"#, files: files),
            errorType: "Authorizer.KeyFileUnusable",
            names: ["/authorizer.json: issuers[0].jwksFile: ", "/\(name)", because])
    }

    static let files = [
        caFile("absent", "No such file or directory"), caFile("folder", "is not a regular file"),
        caFile("broken-link", "No such file or directory"), caFile("loop", "Too many levels of symbolic links"),
        caFile("pipe", "is not a regular file"),
        caFile("empty", "holds no certificate in PEM", ["empty": ""]),
        caFile("html", "holds no certificate in PEM", ["html": "<html></html>"]),
        caFile("other", "holds no certificate in PEM", ["other": otherPEM]),
        caFile("broken", "holds a certificate that cannot be read", ["broken": certificate]),
        map("absent", "No such file or directory"), map("folder", "is not a regular file"),
        map("broken-link", "No such file or directory"), map("pipe", "is not a regular file"),
        keyFile("absent", "No such file or directory"), keyFile("folder", "is not a regular file"),
        keyFile("broken-link", "No such file or directory"), keyFile("loop", "Too many levels of symbolic links"),
        keyFile("pipe", "is not a regular file"),
        keyFile("empty", ": ", ["empty": ""]),
        keyFile("html", ": ", ["html": "<html></html>"]),
        keyFile("none", "none of the 0 keys can be used", ["none": #"{"keys":[]}"#]),
        keyFile("symmetric", "none of the 1 keys", ["symmetric": #"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#]),
        keyFile("long", "longer than 1024 bytes", ["long": String(repeating: " ", count: 1_025)]),
    ]

    @Test(arguments: configurations + files)
    func `threat 86: is told to Lambda by file and member, and ends the process with status 1`(_ vector: Vector) throws
    {
        let setup = vector.setup.with {
            $0.firstSteps = [Self.accepted]
            $0.links = ["folder": "/", "broken-link": "nowhere", "loop": "loop"]
            $0.pipes = ["pipe"]
        }
        try ExecutionEnvironment.run(setup) { environment in
            let end = try environment.waitForEnd()
            #expect(end == .init(status: 1))
            let requests = try environment.runtimeAPI.requestsSoFar()
            #expect(requests.map { "\($0.method) \($0.target)" } == ["POST /2018-06-01/runtime/init/error"])
            let answer = try Answer(#require(requests.first))
            #expect(answer.errorType == vector.errorType)
            let message = try #require(answer.errorMessage)
            for name in vector.names { #expect(message.contains(name)) }
            #expect(try environment.errorOutput() == "bootstrap: \(message)\n")
            #expect(try environment.output().isEmpty)
        }
    }

    static let secret = "5ecret-of-the-hmac-0123456789abcdef"

    /// A configuration with the secret in it, and something wrong near it.
    private static func usageKey(_ text: String) -> Setup {
        Setup(#""jwksFile": "keys.json", "usageKey": \#(text)"#, files: ["keys.json": keySet("k1")])
    }

    static let setupsWithSecret = [
        usageKey(#"{"from": "fixed", "value": "${SECRET} "}"#),
        usageKey(#"{"from": "fixed", "value": "\#(secret)!"}"#),
        usageKey(#"{"from": "hmac", "secret": "${SECRET}", "claim": "sub"}"#),
        usageKey(#"{"from": "hmac", "secret": "${SECRET}${LONG}"}"#),
        usageKey(#"{"from": "hmac", "secret": ["\#(secret)"]}"#),
        usageKey(#"{"from": "hmac", "secret": {"\#(secret)": 1}}"#),
        usageKey(#"{"from": "hmac", "secrets": "\#(secret)"}"#),
        usageKey(#"{"from": "clientID", "secret": "\#(secret)"}"#),
        usageKey(#"{"from": "hmac", "secret": "\#(secret)""#),
        usageKey(#"{"from": "hmac", "secret": "\#(secret)", "secret": "\#(secret)"}"#),
        usageKey(#"{"from": "hmac", "secret": "\#(secret)\u{1}"}"#),
    ]

    @Test(arguments: setupsWithSecret.indices)
    func `threat 82: names no secret, however wrong the configuration is around it`(_ index: Int) throws {
        let setup = Self.setupsWithSecret[index].with {
            $0.firstSteps = [Self.accepted]
            $0.environment = ["SECRET": Self.secret, "LONG": String(repeating: "x", count: 100_000)]
            $0.secrets = [Self.secret]
        }
        try ExecutionEnvironment.run(setup) { environment in
            let end = try environment.waitForEnd()
            #expect(end == .init(status: 1))
            #expect(try environment.errorOutput().contains("/authorizer.json: "))
        }
    }

    @Test(arguments: [
        ExecutionEnvironment.unset, "", "no address", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:",
        "user@127.0.0.1:1",
        "127.0.0.1:1/path", "http://127.0.0.1:1", "127.0.0.1:1\r\nX: y",
    ])
    func `without a Runtime API says so in one line`(_ address: String) throws {
        let setup = Setup.keysInFile.with { $0.environment = ["AWS_LAMBDA_RUNTIME_API": address] }
        try ExecutionEnvironment.run(setup) { environment in
            let end = try environment.waitForEnd()
            #expect(end == .init(status: 1))
            let lines = try environment.errorOutput().split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count == 2 && lines[1].isEmpty)
            #expect(lines[0].hasPrefix("bootstrap: AWS_LAMBDA_RUNTIME_API is not "))
            #expect(try environment.output().isEmpty)
            #expect(try environment.runtimeAPI.requestsSoFar().isEmpty)
        }
    }

    @Test(arguments: [Step("{}", status: 403), Step("{}", status: 500), .nothing])
    func `threat 86: ends the process with status 1 where Lambda does not take the reason`(_ refusal: Step) throws {
        try ExecutionEnvironment.run(Setup(firstSteps: [refusal])) { environment in
            let end = try environment.waitForEnd()
            #expect(end == .init(status: 1))
            #expect(try environment.runtimeAPI.requestsSoFar().count == 1)
            #expect(try environment.errorOutput().split(separator: "\n").count == 1)
        }
    }
}

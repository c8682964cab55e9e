import Foundation
import StrictJSON
import TestSupport
import Testing

@Suite("OpenID Connect Discovery §4")
struct DiscoveryTests {
    /// A server of an issuer's metadata and keys, whose address both hold.
    struct Issuer {
        let server: ScriptedServer
        let name: String

        /// `path` is what the issuer's name has behind its host and port; `metadata` is told the issuer's name, and
        /// its address without path.
        init(path: String = "", _ metadata: (_ name: String, _ base: String) -> Step) throws {
            server = try ScriptedServer([], waits: true)
            let base = "http://127.0.0.1:\(server.port)"
            name = base + path
            try server.add(metadata(name, base))
            try server.add(.keys("k1"))
        }

        var setup: Setup { Setup(#""discover": true"#, issuer: name, keys: #"{"timeoutMilliseconds": 5000}"#) }
    }

    static func metadata(_ name: String, keysAt address: String) -> Step {
        Step(#"{"issuer":"\#(name)","jwks_uri":"\#(address)","x":[1]}"#)
    }

    @Test(arguments: ["", "/", "/tenant", "/tenant/"])
    func `the keys are those that the issuer's metadata name`(_ path: String) throws {
        let issuer = try Issuer(path: path) { Self.metadata($0, keysAt: "\($1)/keys") }
        try ExecutionEnvironment.run(issuer.setup) { environment in
            let answer = try environment.invoke(Event(token: token(issuer: issuer.name)))
            #expect(answer.isAllow)
            #expect(try environment.fetchOutcomes() == ["fetched"])
        }
        let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
        #expect(
            try issuer.server.requests().map(\.target) == ["\(folder)/.well-known/openid-configuration", "/keys"])
    }

    struct Vector: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let outcome: String
        let metadata: @Sendable (_ name: String, _ base: String) -> Step
    }

    static let vectors = [
        Vector(testDescription: "another issuer", outcome: "discovery_failed") {
            metadata("https://other.example", keysAt: "\($1)/keys")
        },
        Vector(testDescription: "the issuer with a slash more", outcome: "discovery_failed") {
            metadata("\($0)/", keysAt: "\($1)/keys")
        },
        Vector(testDescription: "the issuer in other letters", outcome: "discovery_failed") {
            metadata($0.uppercased(), keysAt: "\($1)/keys")
        },
        Vector(testDescription: "no issuer", outcome: "discovery_failed") { Step(#"{"jwks_uri":"\#($1)/keys"}"#) },
        Vector(testDescription: "two issuers", outcome: "discovery_failed") {
            Step(#"{"issuer":"\#($0)","issuer":"\#($0)","jwks_uri":"\#($1)/keys"}"#)
        },
        Vector(testDescription: "no address", outcome: "discovery_failed") { name, _ in Step(#"{"issuer":"\#(name)"}"#)
        },
        Vector(testDescription: "an address that is no string", outcome: "discovery_failed") {
            Step(#"{"issuer":"\#($0)","jwks_uri":["\#($1)/keys"]}"#)
        },
        Vector(testDescription: "a list", outcome: "discovery_failed") { Step(#"[{"issuer":"\#($0)","b":"\#($1)"}]"#) },
        Vector(testDescription: "HTML", outcome: "discovery_failed") { _, _ in Step("<html>") },
        Vector(testDescription: "404", outcome: "http_status") {
            metadata($0, keysAt: "\($1)/keys").with { $0.status = 404 }
        },
        Vector(testDescription: "a redirect", outcome: "http_status") {
            Step("", status: 302, headers: [["Location", "\($1)/keys"]])
        },
        Vector(testDescription: "keys without TLS, not on loopback", outcome: "address_refused") { name, _ in
            metadata(name, keysAt: "http://keys.example.com/keys")
        },
        Vector(testDescription: "keys of the metadata service", outcome: "address_refused") { name, _ in
            metadata(name, keysAt: "http://169.254.169.254/latest/meta-data")
        },
        Vector(testDescription: "keys in a file", outcome: "address_refused") { name, _ in
            metadata(name, keysAt: "file:///etc/passwd")
        },
        Vector(testDescription: "keys under a name and a password", outcome: "address_refused") {
            metadata($0, keysAt: $1.replacingOccurrences(of: "//", with: "//a:b@"))
        },
    ]

    @Test(arguments: vectors)
    func `threat 77: metadata that are not the issuer's own lead nowhere, and nothing is guessed`(_ vector: Vector)
        throws
    {
        let issuer = try Issuer(vector.metadata)
        try ExecutionEnvironment.run(issuer.setup) { environment in
            let answer = try environment.invoke(Event(token: token(issuer: issuer.name)))
            #expect(answer.errorType == "Authorizer.KeysUnavailable")
            #expect(try environment.fetchOutcomes() == [vector.outcome])
        }
        #expect(try issuer.server.requests().count == 1)
    }
}

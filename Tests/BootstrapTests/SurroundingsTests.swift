import Foundation
import StrictJSON
import TestSupport
import Testing

@Suite("The environment of the process")
struct SurroundingsTests {
    private func fetchingOverTLS(_ environment: [String: String]) throws -> (Setup, ScriptedServer) {
        let certificates = try TestCertificates.shared.get()
        let server = try ScriptedServer([.keys("k1")], tls: certificates.valid)
        let setup = Setup(
            #""jwksURL": "https://localhost:\#(server.port)/keys""#, keys: #"{"caFile": "\#(certificates.root)"}"#)
        return (setup.with { $0.environment = environment }, server)
    }

    @Test func `threat 89: the keys of TLS sessions are not written where SSLKEYLOGFILE says`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "turnstile-\(UUID().uuidString)").path
        let (setup, server) = try fetchingOverTLS(["SSLKEYLOGFILE": file])
        try ExecutionEnvironment.run(setup) { environment in
            let answer = try environment.invoke(Event(token: token()))
            #expect(answer.isAllow)
        }
        #expect(try server.requests().count == 1)
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test func `threat 74, threat 89: proxies, roots and libraries' settings of the environment change nothing`() throws
    {
        let proxy = try ScriptedServer([Step("proxied", status: 502)])
        let address = "http://127.0.0.1:\(proxy.port)"
        var variables = Dictionary(
            uniqueKeysWithValues: ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].map {
                ($0, address)
            })
        for name in ["SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "OPENSSL_MODULES", "OPENSSL_ENGINES"] {
            variables[name] = "/nowhere"
        }
        let (setup, server) = try fetchingOverTLS(variables)
        try ExecutionEnvironment.run(setup) { environment in
            let answer = try environment.invoke(Event(token: token()))
            #expect(answer.isAllow)
        }
        #expect(try server.requests().count == 1)
        #expect(try proxy.requests().isEmpty)
    }

    @Test func `threat 89: a configuration of OpenSSL from the environment is not read`() throws {
        // Whoever reads this has no algorithm left.
        let useless = """
            openssl_conf = all
            [all]
            alg_section = algorithms
            [algorithms]
            default_properties = provider=none

            """
        let folder = FileManager.default.temporaryDirectory.appending(path: "turnstile-\(UUID().uuidString)")
        try Data(useless.utf8).write(to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (setup, server) = try fetchingOverTLS(["OPENSSL_CONF": folder.path])
        try ExecutionEnvironment.run(setup) { environment in
            let answer = try environment.invoke(Event(token: token()))
            #expect(answer.isAllow)
        }
        #expect(try server.requests().count == 1)
    }

    @Test func `threat 89: roots that the environment names are not believed`() throws {
        let certificates = try TestCertificates.shared.get()
        let server = try ScriptedServer([.keys("k1")], tls: certificates.valid)
        let setup = Setup(#""jwksURL": "https://localhost:\#(server.port)/keys""#).with {
            $0.environment = ["SSL_CERT_FILE": certificates.root, "CURL_CA_BUNDLE": certificates.root]
        }
        try ExecutionEnvironment.run(setup) { environment in
            let answer = try environment.invoke(Event(token: token()))
            #expect(answer.errorType == "Authorizer.KeysUnavailable")
            #expect(try environment.fetchOutcomes() == ["tls_peer_not_verified"])
        }
        #expect(try server.requests().isEmpty)
    }
}

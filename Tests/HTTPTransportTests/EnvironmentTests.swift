import Foundation
import HTTPTransport
import TestSupport
import Testing

/// Each in a process of its own, since the environment belongs to the whole process.
@Suite("The environment")
struct EnvironmentTests {
    @Test func `threat 74: proxies of the environment are not used`() async {
        await #expect(processExitsWith: .success) {
            let proxy = try ScriptedServer([Step("proxied")])
            let server = try ScriptedServer([Step("direct")])
            for name in ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
                #expect(unsafe setenv(name, "http://127.0.0.1:\(proxy.port)", 1) == 0)
            }
            let client = SecureClient(trust: .system, userAgent: "turnstile/test")
            let response = try client.send(request("http://127.0.0.1:\(server.port)/"))
            #expect(text(response.body) == "direct")
            let connection = try OriginConnection(
                origin: HTTPURL(parsing: "http://127.0.0.1:\(server.port)"), userAgent: "turnstile/test",
                bodyLimitInBytes: 100)
            #expect(text(try connection.get(Array("/".utf8)).body) == "direct")
            #expect(try proxy.requests().isEmpty)
        }
    }

    @Test func `threat 74: a .netrc file gives no credentials`() async {
        await #expect(processExitsWith: .success) {
            let home = try TestCertificates.shared.get().folder
            try Data("machine 127.0.0.1 login a password b\n".utf8).write(to: home.appending(path: ".netrc"))
            #expect(unsafe setenv("HOME", home.path, 1) == 0)
            #expect(unsafe setenv("NETRC", home.appending(path: ".netrc").path, 1) == 0)
            let server = try ScriptedServer([Step("{}")])
            let client = SecureClient(trust: .system, userAgent: "turnstile/test")
            _ = try client.send(request("http://127.0.0.1:\(server.port)/"))
            #expect(try server.requests().first?.values(of: "Authorization").isEmpty == true)
        }
    }

    @Test func `threat 89: roots named by the environment are not believed`() async {
        await #expect(processExitsWith: .success) {
            let certificates = try TestCertificates.shared.get()
            #expect(unsafe setenv("SSL_CERT_FILE", certificates.root, 1) == 0)
            #expect(unsafe setenv("SSL_CERT_DIR", certificates.folder.path, 1) == 0)
            #expect(unsafe setenv("CURL_CA_BUNDLE", certificates.root, 1) == 0)
            let server = try ScriptedServer([Step("{}")], tls: certificates.valid)
            #expect(throws: TransportError(.tls(.peerNotVerified), mayHaveBeenSent: false)) {
                try SecureClient(trust: .system, userAgent: "turnstile/test")
                    .send(request("https://localhost:\(server.port)/"))
            }
        }
    }
}

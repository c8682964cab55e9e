package import Foundation

/// A root of our own and certificates under it, made by `openssl` when first asked for, in a folder of their own.
package struct TestCertificates: Sendable {
    package enum Failure: Error { case openssl(arguments: [String]) }

    package static let shared = Result { try TestCertificates() }

    package let folder: URL

    /// The root that signed all of these, but the self-signed one.
    package var root: String { path("root.pem") }
    package var valid: ScriptedServer.TLS { tls("valid") }
    package var wrongName: ScriptedServer.TLS { tls("wrong-name") }
    package var expired: ScriptedServer.TLS { tls("expired") }
    package var selfSigned: ScriptedServer.TLS { tls("self-signed") }

    private init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "turnstile-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try selfSigned("root", subject: "/CN=Turnstile test root", names: nil)
        try selfSigned("self-signed", subject: "/CN=localhost", names: "DNS:localhost,IP:127.0.0.1")
        try signed("valid", names: "DNS:localhost,IP:127.0.0.1", days: 1)
        try signed("wrong-name", names: "DNS:keys.example.com", days: 1)
        try signed("expired", names: "DNS:localhost,IP:127.0.0.1", days: -1)
    }

    package func path(of name: String) -> String { path("\(name).pem") }

    private func path(_ name: String) -> String { folder.appending(path: name).path }

    private func tls(_ name: String) -> ScriptedServer.TLS {
        ScriptedServer.TLS(certificate: path("\(name).pem"), key: path("\(name).key"))
    }

    private func selfSigned(_ name: String, subject: String, names: String?) throws {
        try openssl(
            ["req", "-x509"] + newKey(name) + ["-out", path("\(name).pem"), "-subj", subject, "-days", "1"]
                + (names.map { ["-addext", "subjectAltName=\($0)"] } ?? []))
    }

    private func signed(_ name: String, names: String, days: Int) throws {
        try openssl(["req"] + newKey(name) + ["-out", path("\(name).csr"), "-subj", "/CN=localhost"])
        try Data("subjectAltName=\(names)\n".utf8).write(to: folder.appending(path: "\(name).ext"))
        try openssl([
            "x509", "-req", "-in", path("\(name).csr"), "-CA", root, "-CAkey", path("root.key"), "-CAcreateserial",
            "-days", "\(days)", "-extfile", path("\(name).ext"), "-out", path("\(name).pem"),
        ])
    }

    private func newKey(_ name: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path("\(name).key")]
    }

    private func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure.openssl(arguments: arguments) }
    }
}

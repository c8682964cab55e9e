import Foundation
import TestSupport

typealias Step = ScriptedServer.Step

/// A token endpoint that answers as told, a cache of its own, and `turnstile token` asking there.
final class TokenEndpointUnderTest {
    let scratch: Scratch
    let server: ScriptedServer
    let scheme: String

    static let secret = "s3cr3t-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789"
    static let id = "1orders23client45example67"
    static let scope = "https://api.example.com/prod/external/api.readwrite"

    init(_ steps: [Step], tls: ScriptedServer.TLS? = nil, waits: Bool = false) throws {
        scratch = try Scratch()
        scheme = tls == nil ? "http" : "https"
        server = try ScriptedServer(
            steps, tls: tls, journal: scratch.url.appending(path: "journal"), waits: waits)
        try scratch.write(Self.secret + "\n", to: "secret")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: scratch.path("secret"))
    }

    /// An answer of Cognito's shape: no `scope`, no `refresh_token`.
    static func answer(_ token: String, expiresIn: Int = 3_600) -> Step {
        Step(
            #"{"access_token":"\#(token)","expires_in":\#(expiresIn),"token_type":"Bearer"}"#,
            headers: [["Content-Type", "application/json;charset=UTF-8"]])
    }

    var url: String { "\(scheme)://127.0.0.1:\(server.port)/oauth2/token" }
    var cache: String { scratch.path("cache/turnstile") }

    /// The endpoint, the client, and its secret's file.
    var usual: [String] { ["--token-url", url, "--client-id", Self.id, "--secret-file", scratch.path("secret")] }

    func start(_ arguments: [String], environment: [String: String] = [:]) throws -> RunningTool {
        let environment = ["XDG_CACHE_HOME": scratch.path("cache")].merging(environment) { $1 }
        return try Tool.start(["token"] + arguments, folder: scratch.url, environment: environment)
    }

    func run(_ arguments: String..., environment: [String: String] = [:], input: String = "") throws -> Tool.Run {
        try start(usual + arguments, environment: environment).finish(input: Data(input.utf8))
    }

    func requestCount() throws -> Int { try server.requestsSoFar().count }

    /// The names of what the cache holds, in no order.
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: cache) }

    /// The path of the only token in the cache.
    func entry() throws -> String {
        let name = try names().first { $0.count == 64 }
        guard let name else { throw Failure.noEntry }
        return "\(cache)/\(name)"
    }

    enum Failure: Error { case noEntry }
}

/// Permissions as `ls` counts them; a link is not followed.
func permissions(of path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
}

func setPermissions(_ permissions: Int, of path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
}

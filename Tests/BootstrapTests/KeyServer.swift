import Foundation
import TestSupport

/// A server of keys that can be looked at, and told what to serve next, while it runs.
final class KeyServer {
    private let server: ScriptedServer
    private let journal: URL

    /// Each request takes a step; the last serves all that come after it. Without a port, one that is free is taken.
    init(_ steps: Step..., port: Int? = nil) throws {
        journal = FileManager.default.temporaryDirectory.appending(path: "turnstile-\(UUID().uuidString)")
        server = try ScriptedServer(steps, port: port, journal: journal)
    }

    deinit { try? FileManager.default.removeItem(at: journal) }

    var port: Int { server.port }
    var url: String { "http://127.0.0.1:\(server.port)/keys" }

    /// From the next request on.
    func serve(_ step: Step) throws { try server.add(step) }

    func requests() throws -> [ScriptedServer.Request] { try server.requestsSoFar() }

    /// Nobody listens from here on.
    func end() throws { _ = try server.requests() }

    /// One issuer whose keys are here. `keys` are members of `keys`; `snapshot` names the keys in a file beside the
    /// address.
    func setup(_ keys: String = "", snapshot: [String]? = nil) -> Setup {
        let file = snapshot.map { names in
            #"{"keys":[\#(names.map { SigningKey.rsa.jwk(keyID: $0) }.joined(separator: ","))]}"#
        }
        return Setup(
            #""jwksURL": "\#(url)"\#(file == nil ? "" : #", "jwksFile": "snapshot.json""#)"#, keys: "{\(keys)}",
            files: file.map { ["snapshot.json": $0] } ?? [:])
    }
}

extension ExecutionEnvironment {
    /// Sends the event again and again until it is so.
    func invoke(_ event: Event, until isSo: (Answer) throws -> Bool) throws {
        try wait("another answer") { try isSo(invoke(event)) }
    }
}

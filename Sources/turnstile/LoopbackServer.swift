import FlyingFox
import FlyingSocks
import Foundation

/// An HTTP server that only this machine can reach: on 127.0.0.1.
struct LoopbackServer {
    let port: UInt16
    private let server: HTTPServer
    private let running: Task<Void, any Error>

    /// A handler may wait this long, in seconds: a poll for the next event waits until there is one.
    private static let handlerTimeoutInSeconds = 86_400.0

    /// - Parameters:
    ///   - port: 0 for a free one.
    ///   - purpose: What is served, for the error.
    init(
        port: UInt16 = 0, purpose: String, handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse
    ) async throws(Problem) {
        let server = HTTPServer(
            address: Self.address(port), timeout: Self.handlerTimeoutInSeconds, logger: .disabled,
            handler: ClosureHTTPHandler { await handler($0) })
        let running = Task { try await server.run() }
        do {
            try await Self.waitUntilListening(server, running)
        } catch {
            running.cancel()
            throw Problem(
                "cannot serve \(purpose) on 127.0.0.1:\(port): \(error)",
                remedy: port == 0 ? nil : "take another port, or none for a free one")
        }
        guard case .ip4(_, let port)? = await server.listeningAddress else {
            running.cancel()
            throw Problem("cannot tell on which port \(purpose) would be served")
        }
        self.port = port
        self.server = server
        self.running = running
    }

    var address: String { "127.0.0.1:\(port)" }

    func stop() async {
        await server.stop()
        running.cancel()
    }

    /// Either the server listens, or it has ended with the reason why not.
    private static func waitUntilListening(_ server: HTTPServer, _ running: Task<Void, any Error>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.waitUntilListening() }
            group.addTask { try await running.value }
            try await group.next()
            group.cancelAll()
        }
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in.inet(port: port)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

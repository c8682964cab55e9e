import FlyingFox
import FlyingSocks
import Foundation

/// An HTTP server that only this machine can reach: on 127.0.0.1.
struct LoopbackServer {
    let port: UInt16
    private let server: HTTPServer
    private let running: Task<Void, Never>

    /// A handler may wait this long, in seconds: a poll for the next event waits until there is one.
    private static let handlerTimeoutInSeconds = 86_400.0

    /// - Parameters:
    ///   - port: 0 for a free one.
    ///   - purpose: What is served, for the error.
    ///   - handler: Answers one request. It may wait for as long as it wants.
    /// - Throws: ``Problem`` where the port is in use.
    init(
        port: UInt16 = 0, purpose: String, handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse
    ) async throws(Problem) {
        let server = HTTPServer(
            address: Self.address(port), timeout: Self.handlerTimeoutInSeconds,
            pool: PromptSocketPool(base: HTTPServer.defaultPool()), logger: .disabled,
            handler: ClosureHTTPHandler { await handler($0) })
        let (starts, started) = AsyncStream<String?>.makeStream()
        running = Task {
            do { try await server.run() } catch { started.yield(error.localizedDescription) }
        }
        Task {
            do {
                try await server.waitUntilListening()
                started.yield(nil)
            } catch {
                started.yield(error.localizedDescription)
            }
        }
        var outcomes = starts.makeAsyncIterator()
        if let failure = await outcomes.next() ?? nil {
            running.cancel()
            let remedy = port == 0 ? nil : "take another port, or none for a free one"
            throw Problem("cannot serve \(purpose) on 127.0.0.1:\(port): \(failure)", remedy: remedy)
        }
        guard case .ip4(_, let port)? = await server.listeningAddress else {
            running.cancel()
            throw Problem("cannot tell on which port \(purpose) would be served")
        }
        self.port = port
        self.server = server
    }

    var address: String { "127.0.0.1:\(port)" }

    func stop() async {
        await server.stop()
        running.cancel()
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in.inet(port: port)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

/// Sends what is written at once. FlyingFox writes an answer's head and its body one after the other, and Nagle's
/// algorithm (RFC 896) would hold the body back until the head is acknowledged: 40 ms for every answer.
private struct PromptSocketPool<Base: AsyncSocketPool>: AsyncSocketPool {
    let base: Base

    func prepare() async throws { try await base.prepare() }

    func run() async throws { try await base.run() }

    func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
        try? socket.setValue(true, for: BoolSocketOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY))
        try await base.suspendSocket(socket, untilReadyFor: events)
    }
}

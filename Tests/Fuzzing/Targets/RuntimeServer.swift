import Foundation

/// The Runtime API's side of the connection, in a thread of the same process: it answers each request with the next
/// of the responses it was given, byte for byte, and at last with a refusal that ends the loop.
///
/// After a response that tells its own end the connection is kept; after any other it is closed, so that whoever waits
/// for more is not left waiting.
final class RuntimeServer: Sendable {
    struct Exchange: Sendable {
        let requestLine: String
        let fields: [String]
        let response: [UInt8]
    }

    /// Nobody waits so long, in seconds; then the input is a finding.
    private static let patience = 5
    private static let refusal = Array("HTTP/1.1 500 Over\r\nContent-Length: 0\r\n\r\n".utf8)

    /// Guards what follows.
    private let state = NSCondition()
    private nonisolated(unsafe) var responses: ArraySlice<[UInt8]> = []
    private nonisolated(unsafe) var exchanges: [Exchange] = []
    private nonisolated(unsafe) var isServing = false
    private let listener: Int32
    let port: UInt16

    init() {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(listener, address, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        require(isListening, "127.0.0.1 can be listened at")
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in
            while true { serve(accept(listener, nil, nil)) }
        }
    }

    /// The responses to come.
    func begin(with responses: [[UInt8]]) {
        state.withLock {
            unsafe self.responses = responses[...]
            unsafe exchanges = []
        }
    }

    /// What was asked since, and what it was answered with. To be called when the other side has closed: it waits until
    /// this one has too, so that nothing goes on beside the next input.
    func end() -> [Exchange] {
        state.withLock {
            while unsafe isServing { state.wait() }
            return unsafe exchanges
        }
    }

    private func setServing(_ isServing: Bool) {
        state.withLock {
            unsafe self.isServing = isServing
            state.signal()
        }
    }

    private func nextResponse(to request: [String]) -> [UInt8] {
        state.withLock {
            let response = unsafe responses.popFirst() ?? Self.refusal
            unsafe exchanges.append(
                Exchange(requestLine: request[0], fields: Array(request.dropFirst()), response: response))
            return response
        }
    }

    private func serve(_ connection: Int32) {
        // libFuzzer's clock interrupts whichever thread it meets; and the other side may have gone already.
        guard connection >= 0 else {
            return require([EINTR, ECONNABORTED].contains(errno), "a connection can be taken")
        }
        setServing(true)
        defer {
            close(connection)
            setServing(false)
        }
        var time = timeval(tv_sec: Self.patience, tv_usec: 0)
        _ = unsafe setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var received: [UInt8] = []
        while let request = nextRequest(on: connection, &received) {
            let response = nextResponse(to: request)
            guard write(response, on: connection) else { return }
            guard DelimitedResponse(response) != nil else {
                shutdown(connection, Int32(SHUT_WR))
                while read(from: connection, &received) {}
                return
            }
        }
    }

    /// The lines of the head of one request, its body read as well; `nil` where the connection has ended.
    private func nextRequest(on connection: Int32, _ received: inout [UInt8]) -> [String]? {
        while true {
            if let (head, end) = headLines(of: received) {
                let lines = head.map { String(decoding: $0, as: UTF8.self) }
                let length = lines.compactMap { line in
                    line.hasPrefix("Content-Length: ") ? Int(line.dropFirst("Content-Length: ".count)) : nil
                }
                let total = end + (length.first ?? 0)
                if received.count >= total {
                    received.removeFirst(total)
                    return lines
                }
            }
            guard read(from: connection, &received) else { return nil }
        }
    }

    private func read(from connection: Int32, _ received: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        var count: Int
        repeat { count = unsafe recv(connection, &buffer, buffer.count, 0) } while count < 0 && errno == EINTR
        require(count >= 0 || errno == ECONNRESET, "the other side neither asks nor leaves: it waits for ever")
        received += buffer.prefix(max(count, 0))
        return count > 0
    }

    private func write(_ response: [UInt8], on connection: Int32) -> Bool {
        var rest = response[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe send(connection, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

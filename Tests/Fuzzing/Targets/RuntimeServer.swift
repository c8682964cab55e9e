import Foundation
import Synchronization

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

    private struct State {
        var responses: ArraySlice<[UInt8]> = []
        var exchanges: [Exchange] = []
    }

    private let state = Mutex(State())
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
        state.withLock { $0 = State(responses: responses[...]) }
    }

    /// What was asked since, and what it was answered with.
    func end() -> [Exchange] { state.withLock { $0.exchanges } }

    private func serve(_ connection: Int32) {
        require(connection >= 0, "a connection can be taken")
        defer { close(connection) }
        var time = timeval(tv_sec: Self.patience, tv_usec: 0)
        _ = unsafe setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var received: [UInt8] = []
        while let request = nextRequest(on: connection, &received) {
            let response = state.withLock { state in
                let response = state.responses.popFirst() ?? Self.refusal
                state.exchanges.append(
                    Exchange(requestLine: request[0], fields: Array(request.dropFirst()), response: response))
                return response
            }
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
            let text = String(decoding: received, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
                let length = lines.compactMap { line in
                    line.hasPrefix("Content-Length: ") ? Int(line.dropFirst("Content-Length: ".count)) : nil
                }
                let total = text[..<end.upperBound].utf8.count + (length.first ?? 0)
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
        let count = unsafe recv(connection, &buffer, buffer.count, 0)
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
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// A response that every reader of HTTP/1.1 takes for the same, and whose end it tells by itself (RFC 9112 §6.3): one
/// `Content-Length`, no coding, nothing but printable ASCII in its head, and a final status that has a body.
struct DelimitedResponse {
    let status: Int
    let fields: [(name: String, value: String)]
    let body: [UInt8]

    init?(_ bytes: [UInt8]) {
        guard let end = Self.endOfHead(bytes) else { return nil }
        let head = bytes[..<end]
        guard head.allSatisfy({ 0x20...0x7E ~= $0 || $0 == 0x0D || $0 == 0x0A }) else { return nil }
        let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
        guard lines.allSatisfy({ !$0.utf8.contains(0x0D) && !$0.utf8.contains(0x0A) }),
            let match = lines[0].wholeMatch(of: /HTTP\/1\.1 ([2-5][0-9][0-9])( .*)?/), let status = Int(match.1),
            status != 204, status != 304
        else { return nil }
        self.status = status
        var fields: [(name: String, value: String)] = []
        for line in lines.dropFirst() {
            guard let match = line.wholeMatch(of: /([A-Za-z0-9-]+):(.*)/) else { return nil }
            fields.append((match.1.lowercased(), match.2.trimmingCharacters(in: .whitespaces)))
        }
        body = Array(bytes[(end + 4)...])
        self.fields = fields
        guard values(of: "transfer-encoding").isEmpty, values(of: "content-length") == ["\(body.count)"] else {
            return nil
        }
    }

    func values(of name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        return (0...(bytes.count - 4)).first { bytes[$0..<($0 + 4)].elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]) }
    }
}

import CLibcurl

/// What one transfer received, filled by libcurl's callbacks. The buffers are kept from one transfer to the next.
struct Exchange {
    /// The most bytes of status lines, headers and trailers, in all. libcurl 7.88 takes lines of up to 102,400.
    static let headLimitInBytes = 262_144
    /// A buffer that one large body made longer than this is given back before the next transfer.
    static let keptCapacityInBytes = 262_144

    enum Fault { case headTooLarge, bodyTooLarge, malformedHead, repeated }

    var bodyLimitInBytes = 0
    /// A socket to make the first connection with; -1 where there is none, or once it was taken.
    var socket: Int32 = -1

    private(set) var headers = HTTPHeaders()
    private(set) var body: [UInt8] = []
    private(set) var fault: Fault?
    /// How many times a request was about to be sent over a connection that stands.
    private(set) var requestsBegun = 0
    /// Otherwise head and body are counted and dropped, and the buffers are left alone: an event that somebody still
    /// holds need not be copied because its answer is posted.
    private var isKept = true
    private(set) var headIsComplete = false
    private var receivedHeadBytes = 0
    private var receivedBodyBytes = 0

    var hasHeaders: Bool { isKept && headIsComplete }

    mutating func begin(keepingResponse isKept: Bool) {
        self.isKept = isKept
        fault = nil
        requestsBegun = 0
        headIsComplete = false
        receivedHeadBytes = 0
        receivedBodyBytes = 0
        guard isKept else { return }
        headers.removeAll()
        if body.capacity > Self.keptCapacityInBytes { body = [] } else { body.removeAll(keepingCapacity: true) }
    }

    /// - Returns: Whether the request may be sent. libcurl sends a request again, a POST included, when a reused
    ///   connection ends before any byte of the response; whoever asked decides that here.
    mutating func mayBeginRequest() -> Bool {
        guard requestsBegun == 0 else {
            fault = .repeated
            return false
        }
        requestsBegun += 1
        return true
    }

    /// - Returns: The socket, the first time that one of its family is asked for; else `nil`.
    mutating func takeSocket(family: Int32) -> Int32? {
        guard socket >= 0, family == AF_INET else { return nil }
        defer { socket = -1 }
        return socket
    }

    /// Takes one line of a head, its end included. Heads of interim responses (RFC 9110 §15.2) give way to the one
    /// after them; trailers (RFC 9110 §6.5) are not headers and are dropped.
    mutating func appendHead(line: Span<UInt8>) -> Bool {
        guard line.count <= Self.headLimitInBytes - receivedHeadBytes else {
            fault = .headTooLarge
            return false
        }
        receivedHeadBytes += line.count
        if Self.isStatusLine(line) {
            if isKept { headers.removeAll() }
            headIsComplete = false
        } else if Self.isEmptyLine(line) {
            headIsComplete = true
        } else if isKept, !headIsComplete, !headers.append(line: line) {
            fault = .malformedHead
            return false
        }
        return true
    }

    mutating func appendBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= bodyLimitInBytes - receivedBodyBytes else {
            fault = .bodyTooLarge
            return false
        }
        receivedBodyBytes += bytes.count
        if isKept { unsafe body.append(contentsOf: bytes) }
        return true
    }

    private static func isEmptyLine(_ line: Span<UInt8>) -> Bool {
        line.count <= 2 && (line.isEmpty || line[0] == 0x0D || line[0] == 0x0A)
    }

    /// A header's name cannot hold a `/`, so no header begins like this.
    private static func isStatusLine(_ line: Span<UInt8>) -> Bool {
        line.count >= 5 && line[0] == UInt8(ascii: "H") && line[1] == UInt8(ascii: "T") && line[2] == UInt8(ascii: "T")
            && line[3] == UInt8(ascii: "P") && line[4] == UInt8(ascii: "/")
    }
}

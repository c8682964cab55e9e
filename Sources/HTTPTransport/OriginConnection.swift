import CLibcurl

/// Plain HTTP/1.1 to one origin that is trusted and near, over one connection that is kept.
///
/// There need be no time limit on a response: the Lambda Runtime API answers when there is something to do. One call
/// sends at most one request; whether to send it again is the caller's to decide.
///
/// A class, since Embedded Swift 6.3 cannot destroy another module's structure that has one owner; the handle
/// inside still has only this one.
package final class OriginConnection {
    /// The longest until the connection stands, in milliseconds.
    package static let connectTimeoutInMilliseconds = 1_000

    private let handle: CurlHandle
    /// The headers of a request that has no others.
    private let agent: FieldList
    /// The target of the request at hand, ended by a zero for C.
    private var target: [UInt8] = []

    /// - Parameters:
    ///   - origin: Asked without TLS, whatever its scheme; its path is not used.
    ///   - userAgent: The value of `User-Agent` of each GET.
    ///   - bodyLimitInBytes: The most body of a response to accept.
    ///   - responseLimitInMilliseconds: How long a whole exchange may take; `nil` for as long as it takes.
    ///   - socket: Of IPv4, to make the first connection with, so that whoever has it too can see what became of it;
    ///     closed with the connection.
    /// - Throws: ``TransportError`` where libcurl gives no handle or refuses an option.
    package init(
        origin: HTTPURL, userAgent: String, bodyLimitInBytes: Int, responseLimitInMilliseconds: Int? = nil,
        socket: Int32? = nil
    ) throws(TransportError) {
        // As a header of ours it is written once a request; as libcurl's own option, twice.
        agent = try FieldList([HTTPField(name: "User-Agent", value: userAgent)].compactMap { $0 })
        let handle = try CurlHandle(protocol: .http)
        try handle.set(CURLOPT_URL, "http://\(origin.authority)/")
        handle.limitBody(toBytes: bodyLimitInBytes)
        try handle.set(CURLOPT_CONNECTTIMEOUT_MS, Self.connectTimeoutInMilliseconds)
        if let limit = responseLimitInMilliseconds { try handle.set(CURLOPT_TIMEOUT_MS, max(1, limit)) }
        if let socket { try handle.connect(with: socket) }
        self.handle = handle
    }

    /// Performs one GET.
    ///
    /// - Parameter target: Path and query: `/`, and visible ASCII behind it.
    /// - Returns: The response, whatever its status.
    /// - Throws: ``TransportError`` when there is no whole response; see ``latestHeaders``.
    package func get(_ target: [UInt8]) throws(TransportError) -> HTTPResponse {
        handle.forgetResponse()
        try handle.set(CURLOPT_HTTPGET, 1)
        try handle.setFields(agent)
        try setTarget(target)
        let status = try handle.perform(keepingResponse: true)
        return HTTPResponse(status: status, headers: handle.headers, body: handle.body)
    }

    /// Performs one POST. Of the response only the status is kept.
    ///
    /// - Parameters:
    ///   - target: Path and query: `/`, and visible ASCII behind it.
    ///   - fields: The headers, `Content-Type` and `User-Agent` among them.
    ///   - body: Sent together with the head.
    /// - Returns: The status.
    /// - Throws: ``TransportError`` when there is no whole response.
    package func post(
        _ target: [UInt8], fields: FieldList, body: [UInt8]
    ) throws(TransportError) -> Int {
        try handle.set(CURLOPT_POST, 1)
        try handle.setFields(fields)
        try setTarget(target)
        return try handle.perform(posting: body, keepingResponse: false)
    }

    /// The headers of the response to the latest GET, also of one whose body was cut off or too long; `nil` if they
    /// did not all come, and after a POST.
    package var latestHeaders: HTTPHeaders? { handle.hasHeaders ? handle.headers : nil }

    /// The target is set beside the URL, which libcurl takes apart, puts together and takes apart for each request: the
    /// origin alone, which is short, costs a sixth of the instructions.
    private func setTarget(_ target: [UInt8]) throws(TransportError) {
        guard target.first == UInt8(ascii: "/"), target.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw TransportError(.invalidTarget, mayHaveBeenSent: false)
        }
        self.target.removeAll(keepingCapacity: true)
        self.target += target
        self.target.append(0)
        try handle.set(CURLOPT_REQUEST_TARGET, terminated: self.target)
    }
}

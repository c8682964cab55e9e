package import HTTPTransport
import StrictJSON

/// The Lambda Runtime API, version 2018-06-01, over one connection that is kept.
package struct RuntimeAPI: ~Copyable {
    /// The most bytes of an event: 6 MiB, and the 100 bytes that the Runtime API allows a payload beyond it.
    package static let eventLimitInBytes = 6_291_556

    private static let nextTarget = Array("/2018-06-01/runtime/invocation/next".utf8)
    private static let invocationTarget = Array("/2018-06-01/runtime/invocation/".utf8)
    private static let initErrorTarget = Array("/2018-06-01/runtime/init/error".utf8)
    private static let responseSuffix = Array("/response".utf8)
    private static let errorSuffix = Array("/error".utf8)
    private static let contentType = HTTPField(name: "Content-Type", value: "application/json")

    private let connection: OriginConnection
    private let userAgent: HTTPField?
    private let responseFields: FieldList

    /// Makes no connection yet.
    ///
    /// - Parameters:
    ///   - address: `host:port`, from the variable `AWS_LAMBDA_RUNTIME_API`.
    ///   - userAgent: Name and version of this runtime.
    ///   - responseLimitInMilliseconds: How long a whole exchange may take; `nil`, for whoever asks for events, for as
    ///     long as it takes.
    ///   - socket: Of IPv4, to make the first connection with.
    /// - Throws: ``RuntimeAPIError`` where the address is none, or there is no memory.
    package init(
        address: String, userAgent: String, responseLimitInMilliseconds: Int? = nil, socket: Int32? = nil
    ) throws(RuntimeAPIError) {
        guard let origin = try? HTTPURL(parsing: "http://\(address)"), origin.isOrigin else { throw .invalidAddress }
        do throws(TransportError) {
            let agent = HTTPField(name: "User-Agent", value: userAgent)
            let fields = try FieldList([agent, Self.contentType].compactMap { $0 })
            connection = try OriginConnection(
                origin: origin, userAgent: userAgent, bodyLimitInBytes: Self.eventLimitInBytes,
                responseLimitInMilliseconds: responseLimitInMilliseconds, socket: socket)
            self.userAgent = agent
            responseFields = fields
        } catch {
            throw .transport(error)
        }
    }

    /// Asks for the next event, and waits for it however long it takes.
    ///
    /// - Throws: ``TransportError`` when not even the head of a response came.
    package mutating func next() throws(TransportError) -> Delivery {
        do throws(TransportError) {
            let response = try connection.get(Self.nextTarget)
            guard (200..<300).contains(response.status) else { return .refused(status: response.status) }
            guard let id = Self.requestID(in: response.headers) else { return .unnamed }
            return .invocation(Invocation(requestID: id, event: response.body, headers: response.headers))
        } catch {
            guard let id = connection.latestHeaders.flatMap(Self.requestID) else { throw error }
            return .unreadable(id, error)
        }
    }

    /// Posts the response to an invocation.
    ///
    /// - Returns: The status; 202 where it was taken.
    package mutating func respond(to id: RequestID, with response: [UInt8]) throws(TransportError) -> Int {
        try connection.post(
            Self.target(of: id, Self.responseSuffix), fields: responseFields, body: response)
    }

    /// Posts that an invocation failed.
    ///
    /// - Returns: The status; 202 where it was taken.
    package mutating func report(_ error: InvocationError, for id: RequestID) throws(TransportError) -> Int {
        try post(error, to: Self.target(of: id, Self.errorSuffix))
    }

    /// Posts that the start failed; the process is then to end. Only before the first event was asked for.
    ///
    /// - Returns: The status; 202 where it was taken.
    package mutating func reportFailedStart(_ error: InvocationError) throws(TransportError) -> Int {
        try post(error, to: Self.initErrorTarget)
    }

    private static func target(of id: RequestID, _ suffix: [UInt8]) -> [UInt8] {
        var target: [UInt8] = []
        target.reserveCapacity(invocationTarget.count + id.utf8.count + suffix.count)
        target += invocationTarget
        target += id.utf8
        target += suffix
        return target
    }

    private mutating func post(_ error: InvocationError, to target: [UInt8]) throws(TransportError) -> Int {
        let type = HTTPField(name: "Lambda-Runtime-Function-Error-Type", value: error.headerValue)
        let fields = try FieldList([userAgent, Self.contentType, type].compactMap { $0 })
        return try connection.post(target, fields: fields, body: error.body)
    }

    /// The invocation that a response to the request for an event names.
    ///
    /// - Parameter response: What came over the connection, from the first byte of the response on.
    /// - Returns: `nil` where it is not the whole head of a response with a status of 2xx.
    package static func requestID(inResponse response: [UInt8]) -> RequestID? {
        HTTPHeaders(headOf: response).flatMap(requestID)
    }

    private static func requestID(in headers: HTTPHeaders) -> RequestID? {
        headers.value(of: "Lambda-Runtime-Aws-Request-Id").flatMap { RequestID(utf8: $0) }
    }
}

/// What came when the next event was asked for.
package enum Delivery: Sendable {
    case invocation(Invocation)
    /// The head came and names an invocation; the event was cut off or passes the limit.
    case unreadable(RequestID, TransportError)
    /// The response names no invocation, two, or one by a name that no address can hold.
    case unnamed
    /// Any status but 2xx.
    case refused(status: Int)
}

/// Why there is no Runtime API to talk to.
package enum RuntimeAPIError: Error, Equatable, Sendable {
    /// The address is not `host:port`.
    case invalidAddress
    case transport(TransportError)
}

extension RuntimeAPIError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidAddress: "AWS_LAMBDA_RUNTIME_API is not host:port"
        case .transport(let error): error.description
        }
    }
}

import FlyingFox
import Foundation

/// What the program under the Runtime API does, in the order in which it is noticed.
enum RuntimeAct: Sendable {
    /// It asks for the next event, and waits.
    case polled
    case responded([UInt8])
    case failed([UInt8])
    case initFailed([UInt8])
    case output([UInt8], Stream)
    case outputEnded(Stream)
    case ended(ProgramEnd)
    /// Set by whoever waits, to wait no longer.
    case deadlinePassed(Int)
    case interrupted

    enum Stream: Sendable { case output, error }
}

/// One event under way.
struct RuntimeInvocation: Sendable {
    let requestID: String
    let event: [UInt8]
    let deadline: Date
}

/// The Lambda Runtime API as far as a program that handles one event at a time uses it (AWS Lambda developer guide,
/// "Using the Lambda runtime API"). What is done through it goes to `acts`.
actor RuntimeAPI {
    /// 6 MiB and 100 bytes, as Lambda's own.
    private static let responseLimitInBytes = 6 << 20 + 100
    private static let functionARN = "arn:aws:lambda:eu-west-1:123456789012:function:turnstile"
    private static let prefix = "/2018-06-01/runtime"

    private let acts: AsyncStream<RuntimeAct>.Continuation
    private var current: RuntimeInvocation?
    private var poll: CheckedContinuation<RuntimeInvocation?, Never>?
    private var hasPolled = false
    private var isClosed = false

    init(acts: AsyncStream<RuntimeAct>.Continuation) { self.acts = acts }

    /// Hands an event over. The program must have polled.
    func hand(_ invocation: RuntimeInvocation) {
        current = invocation
        poll?.resume(returning: invocation)
        poll = nil
    }

    /// Lets a waiting poll go without an event.
    func close() {
        isClosed = true
        poll?.resume(returning: nil)
        poll = nil
    }

    // MARK: What the program asks

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let path = request.path
        switch (request.method, path) {
        case (.GET, "\(Self.prefix)/invocation/next"): return await next()
        case (.POST, "\(Self.prefix)/init/error"): return await initError(request)
        case (.POST, _) where path.hasPrefix("\(Self.prefix)/invocation/"):
            let parts = path.dropFirst("\(Self.prefix)/invocation/".count).split(separator: "/")
            guard parts.count == 2, ["response", "error"].contains(parts[1]) else { return Self.error(.notFound) }
            return await result(request, of: String(parts[0]), isError: parts[1] == "error")
        default: return Self.error(.notFound)
        }
    }

    private func next() async -> HTTPResponse {
        guard poll == nil, !isClosed else { return Self.error(.forbidden, type: "InvalidStateTransition") }
        hasPolled = true
        acts.yield(.polled)
        let invocation = await withCheckedContinuation { poll = $0 }
        guard let invocation else { return Self.error(.internalServerError) }
        let deadline = Int64(invocation.deadline.timeIntervalSince1970 * 1_000)
        return HTTPResponse(
            statusCode: .ok,
            headers: [
                .contentType: "application/json",
                HTTPHeader("Lambda-Runtime-Aws-Request-Id"): invocation.requestID,
                HTTPHeader("Lambda-Runtime-Deadline-Ms"): "\(deadline)",
                HTTPHeader("Lambda-Runtime-Invoked-Function-Arn"): Self.functionARN,
                HTTPHeader("Lambda-Runtime-Trace-Id"): Self.traceID(invocation),
            ],
            body: Data(invocation.event))
    }

    private func result(_ request: HTTPRequest, of requestID: String, isError: Bool) async -> HTTPResponse {
        guard let current, current.requestID == requestID else {
            return Self.error(.badRequest, type: "InvalidRequestID")
        }
        guard let body = try? await Self.body(of: request) else {
            return Self.error(.payloadTooLarge, type: "RequestEntityTooLarge")
        }
        self.current = nil
        acts.yield(isError ? .failed(body) : .responded(body))
        return Self.accepted
    }

    private func initError(_ request: HTTPRequest) async -> HTTPResponse {
        guard !hasPolled else { return Self.error(.forbidden, type: "InvalidStateTransition") }
        guard let body = try? await Self.body(of: request) else {
            return Self.error(.payloadTooLarge, type: "RequestEntityTooLarge")
        }
        acts.yield(.initFailed(body))
        return Self.accepted
    }

    // MARK: Parts of HTTP

    private struct BodyTooLong: Error {}

    private static func body(of request: HTTPRequest) async throws -> [UInt8] {
        var body: [UInt8] = []
        for try await part in request.bodySequence {
            guard body.count + part.count <= responseLimitInBytes else { throw BodyTooLong() }
            body += part
        }
        return body
    }

    private static let accepted = HTTPResponse(
        statusCode: .accepted, headers: [.contentType: "application/json"], body: Data(#"{"status":"OK"}"#.utf8))

    private static func error(_ status: HTTPStatusCode, type: String = "InternalServerError") -> HTTPResponse {
        HTTPResponse(
            statusCode: status, headers: [.contentType: "application/json"],
            body: Data(#"{"errorMessage":"\#(status.phrase)","errorType":"\#(type)"}"#.utf8))
    }

    /// `Root=1-<seconds>-<96 bits>;Parent=<64 bits>;Sampled=0` (AWS X-Ray developer guide, "Tracing header").
    private static func traceID(_ invocation: RuntimeInvocation) -> String {
        let digits = invocation.requestID.filter { $0 != "-" }
        return "Root=1-\(digits.prefix(8))-\(digits.suffix(24));Parent=\(digits.prefix(16));Sampled=0"
    }
}

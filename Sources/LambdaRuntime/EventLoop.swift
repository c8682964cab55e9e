import HTTPTransport

/// Asks for events and posts their answers, one after another, until the Runtime API or the transport says that it
/// is over. Nothing is waited for, spawned or repeated anywhere else.
package struct EventLoop: ~Copyable {
    /// How many failures in a row to get an event end the loop.
    package static let attemptLimit = 3
    /// How long to pause after the first failure in a row, and after any later one.
    static let pausesInMilliseconds = (first: 50, later: 250)

    private var api: RuntimeAPI
    private var failuresInARow = 0
    private let log: (RuntimeIncident) -> Void
    private let pause: (_ milliseconds: Int) -> Void

    /// - Parameters:
    ///   - api: Owned by the loop from now on.
    ///   - log: Told of everything that went wrong and did not end the loop.
    ///   - pause: Comes back after about so many milliseconds.
    package init(
        api: consuming RuntimeAPI, log: @escaping (RuntimeIncident) -> Void,
        pause: @escaping (_ milliseconds: Int) -> Void
    ) {
        self.api = api
        self.log = log
        self.pause = pause
    }

    /// - Returns: Why the process should end now.
    package mutating func run<Handler: InvocationHandler & ~Copyable>(_ handler: inout Handler) -> LoopEnd {
        while true {
            if let end = step(&handler) { return end }
        }
    }

    private mutating func step<Handler: InvocationHandler & ~Copyable>(_ handler: inout Handler) -> LoopEnd? {
        switch nextDelivery(&handler) {
        case .success(.invocation(let invocation)):
            failuresInARow = 0
            let answer = handler.handle(invocation)
            if let end = post(answer, for: invocation.requestID) { return end }
            handler.didAnswer()
            return nil
        case .success(.unreadable(let id, let error)):
            failuresInARow = 0
            log(.eventUnreadable(id, error))
            return post(.error(.unreadableEvent(error)), for: id)
        case .success(.unnamed):
            failuresInARow += 1
            log(.requestIDUnusable(attempt: failuresInARow))
            return pauseOrEnd(.unanswerable(attempts: failuresInARow))
        case .success(.refused(let status)):
            return .nextRefused(status: status)
        case .failure(let error):
            failuresInARow += 1
            log(.nextFailed(error, attempt: failuresInARow))
            return pauseOrEnd(.unreachable(error, attempts: failuresInARow))
        }
    }

    private mutating func nextDelivery<Handler: InvocationHandler & ~Copyable>(
        _ handler: inout Handler
    ) -> Result<Delivery, TransportError> {
        handler.willWait()
        defer { handler.didWake() }
        do throws(TransportError) {
            return .success(try api.next())
        } catch {
            return .failure(error)
        }
    }

    private func pauseOrEnd(_ end: LoopEnd) -> LoopEnd? {
        guard failuresInARow < Self.attemptLimit else { return end }
        pause(Self.pauseInMilliseconds(afterAttempt: failuresInARow))
        return nil
    }

    /// Posts an answer; again only where the Runtime API cannot have got it.
    private mutating func post(_ answer: InvocationAnswer, for id: RequestID) -> LoopEnd? {
        var attempt = 1
        while true {
            do throws(TransportError) {
                let status =
                    switch answer {
                    case .response(let response): try api.respond(to: id, with: response)
                    case .error(let error): try api.report(error, for: id)
                    }
                return settle(status: status, for: id)
            } catch {
                guard !error.mayHaveBeenSent, attempt < Self.attemptLimit else {
                    log(.answerFailed(id, error))
                    return nil
                }
                pause(Self.pauseInMilliseconds(afterAttempt: attempt))
                attempt += 1
            }
        }
    }

    /// 400, 410, 413: this answer is lost, the next may not be. After 413 the Runtime API has itself answered with
    /// an error, so that none is to be posted.
    private func settle(status: Int, for id: RequestID) -> LoopEnd? {
        switch status {
        case 200..<300:
            return nil
        case 400..<500 where status != 403:
            log(.answerRefused(id, status: status))
            return nil
        default:
            return .answerRefused(status: status)
        }
    }

    private static func pauseInMilliseconds(afterAttempt attempt: Int) -> Int {
        attempt == 1 ? pausesInMilliseconds.first : pausesInMilliseconds.later
    }
}

extension InvocationError {
    fileprivate static func unreadableEvent(_ error: TransportError) -> InvocationError {
        switch error.kind {
        case .bodyTooLarge(let limit):
            InvocationError(type: "Runtime.EventTooLarge", message: "event longer than \(limit) bytes")
        default:
            InvocationError(type: "Runtime.EventUnreadable", message: "event could not be read: \(error.description)")
        }
    }
}

package import HTTPTransport

/// What went wrong between the Runtime API and this process without ending the loop; for the log.
package enum RuntimeIncident: Equatable, Sendable {
    /// Asking for the next event failed. `attempt` counts from 1 and starts anew with every event that came.
    case nextFailed(TransportError, attempt: Int)
    /// An event came without a name that its answer could be posted under, and was dropped.
    case requestIDUnusable(attempt: Int)
    /// An event was announced and did not come whole; an error was posted for it.
    case eventUnreadable(RequestID, TransportError)
    /// The answer was not taken. The invocation is lost, or was answered by Lambda itself.
    case answerRefused(RequestID, status: Int)
    /// The answer may not have arrived. It is not sent again where it may have.
    case answerFailed(RequestID, TransportError)
}

extension RuntimeIncident {
    /// Stable: for logs, metrics and alarms.
    package var code: String {
        switch self {
        case .nextFailed: "next_failed"
        case .requestIDUnusable: "request_id_unusable"
        case .eventUnreadable: "event_unreadable"
        case .answerRefused: "answer_refused"
        case .answerFailed: "answer_failed"
        }
    }

    package var requestID: RequestID? {
        switch self {
        case .nextFailed, .requestIDUnusable: nil
        case .eventUnreadable(let id, _), .answerRefused(let id, _), .answerFailed(let id, _): id
        }
    }
}

extension RuntimeIncident: CustomStringConvertible {
    package var description: String {
        switch self {
        case .nextFailed(let error, let attempt):
            "no event from the runtime api, attempt \(attempt): \(error.description)"
        case .requestIDUnusable(let attempt): "event without a usable request id, attempt \(attempt)"
        case .eventUnreadable(_, let error): "event could not be read: \(error.description)"
        case .answerRefused(_, let status): "runtime api refused the answer with status \(status)"
        case .answerFailed(_, let error): "answer could not be posted: \(error.description)"
        }
    }
}

/// Why the loop came to its end. The process is to end with it, and not with status 0: Lambda then starts another.
package enum LoopEnd: Equatable, Sendable {
    /// The Runtime API answered `next` with a status other than 2xx. 403: it expects something else of this process;
    /// 500: "Non-recoverable state. Runtime should exit promptly."
    case nextRefused(status: Int)
    /// The Runtime API answered a posted answer with 403, or with a status that is neither 2xx nor 4xx.
    case answerRefused(status: Int)
    /// Asking for the next event failed this many times in a row.
    case unreachable(TransportError, attempts: Int)
    /// This many events in a row had no usable request id, or could not be read.
    case unanswerable(attempts: Int)
}

extension LoopEnd {
    /// Stable: for logs, metrics and alarms.
    package var code: String {
        switch self {
        case .nextRefused: "next_refused"
        case .answerRefused: "answer_refused"
        case .unreachable: "runtime_api_unreachable"
        case .unanswerable: "events_unanswerable"
        }
    }
}

extension LoopEnd: CustomStringConvertible {
    package var description: String {
        switch self {
        case .nextRefused(let status): "runtime api refused the next event with status \(status)"
        case .answerRefused(let status): "runtime api refused an answer with status \(status)"
        case .unreachable(let error, let attempts):
            "runtime api failed \(attempts) times in a row: \(error.description)"
        case .unanswerable(let attempts): "\(attempts) events in a row could not be answered"
        }
    }
}

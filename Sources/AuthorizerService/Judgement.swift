package import APIGateway
package import Authorization
package import JOSE
package import StrictJSON

/// What became of one request, and what is known of whoever made it.
package struct Judgement: Sendable {
    package enum Verdict: Sendable {
        case allow(Grant)
        /// The caller is known and may not do this.
        case deny(Denial)
        /// The caller is not known.
        case reject(Rejection)
        /// It could not be judged. Never an Allow.
        case fault(Fault)

        /// Of a token that was not accepted.
        init(_ error: TokenError) {
            self = error == .cryptographyFailed ? .fault(.cryptographyFailed) : .reject(.token(error))
        }
    }

    package var verdict: Verdict
    /// Only of a token that was verified.
    package var caller: Caller?
    /// What the token calls its key; unproven where the verdict is a rejection.
    package var keyID: ExactString?
    package var keyAgeSeconds: Int64?

    init(_ verdict: Verdict) { self.verdict = verdict }
}

/// Why a caller stays unknown.
package enum Rejection: Error, Equatable, Sendable {
    case credentials(CredentialsFault)
    case token(TokenError)

    package var code: String {
        switch self {
        case .credentials(let fault): fault.code
        case .token(let error): error.code
        }
    }
}

extension Rejection: CustomStringConvertible {
    package var description: String {
        switch self {
        case .credentials(let fault): fault.description
        case .token(let error): error.description
        }
    }
}

/// Why a request could not be judged: none of these is the caller's doing, but for an event that nobody but AWS
/// should send.
package enum Fault: Error, Equatable, Sendable {
    case eventUnrecognised(EventError)
    case keysUnavailable
    /// Keys would have to be fetched, and Lambda ends the invocation before that could be done.
    case deadlineTooNear
    /// The machine's clock cannot be read, or is before 1970 or after 2262.
    case clockUnusable
    /// libcrypto could not judge the signature, for want of memory.
    case cryptographyFailed
    /// The answer would break a limit of API Gateway.
    case answerTooLarge(AuthorizerResponseError)
    /// The process that handled the event ended before it had answered; said by the one that found it so.
    case workerDied

    package var code: String {
        switch self {
        case .eventUnrecognised: "event_unrecognised"
        case .keysUnavailable: "keys_unavailable"
        case .deadlineTooNear: "deadline_too_near"
        case .clockUnusable: "clock_unusable"
        case .cryptographyFailed: "cryptography_failed"
        case .answerTooLarge: "answer_too_large"
        case .workerDied: "worker_died"
        }
    }

    /// The `errorType` that the Runtime API is told.
    package var errorType: String {
        switch self {
        case .eventUnrecognised: "Authorizer.EventUnrecognised"
        case .keysUnavailable: "Authorizer.KeysUnavailable"
        case .deadlineTooNear: "Authorizer.DeadlineTooNear"
        case .clockUnusable: "Authorizer.ClockUnusable"
        case .cryptographyFailed: "Authorizer.CryptographyFailed"
        case .answerTooLarge: "Authorizer.AnswerTooLarge"
        case .workerDied: "Authorizer.WorkerDied"
        }
    }
}

extension Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .eventUnrecognised(let error): error.description
        case .keysUnavailable: "the issuer's keys could not be had"
        case .deadlineTooNear: "the issuer's keys had to be fetched, and the deadline is too near"
        case .clockUnusable: "the clock cannot be read, or is set to a time before 1970 or after 2262"
        case .cryptographyFailed: "libcrypto could not judge the signature: it is out of memory"
        case .answerTooLarge(let error): error.description
        case .workerDied: "the worker that handled the event ended before it had answered"
        }
    }
}

extension Judgement {
    /// The reason's stable code; `nil` of an Allow.
    package var reason: String? {
        switch verdict {
        case .allow: nil
        case .deny(let denial): denial.code
        case .reject(let rejection): rejection.code
        case .fault(let fault): fault.code
        }
    }

    /// The reason for a person; `nil` of an Allow.
    package var explanation: String? {
        switch verdict {
        case .allow: nil
        case .deny(let denial): denial.description
        case .reject(let rejection): rejection.description
        case .fault(let fault): fault.description
        }
    }

    /// The decision in one word.
    package var decision: String {
        switch verdict {
        case .allow: "allow"
        case .deny: "deny"
        case .reject: "reject"
        case .fault: "fault"
        }
    }

    var usageKey: UsageKey? {
        guard case .allow(let grant) = verdict else { return nil }
        return grant.usageKey
    }

    func replacing(verdict: Verdict) -> Judgement {
        var copy = self
        copy.verdict = verdict
        return copy
    }

    /// The rule's route; `nil` where none was found.
    package var route: RouteKey? {
        switch verdict {
        case .allow(let grant): grant.route
        case .deny(let denial): denial.route
        case .reject, .fault: nil
        }
    }
}

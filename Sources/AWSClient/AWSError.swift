package import HTTPTransport
package import StrictJSON

/// Why a call to AWS came to nothing. Each is one line that ends with a way out, and holds no secret.
package enum AWSError: Error, Equatable, Sendable {
    // MARK: Before anything is asked

    case noRegion
    /// Not letters, digits and hyphens, or longer than any region's name.
    case invalidRegion
    case noCredentials(lookedIn: [String])
    /// A shared file, a variable, a program or an endpoint that should give credentials or settings does not.
    case credentials(CredentialsError)
    /// The address that a variable or a profile gives for a service.
    case endpoint(place: String, reason: String)
    /// The libcurl that is loaded is too old, or would sign this request otherwise than AWS does.
    case cannotSign(action: String, library: String)
    /// A segment of the path is empty or dots: a name from elsewhere that was not checked.
    case invalidRequest(action: String)

    // MARK: The network

    case unreachable(host: String, TransportError)
    /// A call that changes something was sent, and nobody knows whether it was carried out.
    case outcomeUnknown(action: String, OutcomeUnknown)

    // MARK: What the service says

    case throttled(action: String, attempts: Int)
    case unavailable(action: String, status: Int, attempts: Int)
    /// - Parameter secondsBehind: How far this machine's clock is behind AWS's; negative when it is ahead.
    case clockSkew(secondsBehind: Int64?)
    case expiredCredentials(place: String)
    /// - Parameter isUnknown: Whether it is the key id or the session token that AWS does not know, and not the
    ///   signature that is wrong.
    case invalidCredentials(place: String, region: String, isUnknown: Bool)
    /// - Parameter denied: The action, in IAM's words.
    case accessDenied(denied: String, who: String?)
    case notFound(action: String, message: String)
    case conflict(action: String, message: String)
    case limitExceeded(action: String, message: String)
    case refused(action: String, type: String, status: Int, message: String)
    case malformedResponse(action: String, reason: String)

    // MARK: Lists

    case repeatedPage(action: String)
    case tooManyPages(action: String, limit: Int)
}

/// How a call that changes something was lost.
package enum OutcomeUnknown: Equatable, Sendable {
    case transport(TransportError)
    /// The service failed with this status, 500 through 599.
    case status(Int)
}

extension AWSError {
    /// Stable: for `--json` and scripts.
    package var code: String {
        switch self {
        case .noRegion: "no_region"
        case .invalidRegion: "invalid_region"
        case .noCredentials: "no_credentials"
        case .credentials: "credentials_unreadable"
        case .endpoint: "invalid_endpoint"
        case .cannotSign: "cannot_sign"
        case .invalidRequest: "invalid_request"
        case .unreachable: "unreachable"
        case .outcomeUnknown: "outcome_unknown"
        case .throttled: "throttled"
        case .unavailable: "unavailable"
        case .clockSkew: "clock_skew"
        case .expiredCredentials: "expired_credentials"
        case .invalidCredentials: "invalid_credentials"
        case .accessDenied: "access_denied"
        case .notFound: "not_found"
        case .conflict: "conflict"
        case .limitExceeded: "limit_exceeded"
        case .refused: "refused"
        case .malformedResponse: "malformed_response"
        case .repeatedPage: "repeated_page"
        case .tooManyPages: "too_many_pages"
        }
    }
}

extension AWSError {
    /// The error without a message of AWS that repeats what it was sent, as those about its form do.
    package func withholding(_ secret: ExactString) -> AWSError {
        func told(_ message: String) -> String {
            message.repeats(secret.description) ? "(a message that repeats a key)" : message
        }
        return switch self {
        case .notFound(let action, let message): .notFound(action: action, message: told(message))
        case .conflict(let action, let message): .conflict(action: action, message: told(message))
        case .limitExceeded(let action, let message): .limitExceeded(action: action, message: told(message))
        case .refused(let action, let type, let status, let message):
            .refused(action: action, type: type, status: status, message: told(message))
        default: self
        }
    }
}

extension AWSError: CustomStringConvertible {
    package var description: String { "\(what); \(remedy)" }

    /// What happened: lower case, no full stop.
    package var what: String { whatBeforeAsking ?? whatOfTheNetwork ?? whatTheServiceSays }

    private var whatBeforeAsking: String? {
        switch self {
        case .noRegion: "no AWS region is set"
        case .invalidRegion: "the AWS region is not the name of one"
        case .noCredentials(let places): "no AWS credentials found (looked in: \(places.joined(separator: ", ")))"
        case .credentials(let error): "\(error.place): \(error.reason)"
        case .endpoint(let place, let reason): "\(place): \(reason)"
        case .cannotSign(let action, let library): "libcurl \(library) cannot sign \(action) as AWS does"
        case .invalidRequest(let action): "\(action) was given an id that is empty or dots"
        default: nil
        }
    }

    private var whatOfTheNetwork: String? {
        switch self {
        case .unreachable(let host, let error): "\(host): \(error)"
        case .outcomeUnknown(let action, .transport(let error)): "\(action) was sent, and then: \(error)"
        case .outcomeUnknown(let action, .status(let status)): "\(action) was answered with status \(status)"
        case .throttled(let action, let attempts): "AWS throttled \(action) \(attempts) times in a row"
        case .unavailable(let action, let status, let attempts):
            "AWS answered \(action) with status \(status) \(attempts) times in a row"
        default: nil
        }
    }

    private var whatTheServiceSays: String {
        switch self {
        case .clockSkew(let seconds): "AWS refused the time of the signature\(Self.difference(seconds))"
        case .expiredCredentials(let place): "the AWS credentials of \(place) have expired"
        case .invalidCredentials(let place, let region, true):
            "AWS does not know the access key or the session token of \(place) in \(region)"
        case .invalidCredentials(let place, _, _): "AWS finds the signature by the credentials of \(place) wrong"
        case .accessDenied(let denied, let who): "\(who ?? "the caller") may not do \(denied)"
        case .notFound(let action, let message): "\(action) found nothing\(Self.quoted(message))"
        case .conflict(let action, let message): "\(action) met a conflict\(Self.quoted(message))"
        case .limitExceeded(let action, let message): "\(action) met a limit of the account\(Self.quoted(message))"
        case .refused(let action, let type, let status, let message):
            "AWS refused \(action) with status \(status)\(type.isEmpty ? "" : " " + type)\(Self.quoted(message))"
        case .malformedResponse(let action, let reason): "the answer to \(action) \(reason)"
        case .repeatedPage(let action): "\(action) gave the same page token twice, so the list has no end"
        case .tooManyPages(let action, let limit): "\(action) gave more than \(limit) pages"
        default: code
        }
    }

    private static func quoted(_ message: String) -> String { message.isEmpty ? "" : ": \(message)" }

    private static func difference(_ secondsBehind: Int64?) -> String {
        guard let seconds = secondsBehind, seconds.magnitude >= 60 else { return "" }
        let length = seconds.magnitude < 7_200 ? "\(seconds.magnitude / 60) min" : "\(seconds.magnitude / 3_600) h"
        return ": this machine's clock is \(length) \(seconds > 0 ? "behind" : "ahead of") AWS's"
    }
}

extension AWSError {
    /// The way out.
    package var remedy: String { remedyBeforeAsking ?? remedyAfterwards }

    private var remedyBeforeAsking: String? {
        switch self {
        case .noRegion: "say --region, set AWS_REGION, or set region in the profile"
        case .invalidRegion: "say one such as eu-central-1"
        case .noCredentials: "run 'aws configure', say --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        case .credentials(let error): error.remedy
        case .endpoint: "make it https://HOST or http://127.0.0.1:PORT"
        case .cannotSign: "install libcurl 8.19 or newer"
        case .invalidRequest: "check where the id comes from"
        default: nil
        }
    }

    private var remedyAfterwards: String {
        switch self {
        case .unreachable(_, let error): Self.remedy(of: error)
        case .outcomeUnknown: "run it again: it looks first, and does only what is missing"
        case .throttled, .unavailable: "run it again later: what is done stays done"
        case .clockSkew: "set this machine's clock, as with 'timedatectl set-ntp true'"
        case .expiredCredentials: "renew them, as with 'aws sso login', and run it again"
        case .invalidCredentials(_, _, true): "check AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN and --profile"
        case .invalidCredentials: "check the secret access key and the region"
        case .accessDenied(let denied, _): "allow \(denied) in the caller's IAM policy"
        case .notFound: "check the id and the region"
        case .conflict: "run it again"
        case .limitExceeded: "ask AWS to raise the limit, or remove what is not needed"
        case .malformedResponse, .repeatedPage, .tooManyPages: "check that the endpoint is AWS's"
        default: "see AWS's documentation of it"
        }
    }

    private static func remedy(of error: TransportError) -> String {
        switch error.kind {
        case .couldNotResolve: "check the region, the network and the name server"
        case .tls(.peerNotVerified): "if a proxy of yours stands between, name its root in AWS_CA_BUNDLE"
        case .tls(.trustAnchorsUnreadable): "install ca-certificates, or name a file of roots in AWS_CA_BUNDLE"
        default: "check the network and the proxy"
        }
    }
}

package import HTTPTransport

/// Why a call to AWS came to nothing. Each is one line that ends with a way out, and holds no secret.
package enum AWSError: Error, Equatable, Sendable {
    // Before anything is asked.
    case noRegion
    case invalidRegion
    case noCredentials(lookedIn: [String])
    case credentials(CredentialsError)
    case endpoint(variable: String, reason: String)
    case cannotSign(library: String)
    case invalidRequest(action: String)

    // The network.
    case unreachable(host: String, TransportError)
    /// A call that changes something was sent, and nobody knows whether it was carried out: look before it is repeated.
    case outcomeUnknown(action: String, OutcomeUnknown)

    // What the service says.
    case throttled(action: String, attempts: Int)
    case unavailable(action: String, status: Int, attempts: Int)
    case clockSkew(secondsBehind: Int64?)
    case expiredCredentials(source: String)
    case invalidCredentials(source: String, region: String)
    case accessDenied(action: String, message: String)
    case notFound(action: String, message: String)
    case conflict(action: String, message: String)
    case limitExceeded(action: String, message: String)
    case refused(action: String, type: String, status: Int, message: String)
    case malformedResponse(action: String, reason: String)

    // Lists.
    case repeatedPage(action: String)
    case tooManyPages(action: String, limit: Int)
}

/// How a call that changes something was lost.
package enum OutcomeUnknown: Equatable, Sendable {
    case transport(TransportError)
    /// The service failed with this status, 500 through 599.
    case status(Int)
}

/// Why credentials that were said to be somewhere could not be had from there.
package struct CredentialsError: Error, Equatable, Sendable {
    /// Where: a variable, a file with its line, an address.
    package let place: String
    package let reason: String
    package let remedy: String
}

import HTTPTransport

/// Why there is no token. No case carries a token or a secret.
enum TokenFault: Error, Equatable, Sendable {
    /// The server refused (RFC 6749 §5.2). `error` is its code, `detail` its `error_description`, printable.
    case refused(error: String, detail: String?, status: Int)
    case status(Int, retryAfterSeconds: Int?)
    case transport(TransportError, Party)
    case answer(Answer)
    case discovery(Discovery)
    case discoveryStatus(Int)

    /// Who was asked.
    enum Party: Sendable { case tokenEndpoint, issuer }

    /// What is wrong with an answer of status 200.
    enum Answer: String, Sendable {
        case notJSON = "not_json"
        case noToken = "no_access_token"
        case unusableToken = "unusable_access_token"
        case otherType = "not_a_bearer_token"
    }

    enum Discovery: String, Sendable {
        case notADocument = "discovery_not_a_document"
        case otherIssuer = "discovery_other_issuer"
        case noAddress = "discovery_no_token_endpoint"
        case insecureAddress = "discovery_insecure_token_endpoint"
    }

    /// Stable, for scripts.
    var code: String {
        switch self {
        case .refused(let error, _, _): error
        case .status: "http_status"
        case .transport(let error, _): error.code
        case .answer(let answer): answer.rawValue
        case .discovery(let discovery): discovery.rawValue
        case .discoveryStatus: "discovery_status"
        }
    }
}

extension TokenFault: CustomStringConvertible {
    var description: String {
        switch self {
        case .refused(let error, let detail?, _): "the token endpoint refused: \(error) (\(detail))"
        case .refused(let error, nil, _): "the token endpoint refused: \(error)"
        case .status(let status, _): "the token endpoint answered with status \(status)"
        case .transport(let error, .tokenEndpoint): "no answer from the token endpoint: \(error)"
        case .transport(let error, .issuer): "no answer from the issuer: \(error)"
        case .answer(.notJSON): "the token endpoint's answer is not a JSON object"
        case .answer(.noToken): "the token endpoint's answer has no access_token"
        case .answer(.unusableToken): "the access_token has characters that no bearer token has"
        case .answer(.otherType): "the token is not of the type Bearer"
        case .discoveryStatus(let status): "the issuer's discovery document was answered with status \(status)"
        case .discovery(.notADocument): "the issuer's discovery document is not a JSON object"
        case .discovery(.otherIssuer): "the discovery document is another issuer's"
        case .discovery(.noAddress): "the discovery document has no token_endpoint"
        case .discovery(.insecureAddress): "the token_endpoint of the discovery document is not an https URL"
        }
    }
}

extension TokenFault {
    /// What the person can do about it.
    var remedy: String {
        switch self {
        case .refused(let error, _, _): Self.remedy(forError: error)
        case .status(let status, let seconds): Self.remedy(forStatus: status, retryAfterSeconds: seconds)
        case .transport(let error, let party): Self.remedy(for: error, party)
        case .answer(.notJSON), .answer(.noToken): "see that the address is that of a token endpoint"
        case .answer(.unusableToken), .answer(.otherType): "this server's tokens cannot be sent as Bearer"
        case .discovery(.noAddress): "a user pool has one only with a domain; or give --token-url"
        case .discovery(.otherIssuer): "give --issuer exactly as the tokens' iss has it"
        case .discoveryStatus(500..<600), .discoveryStatus(429): "try again later, or give --token-url"
        case .discoveryStatus, .discovery(.notADocument):
            "see that --issuer or --user-pool is right, or use --token-url"
        case .discovery(.insecureAddress): "give --token-url"
        }
    }

    /// RFC 6749 §5.2, in what it means here and to Cognito (its developer guide, *Token endpoint*).
    private static func remedy(forError error: String) -> String {
        switch error {
        case "invalid_client":
            "see that the client's id and secret belong together, and that the client is of this pool or server"
        case "invalid_scope":
            "see that each scope is written as the resource server has it, and is allowed for this client"
        case "unauthorized_client":
            "allow this client the client-credentials grant"
        case "invalid_grant":
            "allow this client the client-credentials grant, and see that it has a secret"
        case "unsupported_grant_type":
            "have the server allow the client-credentials grant"
        case "invalid_request":
            "see that the address is that of a token endpoint, and that the server asks for nothing more"
        default:
            "ask whoever runs the server"
        }
    }

    private static func remedy(forStatus status: Int, retryAfterSeconds: Int?) -> String {
        switch status {
        case 300..<400: "redirects are not followed: give the address it leads to"
        case 404, 405: "see that the address is that of a token endpoint"
        case 429: "wait\(retryAfterSeconds.map { " \($0) s" } ?? ""), and ask less often: tokens are cached for that"
        case 500..<600:
            "try again\(retryAfterSeconds.map { " in \($0) s" } ?? " later"); nothing was repeated by itself"
        default: "see that the address is that of a token endpoint, and the client's id and secret are right"
        }
    }

    private static func remedy(for error: TransportError, _ party: Party) -> String {
        switch error.kind {
        case .couldNotResolve where party == .tokenEndpoint:
            "see that the host is right, and HTTPS_PROXY where it is set"
        case .couldNotResolve, .couldNotConnect:
            "see that the address is right and can be reached from here, and HTTPS_PROXY is right where it is set"
        // Before any request a connection ends so only where a proxy refuses to pass it on.
        case .cutOff where !error.mayHaveBeenSent: "see that the proxy of HTTPS_PROXY lets this host through"
        case .tls(.trustAnchorsUnreadable): "give a file of trusted roots with --ca-file"
        case .tls: "give the server's root with --ca-file, if it has one of its own"
        case .timedOut where error.mayHaveBeenSent: "try again; the request may have been answered, and billed"
        default: "try again"
        }
    }
}

import AuthorizerService
import HTTPTransport
import StrictJSON

/// Asks for one token by the client-credentials grant (RFC 6749 §4.4).
struct TokenClient: Sendable {
    private let client: ServiceClient

    /// The longest that an answer is waited for, in milliseconds. Cognito answers within one second.
    static let timeoutInMilliseconds = 10_000
    /// The longest answer, in bytes. A token of 8,192 bytes is the longest that Turnstile verifies.
    static let answerLimitInBytes = 65_536

    init(trust: TrustAnchors) {
        // An operator's machine may reach the web by a proxy only. Through it TLS goes to the server all the same.
        client = ServiceClient(trust: trust, userAgent: "turnstile/\(Turnstile.version)", proxy: .environment)
    }

    /// Makes one request, or two where the address has to be discovered first. None is repeated: each token is billed.
    func token(
        from endpoint: TokenEndpoint, for credentials: ClientCredentials, scope: TokenScope, now: Int64
    ) throws(TokenFault) -> TokenAnswer {
        let url: SecureURL
        switch endpoint {
        case .url(let known): url = known
        case .discovered(let issuer): url = try discover(issuer)
        }
        let response = try send(Self.request(to: url, for: credentials, scope: scope), to: .tokenEndpoint)
        return try TokenAnswer(response, asked: scope, at: now, redacting: credentials.redacting)
    }

    /// RFC 6749 §4.4.2, with the client's credentials in the header (§2.3.1).
    static func request(to url: SecureURL, for credentials: ClientCredentials, scope: TokenScope) -> ServiceRequest {
        var form = "grant_type=client_credentials"
        if !scope.tokens.isEmpty { form += "&scope=\(FormEncoding.encode(scope.text))" }
        let fields = [
            HTTPField(name: "Authorization", value: credentials.basicAuthorization),
            HTTPField(name: "Content-Type", value: "application/x-www-form-urlencoded"),
            HTTPField(name: "Accept", value: "application/json"),
        ]
        return request(.post, to: url, fields: fields.compactMap(\.self), body: Array(form.utf8))
    }

    private static func request(
        _ method: ServiceRequest.Method, to url: SecureURL, fields: [HTTPField] = [], body: [UInt8]? = nil
    ) -> ServiceRequest {
        ServiceRequest(
            method, to: .unsigned(url), fields: fields, body: body, timeoutInMilliseconds: timeoutInMilliseconds,
            connectTimeoutInMilliseconds: timeoutInMilliseconds, bodyLimitInBytes: answerLimitInBytes)
    }

    private func send(_ request: ServiceRequest, to party: TokenFault.Party) throws(TokenFault) -> HTTPResponse {
        do throws(TransportError) {
            return try client.send(request)
        } catch {
            throw .transport(error, party)
        }
    }

    // MARK: Discovery

    private func discover(_ issuer: String) throws(TokenFault) -> SecureURL {
        guard let url = try? SecureURL(parsing: TokenEndpoint.discoveryAddress(of: issuer)) else {
            throw .discovery(.notADocument)
        }
        let response = try send(Self.request(.get, to: url), to: .issuer)
        guard response.status == 200 else { throw .discoveryStatus(response.status) }
        return try Self.address(inDocument: response.body, of: issuer)
    }

    /// The document must name the very issuer it was asked of (OpenID Connect Discovery §4.3). Its `token_endpoint` gets
    /// the secret, so it is of `https`; only an issuer on this machine, asked by `http` itself, may name one of `http`.
    static func address(inDocument bytes: [UInt8], of issuer: String) throws(TokenFault) -> SecureURL {
        guard let document = try? JSONDocument(parsing: bytes), document.root.kind == .object else {
            throw .discovery(.notADocument)
        }
        guard document.root["issuer"]?.isString(issuer) == true else { throw .discovery(.otherIssuer) }
        guard let text = document.root["token_endpoint"]?.string else { throw .discovery(.noAddress) }
        guard let url = try? SecureURL(parsing: text),
            url.url.scheme == .https || issuer.utf8.starts(with: "http://".utf8)
        else { throw .discovery(.insecureAddress) }
        return url
    }
}

import HTTPTransport
package import StrictJSON

/// Calls to AWS: signed, paced, repeated where that is safe, and told in one line where they fail.
///
/// For one thread. It holds the credentials until shortly before they end.
package final class AWSClient {
    static let timeoutInMilliseconds = 30_000
    static let connectTimeoutInMilliseconds = 10_000
    /// A page of 500 API keys has about 300 KB.
    static let bodyLimitInBytes = 16 << 20
    /// Values and names of one answer: 10,000 API keys, the most of an account, have 250,000, and some emulators of
    /// API Gateway know no pages.
    static let valueLimit = 1_000_000
    /// Credentials that end within this time are fetched anew: a call may wait for its turn.
    static let renewalInSeconds: Int64 = 300

    package let region: String
    let surroundings: AWSSurroundings
    let retries: RetryPolicy
    private let endpoints: AWSEndpoints
    private let chain: CredentialsChain
    private let transport: ServiceClient
    private var pacers: [AWSPacing.Quota: Pacer]
    private var found: CredentialsChain.Found?

    /// - Parameters:
    ///   - options: What the person said.
    ///   - surroundings: What nobody said: environment, files, clocks, chance.
    /// - Throws: ``AWSError`` where region or endpoints cannot be settled, or a shared file cannot be read.
    ///   Credentials are looked for when the first call is made.
    package init(_ options: AWSOptions = AWSOptions(), surroundings: AWSSurroundings) throws(AWSError) {
        let profile = try Self.profile(options, surroundings)
        region = try Self.region(options, profile, surroundings)
        endpoints = try AWSEndpoints(region: region, profile: profile, surroundings: surroundings)
        let trust = ["AWS_CA_BUNDLE", "SSL_CERT_FILE"].compactMap(surroundings.variable).first
        let transport = ServiceClient(
            trust: trust.map { TrustAnchors(file: $0) } ?? .system, userAgent: options.userAgent, proxy: .environment)
        self.transport = transport
        chain = CredentialsChain(
            profile: profile, isProfileSaid: options.profile != nil, surroundings: surroundings,
            send: { request throws(TransportError) in try transport.send(request) })
        let now = surroundings.uptimeInMilliseconds()
        pacers = options.pacing.rates.mapValues { Pacer($0, now: now) }
        retries = options.retries
        self.surroundings = surroundings
    }

    private static func profile(_ options: AWSOptions, _ surroundings: AWSSurroundings) throws(AWSError) -> Profile {
        do throws(CredentialsError) {
            return try Profile(named: options.profile, in: surroundings)
        } catch {
            throw .credentials(error)
        }
    }

    private static func region(
        _ options: AWSOptions, _ profile: Profile, _ surroundings: AWSSurroundings
    ) throws(AWSError) -> String {
        var region = options.region
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] where region == nil { region = surroundings.variable(name) }
        do throws(CredentialsError) {
            if region == nil { region = try profile.setting("region")?.value }
        } catch {
            throw .credentials(error)
        }
        guard let region else { throw .noRegion }
        guard AWSEndpoints.isRegion(region) else { throw .invalidRegion }
        return region
    }
}

extension AWSClient {
    /// Makes one call; repeats it while its ``RetryPolicy`` allows and nothing could be done twice.
    ///
    /// - Returns: What the service answered, when it carried the call out.
    /// - Throws: ``AWSError``; of kind `outcomeUnknown` only for a call that changes something.
    package func send(_ request: AWSRequest) throws(AWSError) -> AWSResponse {
        var schedule = RetrySchedule(retries)
        var isRenewed = false
        while true {
            let credentials = try currentCredentials()
            let prepared = try prepared(request, with: credentials)
            pace(request)
            switch try attempt(prepared, of: request, schedule.failures + 1) {
            case .answer(let response): return response
            case .refusal(.expiredCredentials) where credentials.isRenewable && !isRenewed:
                isRenewed = true
                found = nil
            case .refusal(let error): throw error
            case .passing(let error, let retryAfter):
                guard
                    let delay = schedule.delay(retryAfterInMilliseconds: retryAfter, random: surroundings.random())
                else { throw error }
                surroundings.sleepInMilliseconds(delay)
            }
        }
    }

    /// Asks for a list page by page.
    ///
    /// - Parameters:
    ///   - paging: How the list is continued.
    ///   - limitInPages: The most pages to take; more are an error.
    ///   - request: Makes the call for the page with this token; `nil` for the first.
    ///   - take: Is given each page's JSON object.
    /// - Throws: ``AWSError``.
    package func list(
        _ paging: AWSPaging, limitInPages: Int = AWSPaging.limitInPages, request: (String?) -> AWSRequest,
        take: (JSONValue) throws(AWSError) -> Void
    ) throws(AWSError) {
        var call = request(nil)
        var tokens = PageTokens(paging, limitInPages: limitInPages, action: call.action)
        while true {
            guard let page = try send(call).document?.root, page.kind == .object else {
                throw .malformedResponse(action: call.action, reason: "is no JSON object")
            }
            try take(page)
            guard let token = try tokens.next(after: page) else { return }
            call = request(token)
        }
    }

    /// Waits for the turn of a call.
    private func pace(_ request: AWSRequest) {
        var delay: Int64 = 0
        for quota in request.quotas {
            delay = max(delay, pacers[quota]?.delayInMilliseconds(now: surroundings.uptimeInMilliseconds()) ?? 0)
        }
        if delay > 0 { surroundings.sleepInMilliseconds(delay) }
    }
}

extension AWSClient {
    private func currentCredentials() throws(AWSError) -> CredentialsChain.Found {
        if let found, !ends(found, within: Self.renewalInSeconds) { return found }
        if let found, !found.isRenewable, !ends(found, within: 0) { return found }
        let fresh = try chain.find()
        guard !ends(fresh, within: 0) else { throw .expiredCredentials(place: fresh.place) }
        found = fresh
        return fresh
    }

    private func ends(_ found: CredentialsChain.Found, within seconds: Int64) -> Bool {
        guard let expiration = found.credentials.expiration else { return false }
        return expiration <= surroundings.now() + seconds
    }

    private func prepared(
        _ request: AWSRequest, with found: CredentialsChain.Found
    ) throws(AWSError) -> ServiceRequest {
        guard let target = CanonicalTarget(segments: request.path, parameters: request.query) else {
            throw .invalidRequest(action: request.action)
        }
        guard SigningLibrary.current.canSign(target) else {
            throw .cannotSign(action: request.action, library: SigningLibrary.versionText)
        }
        let credentials = found.credentials
        guard
            let signature = AWSSignature(
                accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey,
                sessionToken: credentials.sessionToken, region: region, service: request.service.signingName)
        else {
            throw .credentials(
                CredentialsError(found.place, "holds a key or token that cannot be one", "copy it again, whole"))
        }
        return ServiceRequest(
            request.method, to: .signed(try endpoints.origin(of: request.service), target, signature),
            fields: request.fields, body: request.body, timeoutInMilliseconds: Self.timeoutInMilliseconds,
            connectTimeoutInMilliseconds: Self.connectTimeoutInMilliseconds, bodyLimitInBytes: Self.bodyLimitInBytes)
    }

    /// What one attempt came to.
    private enum Attempt {
        case answer(AWSResponse)
        /// It may be better next time; the error is for when there is none.
        case passing(AWSError, retryAfterInMilliseconds: Int64?)
        case refusal(AWSError)
    }

    private func attempt(_ prepared: ServiceRequest, of request: AWSRequest, _ number: Int) throws(AWSError) -> Attempt
    {
        let response: HTTPResponse
        do throws(TransportError) {
            response = try transport.send(prepared)
        } catch {
            guard request.isRead || !error.mayHaveBeenSent else {
                return .refusal(.outcomeUnknown(action: request.action, .transport(error)))
            }
            let host = try endpoints.origin(of: request.service).url.authority
            let unreachable = AWSError.unreachable(host: host, error)
            return error.isPassing ? .passing(unreachable, retryAfterInMilliseconds: nil) : .refusal(unreachable)
        }
        guard (200...299).contains(response.status) else {
            return judge(ServiceFault(response), of: request, number)
        }
        return .answer(try answer(response, to: request))
    }

    private func answer(_ response: HTTPResponse, to request: AWSRequest) throws(AWSError) -> AWSResponse {
        let id = response.headers.text(of: "x-amzn-RequestId")
        guard !response.body.isEmpty else { return AWSResponse(status: response.status, document: nil, requestID: id) }
        var limits = JSONLimits()
        limits.values = Self.valueLimit
        guard let document = try? JSONDocument(parsing: response.body, limits: limits) else {
            throw .malformedResponse(action: request.action, reason: "is not JSON")
        }
        return AWSResponse(status: response.status, document: document, requestID: id)
    }

    private func judge(_ fault: ServiceFault, of request: AWSRequest, _ number: Int) -> Attempt {
        switch fault.kind {
        case .throttled:
            return .passing(
                .throttled(action: request.action, attempts: number),
                retryAfterInMilliseconds: fault.retryAfterInMilliseconds)
        case .unavailable where request.isRead:
            return .passing(
                .unavailable(action: request.action, status: fault.status, attempts: number),
                retryAfterInMilliseconds: fault.retryAfterInMilliseconds)
        case .unavailable: return .refusal(.outcomeUnknown(action: request.action, .status(fault.status)))
        default: return .refusal(refusal(fault, of: request))
        }
    }

    private func refusal(_ fault: ServiceFault, of request: AWSRequest) -> AWSError {
        let action = request.action
        let place = found?.place ?? "the environment"
        let message = found.map { $0.credentials.withholdingSecrets(fault.message) } ?? ""
        switch fault.kind {
        case .clockSkew: return .clockSkew(secondsBehind: fault.serverTime.map { $0 - surroundings.now() })
        case .expired: return .expiredCredentials(place: place)
        case .unknownKey: return .invalidCredentials(place: place, region: region, isUnknown: true)
        case .wrongSignature: return .invalidCredentials(place: place, region: region, isUnknown: false)
        case .denied:
            return .accessDenied(denied: fault.denial?.action ?? request.permission, who: fault.denial?.who)
        case .notFound where request.service == .apiGateway || !fault.type.isEmpty:
            return .notFound(action: action, message: message)
        case .conflict: return .conflict(action: action, message: message)
        case .limitExceeded: return .limitExceeded(action: action, message: message)
        // Cognito says by name what it does not have; a bare 404 is of something that stands before it.
        case .throttled, .unavailable, .other, .notFound:
            return .refused(action: action, type: fault.type, status: fault.status, message: message)
        }
    }
}

extension TransportError {
    /// Whether the same request may well have another end.
    fileprivate var isPassing: Bool {
        switch kind {
        case .couldNotResolve, .couldNotConnect, .timedOut, .cutOff: true
        default: false
        }
    }
}

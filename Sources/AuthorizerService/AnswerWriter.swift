import APIGateway
import Authorization
import LambdaRuntime
import StrictJSON

/// Says a judgement in the form that the event's shape wants.
struct AnswerWriter {
    private let configuration: Configuration
    private let claims: [String]
    private var memory = PolicyMemory()

    init(_ configuration: Configuration) {
        self.configuration = configuration
        claims = configuration.context.map { $0.description }
    }

    /// - Returns: The answer, and the judgement that it says: where no answer can be made, a fault.
    mutating func answer(
        _ judgement: Judgement, to request: AuthorizerRequest
    ) -> (InvocationAnswer, Judgement) {
        do throws(AuthorizerResponseError) {
            switch judgement.verdict {
            case .fault(let fault): return (Self.error(fault), judgement)
            case .reject(let rejection): return (try answer(rejection, to: request), judgement)
            case .allow, .deny:
                guard let caller = judgement.caller else { return (Self.error(.keysUnavailable), judgement) }
                return (.response(try response(to: caller, judgement, request).bytes), judgement)
            }
        } catch {
            let fault = Fault.answerTooLarge(error)
            return (Self.error(fault), judgement.replacing(verdict: .fault(fault)))
        }
    }

    static func error(_ fault: Fault) -> InvocationAnswer {
        .error(InvocationError(type: fault.errorType, message: fault.description))
    }

    // MARK: The caller is not known

    /// API Gateway answers 401 only to the error whose message is exactly this.
    private static let unauthorized = InvocationError(type: "Authorizer.Unauthorized", message: "Unauthorized")

    private func answer(
        _ rejection: Rejection, to request: AuthorizerRequest
    ) throws(AuthorizerResponseError) -> InvocationAnswer {
        guard configuration.unauthenticated == .deny else { return .error(Self.unauthorized) }
        var context = AuthorizerContext()
        context.add("reason", ExactString(rejection.code))
        if isSimple(request) { return .response(try AuthorizerResponse(isAuthorized: false, context: context).bytes) }
        let response = try AuthorizerResponse(
            .denyingAll(of: request.arn), for: request.shape, principal: .anonymous, context: context, usageKey: nil)
        return .response(response.bytes)
    }

    // MARK: The caller is known

    private mutating func response(
        to caller: Caller, _ judgement: Judgement, _ request: AuthorizerRequest
    ) throws(AuthorizerResponseError) -> AuthorizerResponse {
        var context = AuthorizerContext()
        context.add("issuer", caller.issuerName)
        context.add(claims: claims, of: caller)
        if isSimple(request) {
            if let reason = judgement.reason { context.add("reason", ExactString(reason)) }
            return try AuthorizerResponse(isAuthorized: judgement.reason == nil, context: context)
        }
        let principal = PrincipalID(of: caller)
        guard case .token(let policies) = configuration.policyScope,
            let compiler = policies.compiler(for: request.shape)
        else {
            if let reason = judgement.reason { context.add("reason", ExactString(reason)) }
            return try AuthorizerResponse(
                document(for: judgement, request), for: request.shape, principal: principal, context: context,
                usageKey: judgement.usageKey)
        }
        let (document, usageKey) = document(for: caller, judgement, request, compiler)
        return try AuthorizerResponse(
            document, for: request.shape, principal: principal, context: context, usageKey: usageKey)
    }

    /// For this request alone. Where the configuration means answers to be kept under the token, this one may be too,
    /// so it then never says more than the request.
    private func document(for judgement: Judgement, _ request: AuthorizerRequest) -> PolicyDocument {
        guard case .allow(let grant) = judgement.verdict else { return .denying(request.arn) }
        guard case .request = configuration.policyScope else { return .allowingOnly(request.arn) }
        return .allowing(grant.route, on: request.arn)
    }

    /// For every request with this token, so that a cached answer is right for all of them: it is the same document
    /// whether this request is allowed or not. Only a refused request that its wildcards take, beside every route of
    /// the table, is denied in it too.
    private mutating func document(
        for caller: Caller, _ judgement: Judgement, _ request: AuthorizerRequest, _ compiler: PolicyCompiler
    ) -> (PolicyDocument, UsageKey?) {
        let permitted = configuration.routes.permittedRoutes(for: caller)
        let whole = memory.document(for: permitted, from: compiler, on: request.arn)
        let document = judgement.reason == nil ? whole : whole.refusing(request.arn)
        guard request.shape.isREST else { return (document, nil) }
        do throws(UsageKeyFault) {
            // The judge derived one only for a request that is allowed.
            let usageKey =
                if let known = judgement.usageKey { known } else { try configuration.usageKey(for: caller) }
            return (document, usageKey)
        } catch {
            return (.denyingAll(of: request.arn), nil)
        }
    }

    private func isSimple(_ request: AuthorizerRequest) -> Bool {
        request.shape == .httpPayload2 && configuration.httpAPIResponse == .simple
    }
}

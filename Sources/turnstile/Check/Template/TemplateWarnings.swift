import Authorization
import AuthorizerService

/// What of a template does not go with a configuration, beside its routes. Few, and only what is certain.
struct TemplateWarnings {
    private let selection: TemplateSelection
    private let configuration: Configuration

    init(_ selection: TemplateSelection, _ configuration: Configuration) {
        self.selection = selection
        self.configuration = configuration
    }

    var texts: [String] {
        selection.unread
            + selection.apis.flatMap { api in
                api.unread + authorizerWarnings(api) + keyWarnings(api) + preflightWarnings(api)
            }
    }

    private func preflightWarnings(_ api: TemplateAPI) -> [String] {
        guard api.guardsPreflight else { return [] }
        let remedy = "say AddDefaultAuthorizerToCorsPreflight: false"
        return ["\(api.id): preflight requests carry no token and will be refused; \(remedy)"]
    }

    private func authorizerWarnings(_ api: TemplateAPI) -> [String] {
        api.authorizers.filter { $0.function == selection.function }.compactMap { authorizer in
            let name = "\(api.id), authorizer \(authorizer.name)"
            if let warning = responseWarning(authorizer, of: api) { return "\(name): \(warning)" }
            guard let seconds = authorizer.timeToLive, seconds > 0, api.kind != .webSocket, !authorizer.keepsByRoute
            else { return nil }
            if authorizer.hasSimpleResponses {
                return
                    "\(name): a simple response for one route would be kept \(seconds) s for all routes of the token; "
                    + "add routeKey to the identity's context"
            }
            guard case .request = configuration.policyScope else { return nil }
            return
                "\(name): \"policy\" is \"request\", and an answer for one request would be kept \(seconds) s for all "
                + "requests with the token; set the time to 0, or add httpMethod and path to the identity's context"
        }
    }

    /// An HTTP API with payload 2.0 takes one form of answer, and 500 for the other.
    private func responseWarning(_ authorizer: TemplateAuthorizer, of api: TemplateAPI) -> String? {
        guard api.kind == .http, authorizer.payloadFormat == "2.0" else { return nil }
        switch (authorizer.hasSimpleResponses, configuration.httpAPIResponse) {
        case (true, .policy): return "it takes simple responses, and \"httpAPIResponse\" is \"policy\""
        case (false, .simple): return "it takes policies (EnableSimpleResponses), and \"httpAPIResponse\" is \"simple\""
        case (true, .simple), (false, .policy): return nil
        }
    }

    /// API keys are of REST APIs alone.
    private func keyWarnings(_ api: TemplateAPI) -> [String] {
        guard api.kind == .rest, configuration.issuers.contains(where: { $0.usageKey.namesKeys }) else { return [] }
        guard api.keySource != .known("AUTHORIZER") else {
            let routes = api.routes.filter { route in
                guard case .authorizer(let authorizer) = route.guardian else { return false }
                return authorizer.function == selection.function && route.needsKey == false
            }
            guard !routes.isEmpty else { return [] }
            let names = routes.map { "\($0.key.shown ?? "") (\($0.source))" }
            return ["\(api.id): no API key is required, so calls are not metered: \(names.joined(separator: ", "))"]
        }
        if case .unknown = api.keySource { return [] }
        return ["\(api.id): callers are not metered: its ApiKeySourceType is not AUTHORIZER"]
    }
}

extension UsageKeyStrategy {
    fileprivate var namesKeys: Bool {
        if case .none = self { return false }
        return true
    }
}

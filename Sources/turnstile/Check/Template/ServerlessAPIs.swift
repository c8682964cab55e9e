/// The APIs that SAM makes: `AWS::Serverless::Api` and `AWS::Serverless::HttpApi` with the events of functions, and
/// `AWS::Serverless::WebSocketApi` (SAM specification).
struct ServerlessAPIs {
    let template: Template

    /// What SAM makes where an event names no API.
    private static let implicitIDs: [TemplateAPI.Kind: String] = [
        .rest: "ServerlessRestApi", .http: "ServerlessHttpApi",
    ]

    var apis: [TemplateAPI] { apis(.rest) + apis(.http) + webSocketAPIs }

    private func apis(_ kind: TemplateAPI.Kind) -> [TemplateAPI] {
        let type = kind == .rest ? "Api" : "HttpApi"
        let globals = template.globals(for: type)
        var apis = template.resources(of: "AWS::Serverless::\(type)").map { resource in
            api(resource.id, kind, globals.overlaid(with: resource.properties))
        }
        let implicit = Self.implicitIDs[kind] ?? ""
        if !apis.contains(where: { $0.id == implicit }), !events(of: implicit, kind).isEmpty {
            apis.append(api(implicit, kind, globals))
        }
        return apis
    }

    private func api(_ id: String, _ kind: TemplateAPI.Kind, _ properties: TemplateValue) -> TemplateAPI {
        var api = TemplateAPI(id: id, kind: kind)
        let auth = ServerlessAuth(template: template, kind: kind, properties: properties)
        api.authorizers = auth.authorizers
        api.keySource = template.text(properties["ApiKeySourceType"])
        if let body = properties["DefinitionBody"] {
            let body = OpenAPIBody(template: template, body: body, api: id, kind: kind)
            api.authorizers += body.authorizers
            api.unread = body.unread
            api.routes = body.routes(authorizers: api.authorizers) { auth.guardian(named: nil, method: $0) }
            for index in api.routes.indices where auth.needsKey != false { api.routes[index].needsKey = auth.needsKey }
        } else if properties["DefinitionUri"] != nil {
            api.unread = ["\(id): its DefinitionUri is not read"]
        }
        let isDefined = properties["DefinitionBody"] != nil || properties["DefinitionUri"] != nil
        if !isDefined || properties["MergeDefinitions"]?.bool == true {
            api.routes += events(of: id, kind).map { route($0, kind, auth) }
        }
        api.guardsPreflight = auth.guardsPreflight
        return api
    }

    // MARK: Events

    private struct Event {
        let source: String
        let properties: TemplateValue
    }

    /// The events of functions and state machines that are routes of this API.
    private func events(of api: String, _ kind: TemplateAPI.Kind) -> [Event] {
        let (type, member) = kind == .rest ? ("Api", "RestApiId") : ("HttpApi", "ApiId")
        return template.resources(of: "AWS::Serverless::Function", "AWS::Serverless::StateMachine").flatMap {
            resource in
            (resource.properties["Events"]?.members ?? []).compactMap { event in
                let properties = event.value["Properties"] ?? .map([])
                guard event.value["Type"]?.text == type else { return nil }
                let named = properties[member].map { $0.reference ?? $0.text ?? "" } ?? Self.implicitIDs[kind] ?? ""
                guard named == api else { return nil }
                let condition = resource.condition.map { " (if \($0))" } ?? ""
                return Event(source: "\(resource.id).\(event.name)\(condition)", properties: properties)
            }
        }
    }

    private func route(_ event: Event, _ kind: TemplateAPI.Kind, _ auth: ServerlessAuth) -> TemplateRoute {
        let own = event.properties["Auth"]
        let path = template.text(event.properties["Path"])
        let method = template.text(event.properties["Method"])
        var route = TemplateRoute(
            key: Self.key(path, method, kind), source: event.source,
            guardian: auth.guardian(named: own?["Authorizer"], method: method.text ?? ""))
        route.needsKey = own?["ApiKeyRequired"].map(\.bool) ?? auth.needsKey
        return route
    }

    private static func key(_ path: TemplateText, _ method: TemplateText, _ kind: TemplateAPI.Kind) -> TemplateText {
        switch (path, method) {
        case (.absent, .absent) where kind == .http: return .known("$default")
        case (.known(let path), .known(let method)): return .known(RouteText.key(method: method, path: path))
        case (.known("$default"), _): return .known("$default")
        case (.unknown(let path), .known(let method)): return .unknown("\(method.uppercased()), Path \(path)")
        case (.known(let path), .unknown(let method)): return .unknown("Method \(method), \(path)")
        case (.unknown(let path), .unknown(let method)): return .unknown("Method \(method), Path \(path)")
        case (.absent, _): return .unknown("no Path")
        case (_, .absent): return .unknown("no Method")
        }
    }

    // MARK: WebSocket

    private var webSocketAPIs: [TemplateAPI] {
        template.resources(of: "AWS::Serverless::WebSocketApi").map { resource in
            var api = TemplateAPI(id: resource.id, kind: .webSocket)
            let auth = resource.properties["Auth"]
            var authorizer = TemplateAuthorizer(name: "Auth", function: template.functionName(auth?["AuthArn"]))
            authorizer.identity = RouteText.identity(auth?["IdentitySource"])
            let guardian: TemplateRoute.Guardian
            switch template.text(auth?["AuthType"]) {
            case .known(let type) where type.uppercased() == "CUSTOM": guardian = .authorizer(authorizer)
            case .known(let type): guardian = .other("AuthType \(type.uppercased())")
            case .unknown(let words): guardian = .unknown("AuthType \(words)")
            case .absent: guardian = .other("AuthType NONE")
            }
            if case .other = guardian {} else { api.authorizers = [authorizer] }
            api.routes = (resource.properties["Routes"]?.members ?? []).map { member in
                TemplateRoute(key: .known(member.name), source: "\(resource.id).\(member.name)", guardian: guardian)
            }
            return api
        }
    }
}

/// The `Auth` of an API of SAM.
private struct ServerlessAuth {
    let template: Template
    let kind: TemplateAPI.Kind
    let properties: TemplateValue

    private var auth: TemplateValue? { properties["Auth"] }

    /// Whether a key is needed where an event says nothing; `nil` where that is not known.
    var needsKey: Bool? {
        guard let value = auth?["ApiKeyRequired"] else { return false }
        return value.bool
    }

    /// Whether the default authorizer guards OPTIONS. SAM never lays that of an HTTP API over it.
    private var includesPreflight: Bool {
        kind == .rest && auth?["AddDefaultAuthorizerToCorsPreflight"]?.bool != false
    }

    /// SAM makes OPTIONS methods for `Cors` and lets the default authorizer guard them, unless it is told not to. HTTP
    /// APIs answer preflight requests themselves.
    var guardsPreflight: Bool {
        properties["Cors"] != nil && auth?["DefaultAuthorizer"] != nil && includesPreflight
    }

    var authorizers: [TemplateAuthorizer] {
        (auth?["Authorizers"]?.members ?? []).map { member in
            let definition = member.value
            guard let function = definition["FunctionArn"] else {
                return TemplateAuthorizer(name: member.name, function: nil)
            }
            var authorizer = TemplateAuthorizer(name: member.name, function: template.functionName(function))
            let identity = definition["Identity"]
            authorizer.isToken = kind == .rest && definition["FunctionPayloadType"]?.text?.uppercased() != "REQUEST"
            authorizer.timeToLive = kind.timeToLive(identity?["ReauthorizeEvery"])
            authorizer.identity = Self.sources(identity)
            authorizer.payloadFormat = definition["AuthorizerPayloadFormatVersion"]?.text
            authorizer.hasSimpleResponses = definition["EnableSimpleResponses"]?.bool ?? false
            return authorizer
        }
    }

    private static func sources(_ identity: TemplateValue?) -> [String] {
        let kinds = [
            ("Header", "header"), ("Headers", "header"), ("QueryStrings", "querystring"),
            ("StageVariables", "stageVariables"), ("Context", "context"),
        ]
        return kinds.flatMap { member, prefix in
            let value = identity?[member]
            let names = value?.text.map { [$0] } ?? value?.elements.compactMap(\.text) ?? []
            return names.map { "\(prefix).\($0)" }
        }
    }

    /// - Parameters:
    ///   - name: What the event says; the API's default where it says nothing.
    ///   - method: The default is not laid over OPTIONS where preflight is left out.
    /// - Returns: Who is asked.
    func guardian(named name: TemplateValue?, method: String) -> TemplateRoute.Guardian {
        let isDefault = name == nil
        guard let name = name ?? auth?["DefaultAuthorizer"] else { return .other("no authorizer") }
        if isDefault, method.lowercased() == "options", !includesPreflight { return .other("no authorizer") }
        switch template.text(name) {
        case .known(let text):
            guard let authorizer = authorizers.first(where: { $0.name == text }) else {
                return .other("Authorizer \(text)")
            }
            return .authorizer(authorizer)
        case .unknown(let text): return .unknown("Authorizer \(text)")
        case .absent: return .other("no authorizer")
        }
    }
}

/// REST APIs as CloudFormation makes them: `AWS::ApiGateway::RestApi` with a body, or with a tree of resources and their
/// methods.
struct GatewayAPIs {
    let template: Template

    /// The resources of a tree lie no deeper than a path has segments; a longer way up is a ring.
    private static let depthLimit = 100

    var apis: [TemplateAPI] {
        template.resources(of: "AWS::ApiGateway::RestApi").map { resource in
            var api = TemplateAPI(id: resource.id, kind: .rest)
            api.keySource = template.text(resource.properties["ApiKeySourceType"])
            api.authorizers = authorizers(of: resource.id)
            if let body = resource.properties["Body"] {
                let body = OpenAPIBody(template: template, body: body, api: resource.id, kind: .rest)
                api.authorizers += body.authorizers
                api.unread = body.unread
                api.routes = body.routes(authorizers: api.authorizers) { _ in .other("no authorizer") }
            } else if resource.properties["BodyS3Location"] != nil {
                api.unread = ["\(resource.id): its BodyS3Location is not read"]
            }
            api.routes += methods(of: api)
            return api
        }
    }

    private func authorizers(of api: String) -> [TemplateAuthorizer] {
        let resources = template.resources(of: "AWS::ApiGateway::Authorizer")
        return resources.filter { $0.properties["RestApiId"]?.reference == api }.map { resource in
            let properties = resource.properties
            let type = properties["Type"]?.text?.uppercased() ?? ""
            guard ["TOKEN", "REQUEST"].contains(type) else {
                return TemplateAuthorizer(name: resource.id, function: nil)
            }
            var authorizer = TemplateAuthorizer(
                name: resource.id, function: template.functionName(properties["AuthorizerUri"]))
            authorizer.isToken = type == "TOKEN"
            authorizer.timeToLive = TemplateAPI.Kind.rest.timeToLive(properties["AuthorizerResultTtlInSeconds"])
            authorizer.identity = RouteText.identity(properties["IdentitySource"])
            return authorizer
        }
    }

    private func methods(of api: TemplateAPI) -> [TemplateRoute] {
        let resources = template.resources(of: "AWS::ApiGateway::Method")
        return resources.filter { $0.properties["RestApiId"]?.reference == api.id }.map { resource in
            let properties = resource.properties
            var route = TemplateRoute(
                key: key(properties, api: api.id), source: resource.label,
                guardian: guardian(properties, api.authorizers))
            route.needsKey = properties["ApiKeyRequired"].map(\.bool) ?? false
            return route
        }
    }

    private func key(_ method: TemplateValue, api: String) -> TemplateText {
        guard let verb = template.text(method["HttpMethod"]).text else { return .unknown("HttpMethod") }
        switch path(method["ResourceId"], api: api, depth: 0) {
        case .known(let path): return .known(RouteText.key(method: verb, path: path.isEmpty ? "/" : path))
        case .unknown(let text): return .unknown("\(verb), \(text)")
        case .absent: return .unknown("\(verb), no ResourceId")
        }
    }

    /// The path of a resource; empty for the root.
    private func path(_ value: TemplateValue?, api: String, depth: Int) -> TemplateText {
        guard let name = value?.reference else { return .unknown("a resource that is not of this template") }
        guard name != api else { return .known("") }
        guard depth < Self.depthLimit else { return .unknown("a resource that is its own parent") }
        guard let resource = template.resource(name), resource.type == "AWS::ApiGateway::Resource" else {
            return .unknown("the resource \(name), which is not of this template")
        }
        let parent = path(resource.properties["ParentId"], api: api, depth: depth + 1)
        guard let above = parent.text else { return parent }
        switch template.text(resource.properties["PathPart"]) {
        case .known(let part): return .known("\(above)/\(part)")
        case .unknown(let text): return .unknown("PathPart \(text) of \(name)")
        case .absent: return .unknown("no PathPart of \(name)")
        }
    }

    private func guardian(
        _ properties: TemplateValue, _ authorizers: [TemplateAuthorizer]
    ) -> TemplateRoute.Guardian {
        template.guardian(properties, authorizers, types: ["CUSTOM"])
    }
}

extension Template {
    /// Whom a method or a route of CloudFormation's own asks.
    fileprivate func guardian(
        _ properties: TemplateValue, _ authorizers: [TemplateAuthorizer], types: [String]
    ) -> TemplateRoute.Guardian {
        let type = text(properties["AuthorizationType"])
        if case .unknown(let words) = type { return .unknown("AuthorizationType \(words)") }
        let name = type.text ?? "NONE"
        guard types.contains(name.uppercased()) else { return .other("AuthorizationType \(name)") }
        let id = properties["AuthorizerId"]
        if id?.reference == nil, case .unknown(let words) = text(id) { return .unknown("AuthorizerId \(words)") }
        guard let authorizer = authorizers.first(where: { $0.name == id?.reference }) else {
            return .other("an authorizer that is not of this template")
        }
        return .authorizer(authorizer)
    }
}

extension Template.Resource {
    /// The logical id, and the condition that it hangs on.
    var label: String { id + (condition.map { " (if \($0))" } ?? "") }
}

/// HTTP and WebSocket APIs as CloudFormation makes them: `AWS::ApiGatewayV2::Api` with a body, or with routes.
struct GatewayV2APIs {
    let template: Template

    var apis: [TemplateAPI] {
        template.resources(of: "AWS::ApiGatewayV2::Api").map { resource in
            let properties = resource.properties
            let isWebSocket = properties["ProtocolType"]?.text?.uppercased() == "WEBSOCKET"
            var api = TemplateAPI(id: resource.id, kind: isWebSocket ? .webSocket : .http)
            api.authorizers = authorizers(of: api)
            if let body = properties["Body"] {
                let body = OpenAPIBody(template: template, body: body, api: resource.id, kind: api.kind)
                api.authorizers += body.authorizers
                api.unread = body.unread
                api.routes = body.routes(authorizers: api.authorizers) { _ in .other("no authorizer") }
            } else if properties["BodyS3Location"] != nil {
                api.unread = ["\(resource.id): its BodyS3Location is not read"]
            }
            if properties["Target"] != nil {
                let key = template.text(properties["RouteKey"])
                let route = key == .absent ? .known("$default") : key
                api.routes.append(TemplateRoute(key: route, source: resource.id, guardian: .other("no authorizer")))
            }
            api.routes += routes(of: api)
            return api
        }
    }

    private func authorizers(of api: TemplateAPI) -> [TemplateAuthorizer] {
        let resources = template.resources(of: "AWS::ApiGatewayV2::Authorizer")
        return resources.filter { $0.properties["ApiId"]?.reference == api.id }.map { resource in
            let properties = resource.properties
            guard properties["AuthorizerType"]?.text?.uppercased() == "REQUEST" else {
                return TemplateAuthorizer(name: resource.id, function: nil)
            }
            var authorizer = TemplateAuthorizer(
                name: resource.id, function: template.functionName(properties["AuthorizerUri"]))
            authorizer.timeToLive = api.kind.timeToLive(properties["AuthorizerResultTtlInSeconds"])
            authorizer.identity = RouteText.identity(properties["IdentitySource"])
            authorizer.payloadFormat = properties["AuthorizerPayloadFormatVersion"]?.text
            authorizer.hasSimpleResponses = properties["EnableSimpleResponses"]?.bool ?? false
            return authorizer
        }
    }

    private func routes(of api: TemplateAPI) -> [TemplateRoute] {
        let resources = template.resources(of: "AWS::ApiGatewayV2::Route")
        return resources.filter { $0.properties["ApiId"]?.reference == api.id }.map { resource in
            let key = template.text(resource.properties["RouteKey"])
            return TemplateRoute(
                key: key == .absent ? .unknown("no RouteKey") : key, source: resource.label,
                guardian: guardian(resource.properties, api.authorizers))
        }
    }

    private func guardian(
        _ properties: TemplateValue, _ authorizers: [TemplateAuthorizer]
    ) -> TemplateRoute.Guardian {
        template.guardian(properties, authorizers, types: ["CUSTOM", "JWT"])
    }
}

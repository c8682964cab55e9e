/// The routes and authorizers of an OpenAPI or Swagger body, with API Gateway's extensions.
struct OpenAPIBody {
    let template: Template
    let body: TemplateValue
    /// The logical id of the API that has it.
    let api: String
    let kind: TemplateAPI.Kind

    private static let anyMethod = "x-amazon-apigateway-any-method"
    private static let verbs: Set = ["get", "head", "options", "patch", "post", "put", "delete"]

    /// What of the body is not here.
    var unread: [String] {
        // A body may be taken in whole, or at any place, from a file elsewhere.
        let paths = (body["paths"]?.members ?? []).map(\.value)
        let places = [body, body["paths"]].compactMap(\.self) + paths + paths.flatMap { $0.members.map(\.value) }
        return places.allSatisfy { $0["Fn::Transform"] == nil }
            ? [] : ["\(api): its body is put together by Fn::Transform, which is not followed"]
    }

    /// - Parameters:
    ///   - authorizers: By their names.
    ///   - fallback: Who is asked where the operation says nothing.
    /// - Returns: One route for each operation.
    func routes(
        authorizers: [TemplateAuthorizer], fallback: (_ method: String) -> TemplateRoute.Guardian
    ) -> [TemplateRoute] {
        let paths = (body["paths"]?.members ?? []).filter { $0.name.hasPrefix("/") || $0.name == "$default" }
        return paths.flatMap { path in
            path.value.members.compactMap { operation -> TemplateRoute? in
                let method = operation.name.lowercased()
                guard method == Self.anyMethod || Self.verbs.contains(method) else { return nil }
                let key = RouteText.key(method: method == Self.anyMethod ? "ANY" : method, path: path.name)
                var route = TemplateRoute(
                    key: .known(key), source: "\(api), its body",
                    guardian: guardian(operation.value, authorizers) ?? fallback(method))
                route.needsKey = needsKey(operation.value)
                return route
            }
        }
    }

    /// `security` of the operation, or of the whole.
    private func guardian(_ operation: TemplateValue, _ authorizers: [TemplateAuthorizer]) -> TemplateRoute.Guardian? {
        guard let security = operation["security"] ?? body["security"] else { return nil }
        let names = security.elements.flatMap { $0.members.map(\.name) }
        if let authorizer = authorizers.first(where: { names.contains($0.name) }) { return .authorizer(authorizer) }
        if names.contains("NONE") { return .other("security NONE") }
        return names.isEmpty || names == ["api_key"] ? nil : .other("security \(names.joined(separator: " "))")
    }

    private func needsKey(_ operation: TemplateValue) -> Bool {
        guard let security = operation["security"] ?? body["security"] else { return false }
        let schemes = self.schemes.filter { $0.value["type"]?.text == "apiKey" && $0.value[Self.authorizer] == nil }
        let names = Set(schemes.map(\.name)).union(["api_key"])
        return security.elements.contains { $0.members.contains { names.contains($0.name) } }
    }

    private static let authorizer = "x-amazon-apigateway-authorizer"

    private var schemes: [TemplateValue.Member] {
        (body["securityDefinitions"]?.members ?? []) + (body["components"]?["securitySchemes"]?.members ?? [])
    }

    var authorizers: [TemplateAuthorizer] {
        schemes.compactMap { scheme in
            guard let definition = scheme.value[Self.authorizer] else { return nil }
            let type = definition["type"]?.text?.lowercased() ?? ""
            guard ["request", "token"].contains(type) else {
                return TemplateAuthorizer(name: scheme.name, function: nil)
            }
            var authorizer = TemplateAuthorizer(
                name: scheme.name, function: template.functionName(definition["authorizerUri"]))
            authorizer.isToken = type == "token"
            authorizer.timeToLive = kind.timeToLive(definition["authorizerResultTtlInSeconds"])
            authorizer.identity = RouteText.identity(definition["identitySource"])
            authorizer.payloadFormat = definition["authorizerPayloadFormatVersion"]?.text
            authorizer.hasSimpleResponses = definition["enableSimpleResponses"]?.bool ?? false
            return authorizer
        }
    }
}

/// The words of routes and identity sources.
enum RouteText {
    /// - Parameters:
    ///   - method: In any case, as SAM and OpenAPI take it.
    ///   - path: `$default` is a route of its own.
    /// - Returns: The route key, as it is written in a route table.
    static func key(method: String, path: String) -> String {
        path == "$default" || path == "/$default" ? "$default" : "\(method.uppercased()) \(path)"
    }

    /// Sources that are listed, or in one text with commas between, in one form: `context.routeKey`, `header.Name`.
    static func identity(_ value: TemplateValue?) -> [String] {
        let texts = value?.text.map { [$0] } ?? value?.elements.compactMap(\.text) ?? []
        return texts.flatMap { $0.split(separator: ",") }.map { source in
            var source = source.drop { $0 == " " || $0 == "$" }
            while source.last == " " { source.removeLast() }
            for prefix in ["method.", "route."] where source.hasPrefix(prefix) {
                source = source.dropFirst(prefix.count)
            }
            return String(source.hasPrefix("request.") ? source.dropFirst("request.".count) : source)
        }
    }
}

extension Template {
    /// What tells a Lambda function from another: its logical id, or what the template says instead.
    func functionName(_ value: TemplateValue?) -> String {
        guard let value else { return "a function" }
        if let name = functions(namedIn: value).first { return name }
        switch text(value) {
        case .known(let text), .unknown(let text): return text
        case .absent: return "a function"
        }
    }
}

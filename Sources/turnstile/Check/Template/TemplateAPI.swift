/// One API of a template.
struct TemplateAPI: Sendable {
    enum Kind: String, Sendable {
        case rest = "REST"
        case http = "HTTP"
        case webSocket = "WebSocket"

        /// How long an answer is kept, in seconds. For a REST API 300 where nothing is said (API Gateway REST API,
        /// `authorizerResultTtlInSeconds`); for an HTTP API that is not documented.
        func timeToLive(_ value: TemplateValue?) -> Int? {
            guard let value, value != .null else { return self == .rest ? 300 : nil }
            return value.integer
        }
    }

    let id: String
    let kind: Kind
    var routes: [TemplateRoute] = []
    var authorizers: [TemplateAuthorizer] = []
    /// `ApiKeySourceType`, of a REST API.
    var keySource = TemplateText.absent
    /// What of it was not read, and why.
    var unread: [String] = []
    /// Whether the authorizer is asked about preflight requests, which carry no token (Fetch standard, *CORS-preflight
    /// fetch*).
    var guardsPreflight = false

    init(id: String, kind: Kind) {
        self.id = id
        self.kind = kind
    }
}

/// One route of an API: what API Gateway resolves a request to.
struct TemplateRoute: Sendable {
    /// The route key; not known where a part of it is not.
    let key: TemplateText
    /// Where in the template it stands.
    let source: String
    let guardian: Guardian
    /// Whether the caller needs an API key; `nil` where that is not known.
    var needsKey: Bool?

    /// Whom API Gateway asks.
    enum Guardian: Sendable {
        case authorizer(TemplateAuthorizer)
        /// In the template's own words.
        case other(String)
        /// That hangs on a condition or a parameter; with what the template says instead.
        case unknown(String)
    }
}

/// One authorizer of an API.
struct TemplateAuthorizer: Sendable {
    let name: String
    /// The Lambda function that is asked; `nil` where it is none.
    let function: String?
    /// It gets the token alone, and so the path of a request, not its route.
    var isToken = false
    /// How long an answer is kept, in seconds; `nil` where that is not known.
    var timeToLive: Int?
    /// What an answer is kept under, without `method.request.` and `$`.
    var identity: [String] = []
    /// Of an HTTP API.
    var payloadFormat: String?
    var hasSimpleResponses = false

    init(name: String, function: String?) {
        self.name = name
        self.function = function
    }

    /// Whether an answer is kept for one route and method alone.
    var keepsByRoute: Bool {
        identity.contains("context.routeKey")
            || identity.contains("context.httpMethod")
                && !Self.pathVariables.isDisjoint(with: identity)
    }

    private static let pathVariables: Set = ["context.path", "context.resourcePath", "context.resourceId"]
}

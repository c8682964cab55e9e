/// One thing that the authorizer checks. Cases stand in the order in which it does.
enum Check: String, CaseIterable {
    case event = "event_unrecognised"
    case token = "missing_token"
    case credentials = "ambiguous_credentials"
    case form = "malformed_token"
    case algorithm = "unsupported_algorithm"
    case issuer = "unknown_issuer"
    case keys = "keys_unavailable"
    case key = "unknown_key"
    case signature = "invalid_signature"
    case claims = "invalid_claims"
    case expiry = "token_expired"
    case start = "token_not_yet_valid"
    case audience = "wrong_audience"
    case client = "wrong_client"
    case use = "wrong_token_use"
    case type = "wrong_type"
    case lifetime = "lifetime_too_long"
    case requiredClaims = "required_claim_missing"
    case route = "route_unknown"
    case routeIssuer = "issuer_not_allowed"
    case routeClient = "client_not_allowed"
    case scope = "insufficient_scope"
    case group = "group_missing"
    case usageKey = "usage_key_unusable"
    case answer = "answer_too_large"

    /// The check at which an event failed.
    init?(reason: String) {
        switch reason {
        case "deadline_too_near": self = .keys
        case "clock_unusable": self = .form
        case "cryptography_failed": self = .signature
        default: self.init(rawValue: reason)
        }
    }

    /// What has been established once it is passed.
    var claim: String {
        switch self {
        case .event: "the event is one that API Gateway sends to its authorizer"
        case .token: "a bearer token is there"
        case .credentials: "it is the only credential"
        case .form: "it is a JWT in compact serialization"
        case .algorithm: "its alg is one that the issuer and the key are used with"
        case .issuer: "its iss is a configured issuer"
        case .keys: "the issuer's keys can be had"
        case .key: "its kid names one of the issuer's keys"
        case .signature: "its signature verifies under that key"
        case .claims: "its claims are of their types"
        case .expiry: "it has not expired"
        case .start: "it is valid already"
        case .audience: "its aud holds a configured audience"
        case .client: "it was issued to a configured client"
        case .use: "its token_use is the configured one"
        case .type: "its typ is the configured one"
        case .lifetime: "it does not live longer than allowed"
        case .requiredClaims: "it has the required claims"
        case .route: "a rule covers the route"
        case .routeIssuer: "the route is open to the issuer"
        case .routeClient: "the route is open to the client"
        case .scope: "the token has the route's scopes"
        case .group: "the token has one of the route's groups"
        case .usageKey: "a usage key can be named"
        case .answer: "the answer fits into API Gateway's limits"
        }
    }

    /// What to do where it failed.
    var remedy: String {
        switch self {
        case .event: "send what API Gateway sends: a REST, HTTP or WebSocket authorizer's event"
        case .token: "have the client send `Authorization: Bearer <token>`"
        case .credentials: "have the client send one Authorization header with one token"
        case .form: "have the client send the access token as the issuer gave it, whole and unchanged"
        case .algorithm: "add the token's alg to `algorithms` of the issuer, if its keys are meant for it"
        case .issuer: "add the issuer to `issuers`, byte for byte as the token's iss; else the token is for another API"
        case .keys: "see that the issuer's key server answers, and that its address is right: `turnstile check`"
        case .key: "have the client fetch a new token; if that fails too, compare kid with the issuer's key set"
        case .signature: "have the client fetch a new token; it was changed on its way, or is signed by somebody else"
        case .claims:
            "the issuer makes tokens that RFC 7519 does not allow, or that are bound to a key; ask its operator"
        case .expiry: "have the client fetch a new token, and cache it no longer than expires_in"
        case .start: "compare the clocks; `leewaySeconds` of the issuer allows for a small difference"
        case .audience: "have the client ask for a token for this API, or add the audience to `audiences`"
        case .client: "add the client to `clients` of the issuer, if it may call this API"
        case .use: "have the client send its access token, not its ID token"
        case .type: "have the client send an access token; `type` of the issuer says which typ"
        case .lifetime: "have the issuer make shorter-lived tokens, or raise `maxLifetimeSeconds`"
        case .requiredClaims: "see `requiredClaims` of the issuer"
        case .route: "add the route to `routes`, by the key that API Gateway has for it"
        case .routeIssuer: "add the issuer's name to `issuers` of the route, if its callers may use it"
        case .routeClient: "add the client to `clients` of the route, if it may use it"
        case .scope: "have the client ask for the scope, which its issuer must allow it"
        case .group: "add the person to the group at the issuer; the next token tells it"
        case .usageKey: "see `usageKey` of the issuer: a key has 20 to 128 characters A-Z a-z 0-9 - _"
        case .answer: "shorten `context`, or write fewer and wider routes"
        }
    }
}

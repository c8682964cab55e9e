package import StrictJSON

/// What a request asks for, in the words in which API Gateway passes it on.
package enum RouteTarget: Hashable, Sendable {
    /// `resource` and `httpMethod` of a REST API, or of an HTTP API's payload 1.0 (where it may be `$default`).
    case resource(ExactString, httpMethod: ExactString)
    /// `routeKey` of an HTTP API's payload 2.0 and the method that the client used.
    case routeKey(ExactString, httpMethod: ExactString)
    /// `$connect` of a WebSocket API.
    case connect
    /// The path itself, where an event carries nothing better.
    case path(ExactString, httpMethod: ExactString)
}

extension RouteTarget: CustomStringConvertible {
    /// What API Gateway resolved, or only the method: a path is text that the caller wrote.
    package var description: String {
        switch self {
        case .resource(let resource, let method): "\(method.description) \(resource.description)"
        case .routeKey(let key, _): key.description
        case .connect: "$connect"
        case .path(_, let method): "the path of this \(method.description) request"
        }
    }
}

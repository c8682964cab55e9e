/// The forms in which API Gateway asks an authorizer.
package enum EventShape: String, CaseIterable, Sendable {
    case restToken = "REST TOKEN"
    case restRequest = "REST REQUEST"
    case httpPayload1 = "HTTP API payload 1.0"
    case httpPayload2 = "HTTP API payload 2.0"
    case webSocketConnect = "WebSocket $connect"

    package var isREST: Bool { self == .restToken || self == .restRequest }
}

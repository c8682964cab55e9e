package import HTTPTransport
package import StrictJSON

/// One call to a service.
package struct AWSRequest: Sendable {
    package let service: AWSService
    /// The operation, such as `GET /apikeys` or `ListUserPoolClients`; for messages.
    package let action: String
    /// What IAM calls the permission: `apigateway:GET`, `cognito-idp:ListUserPoolClients`.
    package let permission: String
    package let method: ServiceRequest.Method
    /// Segments of the path, not encoded.
    package let path: [String]
    /// Not encoded, in any order.
    package var query: [(name: String, value: String)]
    package let fields: [HTTPField]
    package let body: [UInt8]?
    /// Whether the call changes nothing, so that it can be repeated when nobody knows what became of it.
    package let isRead: Bool
    /// The quotas that it counts towards.
    package let quotas: [AWSPacing.Quota]

    /// A call of API Gateway's kind: method and path name the operation.
    ///
    /// - Parameters:
    ///   - method: GET for what changes nothing.
    ///   - path: Segments, not encoded: `["usageplans", id, "keys"]`.
    ///   - query: Not encoded, in any order.
    ///   - json: One JSON text, or `nil` for no body.
    /// - Returns: The call, to be sent as often as wanted.
    package static func rest(
        _ method: ServiceRequest.Method, _ path: [String], query: [(name: String, value: String)] = [],
        json: [UInt8]? = nil
    ) -> AWSRequest {
        let type = json == nil ? nil : HTTPField(name: "Content-Type", value: "application/json")
        let accept = HTTPField(name: "Accept", value: "application/json")
        return AWSRequest(
            service: .apiGateway, action: "\(method.rawValue) /\(path.joined(separator: "/"))",
            permission: "apigateway:\(method.rawValue)", method: method, path: path, query: query,
            fields: [accept, type].compactMap { $0 }, body: json, isRead: method == .get,
            quotas: [.apiGateway] + quotas(of: method, path))
    }

    /// Those that an operation has beside the service's own.
    private static func quotas(of method: ServiceRequest.Method, _ path: [String]) -> [AWSPacing.Quota] {
        guard path.first == "apikeys" else { return [] }
        return switch method {
        case .post: [.createAPIKey]
        case .delete: [.deleteAPIKey]
        default: []
        }
    }

    /// A call of Cognito's kind: one POST, whose header names the operation.
    ///
    /// - Parameters:
    ///   - operation: `ListUserPoolClients`.
    ///   - json: One JSON object.
    ///   - isRead: Whether the operation changes nothing.
    /// - Returns: The call, to be sent as often as wanted.
    package static func userPools(_ operation: String, json: [UInt8], isRead: Bool = true) -> AWSRequest {
        let type = HTTPField(name: "Content-Type", value: "application/x-amz-json-1.1")
        let target = HTTPField(name: "X-Amz-Target", value: "AWSCognitoIdentityProviderService.\(operation)")
        return AWSRequest(
            service: .cognitoUserPools, action: operation, permission: "cognito-idp:\(operation)", method: .post,
            path: [], query: [], fields: [type, target].compactMap { $0 }, body: json, isRead: isRead,
            quotas: [.userPools])
    }
}

/// What a service answered to a call that it carried out: a status of 200 through 299.
package struct AWSResponse: Sendable {
    package let status: Int
    /// `nil` where there is no body.
    package let document: JSONDocument?
    /// What AWS's support asks for.
    package let requestID: String?

    package init(status: Int, document: JSONDocument?, requestID: String?) {
        self.status = status
        self.document = document
        self.requestID = requestID
    }
}

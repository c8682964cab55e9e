/// The services that are asked.
package enum AWSService: String, CaseIterable, Sendable {
    /// API Gateway's control plane for REST APIs.
    case apiGateway = "apigateway"
    /// Amazon Cognito user pools.
    case cognitoUserPools = "cognito-idp"

    /// The name in the host and in the signature's scope.
    package var signingName: String { rawValue }

    /// The variable that gives this service an address of its own, as the SDKs have it.
    package var endpointVariable: String {
        switch self {
        case .apiGateway: "AWS_ENDPOINT_URL_API_GATEWAY"
        case .cognitoUserPools: "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"
        }
    }
}

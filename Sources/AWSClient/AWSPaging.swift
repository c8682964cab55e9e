/// Where an answer has the token of the page after it.
package enum AWSPaging: String, Sendable {
    /// API Gateway; the token is sent as the query's `position`.
    case position
    /// Cognito; the token is sent as the body's `NextToken`.
    case nextToken = "NextToken"

    /// A million API keys at 500 a page, a hundred times what an account may have.
    package static let limitInPages = 2_000
}

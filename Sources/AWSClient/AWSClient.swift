package import StrictJSON

/// Calls to AWS: signed, paced, repeated where that is safe, and told in one line where they fail.
///
/// Not for more than one thread at a time.
package final class AWSClient {
    package let region: String

    /// - Parameters:
    ///   - options: What the person said.
    ///   - surroundings: Everything that is not said: environment, files, clocks, chance.
    /// - Throws: ``AWSError`` where region, endpoints or trust cannot be settled. Credentials are looked for when the
    ///   first call is made.
    package init(_ options: AWSOptions = AWSOptions(), surroundings: AWSSurroundings) throws(AWSError) {
        guard let region = options.region ?? surroundings.environment("AWS_REGION") else { throw .noRegion }
        self.region = region
    }

    /// Makes one call; repeats it as ``RetryPolicy`` allows.
    ///
    /// - Returns: What the service answered, when it carried the call out.
    /// - Throws: ``AWSError``.
    package func send(_ request: AWSRequest) throws(AWSError) -> AWSResponse {
        throw .noCredentials(lookedIn: [])
    }

    /// Asks for a list page by page.
    ///
    /// - Parameters:
    ///   - paging: How the list is continued.
    ///   - limitInPages: The most pages to take; more are an error.
    ///   - request: Makes the call for the page with this token; `nil` for the first.
    ///   - take: Is given each page's document.
    /// - Throws: ``AWSError``; of its own kinds ``AWSError/repeatedPage(action:)`` and
    ///   ``AWSError/tooManyPages(action:limit:)``.
    package func list(
        _ paging: AWSPaging, limitInPages: Int = AWSPaging.limitInPages, request: (String?) -> AWSRequest,
        take: (JSONValue) throws(AWSError) -> Void
    ) throws(AWSError) {
    }
}

/// What the person said.
package struct AWSOptions: Sendable {
    /// `--profile`
    package var profile: String?
    /// `--region`
    package var region: String?
    package var userAgent: String

    package init(profile: String? = nil, region: String? = nil, userAgent: String = "turnstile") {
        self.profile = profile
        self.region = region
        self.userAgent = userAgent
    }
}

/// Where an answer has the token of the page after it.
package enum AWSPaging: String, Sendable {
    /// API Gateway; the token is sent as the query's `position`.
    case position
    /// Cognito; the token is sent as the body's `NextToken`.
    case nextToken = "NextToken"

    /// A million keys at API Gateway's 500 a page.
    package static let limitInPages = 2_000
}

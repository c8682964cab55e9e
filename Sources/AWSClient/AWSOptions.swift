/// What the person said, and how the client goes about it.
package struct AWSOptions: Sendable {
    /// `--profile`
    package var profile: String?
    /// `--region`
    package var region: String?
    /// The value of `User-Agent`.
    package var userAgent: String
    package var retries: RetryPolicy
    package var pacing: AWSPacing

    package init(
        profile: String? = nil, region: String? = nil, userAgent: String = "turnstile",
        retries: RetryPolicy = RetryPolicy(), pacing: AWSPacing = .quotas
    ) {
        self.profile = profile
        self.region = region
        self.userAgent = userAgent
        self.retries = retries
        self.pacing = pacing
    }
}

/// How many calls a second are made, so that those of others in the same account are not throttled by ours.
package struct AWSPacing: Equatable, Sendable {
    /// The calls that share a quota. A call of ``createAPIKey`` or ``deleteAPIKey`` counts towards ``apiGateway`` too.
    package enum Quota: CaseIterable, Sendable { case apiGateway, createAPIKey, deleteAPIKey, userPools }

    package struct Rate: Equatable, Sendable {
        package let callsPerSecond: Int64
        /// How many may be made at once after a pause.
        package let burst: Int64

        /// Both are at least 1.
        package init(callsPerSecond: Int64, burst: Int64) {
            self.callsPerSecond = max(1, callsPerSecond)
            self.burst = max(1, burst)
        }
    }

    /// A quota without a rate is not paced.
    package var rates: [Quota: Rate]

    package init(rates: [Quota: Rate]) { self.rates = rates }

    /// API Gateway's control plane: 10 a second with a burst of 40, and 5 each of CreateApiKey and DeleteApiKey
    /// (Developer Guide, "Amazon API Gateway quotas"). Cognito: 15 reads of app clients a second, of which no one
    /// operation more than 5 in one user pool (Developer Guide, "Quotas in Amazon Cognito").
    package static let quotas = AWSPacing(rates: [
        .apiGateway: Rate(callsPerSecond: 10, burst: 40), .createAPIKey: Rate(callsPerSecond: 5, burst: 1),
        .deleteAPIKey: Rate(callsPerSecond: 5, burst: 1), .userPools: Rate(callsPerSecond: 5, burst: 5),
    ])

    package static let none = AWSPacing(rates: [:])
}

/// How often and how long a call is repeated.
package struct RetryPolicy: Equatable, Sendable {
    /// The most times a call is made, the first included.
    package var attempts: Int
    /// The longest first wait, in milliseconds; each after it may be twice as long.
    package var baseInMilliseconds: Int64
    /// The longest wait of all, in milliseconds.
    package var capInMilliseconds: Int64
    /// The most that all waits of a call may come to, in milliseconds.
    package var totalInMilliseconds: Int64

    package init(
        attempts: Int = 10, baseInMilliseconds: Int64 = 500, capInMilliseconds: Int64 = 20_000,
        totalInMilliseconds: Int64 = 120_000
    ) {
        self.attempts = attempts
        self.baseInMilliseconds = baseInMilliseconds
        self.capInMilliseconds = capInMilliseconds
        self.totalInMilliseconds = totalInMilliseconds
    }
}

/// The waits between the attempts of one call: a random part of a span that doubles, so that many who failed together
/// do not come back together ("full jitter").
package struct RetrySchedule: Sendable {
    private let policy: RetryPolicy
    /// How many attempts have failed.
    package private(set) var failures = 0
    private var waitedInMilliseconds: Int64 = 0

    package init(_ policy: RetryPolicy) { self.policy = policy }

    /// Notes that an attempt failed.
    ///
    /// - Parameters:
    ///   - retryAfterInMilliseconds: The least that the service asks to wait.
    ///   - random: Any number; the wait is drawn from it.
    /// - Returns: How long to wait before the next attempt, in milliseconds; `nil` to make none.
    package mutating func delay(retryAfterInMilliseconds: Int64? = nil, random: UInt64) -> Int64? {
        failures += 1
        guard failures < policy.attempts else { return nil }
        // Beyond 2^20 any base has passed the cap, and nothing can overflow.
        let doubled = policy.baseInMilliseconds.multipliedReportingOverflow(by: 1 << min(failures - 1, 20))
        let span = doubled.overflow ? policy.capInMilliseconds : min(doubled.partialValue, policy.capInMilliseconds)
        let jittered = Int64(random % UInt64(max(span, 0) + 1))
        let delay = max(jittered, retryAfterInMilliseconds ?? 0)
        guard delay <= policy.totalInMilliseconds - waitedInMilliseconds else { return nil }
        waitedInMilliseconds += delay
        return delay
    }
}

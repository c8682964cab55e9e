/// How often and how long a call is repeated.
package struct RetryPolicy: Equatable, Sendable {
    /// No wait is longer than a day, so that none can overflow.
    private static let rangeInMilliseconds: ClosedRange<Int64> = 0...86_400_000

    /// The most times a call is made, the first included.
    package let attempts: Int
    /// The longest first wait, in milliseconds; each after it may be twice as long.
    package let baseInMilliseconds: Int64
    /// The longest wait of all, in milliseconds.
    package let capInMilliseconds: Int64
    /// The most that all waits of a call may come to, in milliseconds.
    package let totalInMilliseconds: Int64

    /// What is out of range is taken as the nearest that is not: at least one attempt, waits of none to a day.
    package init(
        attempts: Int = 10, baseInMilliseconds: Int64 = 500, capInMilliseconds: Int64 = 20_000,
        totalInMilliseconds: Int64 = 120_000
    ) {
        self.attempts = max(1, attempts)
        self.baseInMilliseconds = Self.clamped(baseInMilliseconds)
        self.capInMilliseconds = Self.clamped(capInMilliseconds)
        self.totalInMilliseconds = Self.clamped(totalInMilliseconds)
    }

    private static func clamped(_ value: Int64) -> Int64 {
        min(max(value, rangeInMilliseconds.lowerBound), rangeInMilliseconds.upperBound)
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
        // Doubled so often, a millisecond passes the longest cap.
        let span = min(policy.baseInMilliseconds << min(failures - 1, 27), policy.capInMilliseconds)
        let jittered = Int64(random % UInt64(span + 1))
        let delay = max(jittered, retryAfterInMilliseconds ?? 0)
        guard delay <= policy.totalInMilliseconds - waitedInMilliseconds else { return nil }
        waitedInMilliseconds += delay
        return delay
    }
}

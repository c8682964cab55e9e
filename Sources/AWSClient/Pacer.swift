/// A token bucket: calls may be made at a rate, and some at once after a pause.
package struct Pacer: Sendable {
    private static let millisecondsPerSecond: Int64 = 1_000

    private let rate: AWSPacing.Rate
    /// In thousandths of a call. Negative while calls are waiting for their time.
    private var tokens: Int64
    private var latest: Int64

    /// - Parameters:
    ///   - rate: How fast, and how many at once.
    ///   - now: Milliseconds of a clock that only goes forward.
    package init(_ rate: AWSPacing.Rate, now: Int64) {
        self.rate = rate
        tokens = rate.burst * Self.millisecondsPerSecond
        latest = now
    }

    /// Takes the place of one call.
    ///
    /// - Returns: How long to wait before it is made, in milliseconds.
    package mutating func delayInMilliseconds(now: Int64) -> Int64 {
        // A pause of an hour fills any bucket, and cannot overflow.
        let elapsed = min(max(0, now - latest), 3_600_000)
        latest = max(latest, now)
        tokens = min(rate.burst * Self.millisecondsPerSecond, tokens + elapsed * rate.callsPerSecond)
        tokens -= Self.millisecondsPerSecond
        guard tokens < 0 else { return 0 }
        return (-tokens + rate.callsPerSecond - 1) / rate.callsPerSecond
    }
}

package import JOSE

/// The two clocks that the authorizer is told the time by.
package struct Clock: Sendable {
    /// Nanoseconds since 1970-01-01T00:00:00Z, for claims, deadlines and the log.
    package var wallNanoseconds: @Sendable () -> Int64
    /// For ages.
    package var uptime: @Sendable () -> Uptime

    package init(wallNanoseconds: @escaping @Sendable () -> Int64, uptime: @escaping @Sendable () -> Uptime) {
        self.wallNanoseconds = wallNanoseconds
        self.uptime = uptime
    }

    package static let system = Clock(
        wallNanoseconds: { System.wallClockNanoseconds }, uptime: { System.uptime })

    /// The second in which claims are judged; `nil` where the clock cannot be read, or is set before 1970 or after
    /// 2262, where its nanoseconds end.
    package var date: NumericDate? {
        let nanoseconds = wallNanoseconds()
        // Rounded towards zero, the last second before 1970 would be the first of it.
        guard nanoseconds >= 0 else { return nil }
        return NumericDate(secondsSinceEpoch: nanoseconds / 1_000_000_000)
    }
}

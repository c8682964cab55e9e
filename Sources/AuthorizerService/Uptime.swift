/// A moment on a clock that only goes forward and counts suspension, for ages. It says nothing about the date.
package struct Uptime: BitwiseCopyable, Comparable, Hashable, Sendable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The time from `earlier` to this moment, in nanoseconds; 0 where `earlier` is later.
    package func nanoseconds(since earlier: Self) -> Int64 {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return overflow ? .max : max(difference, 0)
    }

    package func wholeSeconds(since earlier: Self) -> Int64 { nanoseconds(since: earlier) / 1_000_000_000 }
}

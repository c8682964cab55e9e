import StrictJSON

/// Whole seconds since 1970-01-01T00:00:00Z, leap seconds ignored (RFC 7519 §2).
///
/// Bounded to the years 1970 through 9999, so adding a leeway or taking a difference cannot overflow: an `exp`
/// of `Int64.max` is refused here instead of trapping the process there.
package struct NumericDate: Comparable, Hashable, Sendable {
    package static let range: ClosedRange<Int64> = 0...253_402_300_799

    package let secondsSinceEpoch: Int64

    /// - Returns: `nil` outside ``range``.
    package init?(secondsSinceEpoch: Int64) {
        guard Self.range.contains(secondsSinceEpoch) else { return nil }
        self.secondsSinceEpoch = secondsSinceEpoch
    }

    /// The value of a claim. A fraction, which RFC 7519 §2 allows, is rounded against the bearer: `exp` down,
    /// `nbf` and `iat` up.
    ///
    /// - Returns: `nil` where the value is not a number, or not wholly inside ``range``.
    init?(_ value: JSONValue, rounding: JSONNumber.Rounding) {
        guard
            let number = value.number,
            let down = number.whole(.down), Self.range.contains(down),
            let up = number.whole(.up), Self.range.contains(up)
        else { return nil }
        secondsSinceEpoch = rounding == .down ? down : up
    }

    package static func < (left: Self, right: Self) -> Bool { left.secondsSinceEpoch < right.secondsSinceEpoch }
}

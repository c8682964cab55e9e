/// An instant as RFC 3339 §5.6 writes it: UTC, milliseconds, as `2026-11-21T06:30:00.123Z`.
package struct Timestamp: Sendable {
    package let millisecondsSinceEpoch: Int64

    /// The last millisecond of the year 9999, the last that four digits can write.
    private static let range: ClosedRange<Int64> = 0...253_402_300_799_999

    /// Out of the range of years 1970...9999 the nearest end is taken: a log line must not fail over a wrong clock.
    package init(nanosecondsSinceEpoch: Int64) {
        millisecondsSinceEpoch = min(
            max(nanosecondsSinceEpoch / 1_000_000, Self.range.lowerBound), Self.range.upperBound)
    }

    package var text: [UInt8] {
        let (days, millisecondOfDay) = millisecondsSinceEpoch.quotientAndRemainder(dividingBy: 86_400_000)
        let date = Self.date(fromDays: days)
        let (second, millisecond) = millisecondOfDay.quotientAndRemainder(dividingBy: 1_000)
        var text: [UInt8] = []
        text.reserveCapacity(24)
        Self.append(date.year, digits: 4, to: &text, before: "-")
        Self.append(date.month, digits: 2, to: &text, before: "-")
        Self.append(date.day, digits: 2, to: &text, before: "T")
        Self.append(second / 3_600, digits: 2, to: &text, before: ":")
        Self.append(second / 60 % 60, digits: 2, to: &text, before: ":")
        Self.append(second % 60, digits: 2, to: &text, before: ".")
        Self.append(millisecond, digits: 3, to: &text, before: "Z")
        return text
    }

    private static func append(_ value: Int64, digits: Int, to text: inout [UInt8], before separator: Unicode.Scalar) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
        text.append(UInt8(truncatingIfNeeded: separator.value))
    }

    /// The proleptic Gregorian date, counted in eras of 400 years that start on 1 March, so that the leap day is
    /// the last of its year.
    private static func date(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let daysPerEra: Int64 = 146_097
        let shifted = days + 719_468
        let era = shifted / daysPerEra
        let dayOfEra = shifted % daysPerEra
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}

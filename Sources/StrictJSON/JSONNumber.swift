/// A number as it is written (RFC 8259 §6). It is never a `Double`: `0.1` stays what it is, and `1e400` is
/// refused by whoever asks for an integer instead of becoming infinity.
package struct JSONNumber: Sendable {
    /// The number's text, which the grammar has accepted.
    package let text: ArraySlice<UInt8>

    /// The value, where it is a whole number that fits; `1.0` and `1e3` are whole numbers.
    package var integer: Int64? {
        if let digits { return digits }
        guard let parts = Decimal(text).parts(), !parts.hasFraction else { return nil }
        return parts.rounded(awayFromZero: false)
    }

    package enum Rounding: Sendable { case down, up }

    /// The nearest whole number that is not above (`down`) or not below (`up`) the value; `nil` where it does
    /// not fit into 64 bits.
    package func whole(_ rounding: Rounding) -> Int64? {
        if let digits { return digits }
        guard let parts = Decimal(text).parts() else { return nil }
        return parts.rounded(awayFromZero: parts.hasFraction && (rounding == .down) == parts.isNegative)
    }

    /// More digits than these may not fit into 64 bits.
    private static let digitLimit = 18

    /// The value of a text of few digits and nothing else, as nearly all numbers are.
    private var digits: Int64? {
        guard text.count <= Self.digitLimit else { return nil }
        var value: Int64 = 0
        for byte in text {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int64(digit)
        }
        return value
    }
}

/// A number's text, taken apart: the value is ±`mantissa` × 10^`exponent`.
private struct Decimal {
    let isNegative: Bool
    /// Digits, perhaps with a point between them.
    let mantissa: ArraySlice<UInt8>
    let exponent: Int

    /// Exponents beyond this are all the same: no document has room for as many digits as would outweigh them.
    private static let exponentLimit = 1 << 30

    init(_ text: ArraySlice<UInt8>) {
        isNegative = text.first == UInt8(ascii: "-")
        let magnitude = text.dropFirst(isNegative ? 1 : 0)
        mantissa = magnitude.prefix { $0 | 0x20 != UInt8(ascii: "e") }
        exponent = Self.exponent(magnitude[mantissa.endIndex...].dropFirst())
    }

    /// The value of digits with an optional sign, or of nothing.
    private static func exponent(_ text: ArraySlice<UInt8>) -> Int {
        var value = 0
        for byte in text where byte != UInt8(ascii: "+") && byte != UInt8(ascii: "-") {
            value = min(value * 10 + Int(byte &- UInt8(ascii: "0")), exponentLimit)
        }
        return text.first == UInt8(ascii: "-") ? -value : value
    }

    struct Parts {
        let isNegative: Bool
        let magnitude: UInt64
        let hasFraction: Bool

        func rounded(awayFromZero: Bool) -> Int64? {
            let (sum, overflow) = magnitude.addingReportingOverflow(awayFromZero ? 1 : 0)
            guard !overflow, sum <= (isNegative ? Int64.min : Int64.max).magnitude else { return nil }
            // `-2^63` has no positive counterpart; in two's complement it is its own.
            let bits = Int64(truncatingIfNeeded: sum)
            return isNegative ? 0 &- bits : bits
        }
    }

    /// The digits before the decimal point as a number, and whether any digit behind it is not zero; `nil` where
    /// the number needs more than 64 bits.
    func parts() -> Parts? {
        let point = mantissa.firstIndex(of: UInt8(ascii: ".")) ?? mantissa.endIndex
        var wholeDigits = point - mantissa.startIndex + exponent
        var magnitude: UInt64 = 0
        var hasFraction = false
        for byte in mantissa where byte != UInt8(ascii: ".") {
            let digit = UInt64(byte &- UInt8(ascii: "0"))
            guard wholeDigits > 0 else {
                hasFraction = hasFraction || digit != 0
                continue
            }
            guard let longer = Self.appending(digit, to: magnitude) else { return nil }
            magnitude = longer
            wholeDigits -= 1
        }
        while wholeDigits > 0, magnitude > 0 {
            guard let longer = Self.appending(0, to: magnitude) else { return nil }
            magnitude = longer
            wholeDigits -= 1
        }
        return Parts(isNegative: isNegative, magnitude: magnitude, hasFraction: hasFraction)
    }

    private static func appending(_ digit: UInt64, to magnitude: UInt64) -> UInt64? {
        let (product, overflowed) = magnitude.multipliedReportingOverflow(by: 10)
        let (sum, carried) = product.addingReportingOverflow(digit)
        return overflowed || carried ? nil : sum
    }
}

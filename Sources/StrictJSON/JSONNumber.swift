/// A number as it is written (RFC 8259 §6). It is never a `Double`: `0.1` stays what it is, and `1e400` is
/// refused by whoever asks for an integer instead of becoming infinity.
package struct JSONNumber: Sendable {
    /// The number's text, which the grammar has accepted.
    package let text: ArraySlice<UInt8>

    /// The value, where it is a whole number that fits; `1.0` and `1e3` are whole numbers.
    package var integer: Int64? {
        guard let down = whole(.down), down == whole(.up) else { return nil }
        return down
    }

    package enum Rounding: Sendable { case down, up }

    /// The nearest whole number that is not above (`down`) or not below (`up`) the value; `nil` where it does
    /// not fit into 64 bits.
    package func whole(_ rounding: Rounding) -> Int64? {
        let decimal = Decimal(text)
        guard let (magnitude, hasFraction) = decimal.wholePart() else { return nil }
        let awayFromZero = hasFraction && (rounding == .down) == decimal.isNegative
        let (rounded, overflow) = magnitude.addingReportingOverflow(awayFromZero ? 1 : 0)
        guard !overflow else { return nil }
        return decimal.isNegative ? -rounded : rounded
    }
}

/// A number's text, taken apart: the value is ±`digits` × 10^`exponent`.
private struct Decimal {
    var isNegative = false
    var digits: [UInt8] = []
    var exponent = 0

    /// Exponents beyond this are all the same to us: too large, or a fraction.
    private static let exponentLimit = 1_000_000

    init(_ text: ArraySlice<UInt8>) {
        var rest = text
        if rest.first == UInt8(ascii: "-") {
            isNegative = true
            rest = rest.dropFirst()
        }
        var isFraction = false
        while let byte = rest.first, byte | 0x20 != UInt8(ascii: "e") {
            rest = rest.dropFirst()
            guard byte != UInt8(ascii: ".") else {
                isFraction = true
                continue
            }
            if isFraction { exponent -= 1 }
            if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte &- UInt8(ascii: "0")) }
        }
        exponent += Self.exponent(rest.dropFirst())
    }

    private static func exponent(_ text: ArraySlice<UInt8>) -> Int {
        var value = 0
        for byte in text where byte != UInt8(ascii: "+") && byte != UInt8(ascii: "-") {
            value = min(value * 10 + Int(byte &- UInt8(ascii: "0")), exponentLimit)
        }
        return text.first == UInt8(ascii: "-") ? -value : value
    }

    /// The digits before the decimal point as a number, and whether any digit behind it is not zero.
    func wholePart() -> (Int64, hasFraction: Bool)? {
        guard !digits.isEmpty else { return (0, false) }
        let wholeCount = digits.count + exponent
        guard wholeCount <= 19 else { return nil }
        var magnitude: Int64 = 0
        for index in 0..<max(wholeCount, 0) {
            let (product, overflowed) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(index < digits.count ? Int64(digits[index]) : 0)
            guard !overflowed, !carried else { return nil }
            magnitude = sum
        }
        return (magnitude, digits.dropFirst(max(wholeCount, 0)).contains { $0 != 0 })
    }
}

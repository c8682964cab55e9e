/// The value of a string whose text the parser has accepted (RFC 8259 §7).
enum StringText {
    /// UTF-8 with the escapes replaced by what they stand for.
    static func decode(_ range: Range<Int>, in bytes: Span<UInt8>) -> [UInt8] {
        var value: [UInt8] = []
        value.reserveCapacity(range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "\\"), position < range.upperBound else {
                value.append(byte)
                continue
            }
            let escape = bytes[position]
            position += 1
            switch escape {
            case UInt8(ascii: "b"): value.append(0x08)
            case UInt8(ascii: "f"): value.append(0x0C)
            case UInt8(ascii: "n"): value.append(0x0A)
            case UInt8(ascii: "r"): value.append(0x0D)
            case UInt8(ascii: "t"): value.append(0x09)
            case UInt8(ascii: "u"): position = appendScalar(in: bytes, at: position, to: &value)
            default: value.append(escape)
            }
        }
        return value
    }

    /// The scalar whose four digits stand at `position`, or eight and `\u` between them where it is a surrogate
    /// pair. Answers the offset behind them.
    private static func appendScalar(in bytes: Span<UInt8>, at position: Int, to value: inout [UInt8]) -> Int {
        let unit = hexUnit(in: bytes, at: position)
        guard 0xD800...0xDBFF ~= unit else {
            UTF8Sequence.append(unit, to: &value)
            return position + 4
        }
        let low = hexUnit(in: bytes, at: position + 6)
        UTF8Sequence.append(0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF), to: &value)
        return position + 10
    }

    /// The parser has seen four digits here.
    private static func hexUnit(in bytes: Span<UInt8>, at position: Int) -> UInt32 {
        var unit: UInt32 = 0
        for index in position..<(position + 4) { unit = unit << 4 | UInt32(hexDigitValue(bytes[index]) ?? 0) }
        return unit
    }
}

/// The value of `0`–`9`, `A`–`F` or `a`–`f`.
func hexDigitValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}

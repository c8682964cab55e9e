/// The value of a string whose text the parser has accepted (RFC 8259 §7).
enum StringText {
    /// UTF-8 with the escapes replaced by what they stand for.
    static func decode(_ node: Node, in bytes: Span<UInt8>) -> [UInt8] {
        let end = Int(node.end)
        var value: [UInt8] = []
        value.reserveCapacity(end - Int(node.start))
        var position = Int(node.start)
        while position < end {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "\\"), position < end else {
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
            case UInt8(ascii: "u"):
                var scalar = hexUnit(in: bytes, at: position)
                position += 4
                if 0xD800...0xDBFF ~= scalar {
                    scalar = 0x10000 + (scalar - 0xD800) << 10 + (hexUnit(in: bytes, at: position + 2) - 0xDC00)
                    position += 6
                }
                UTF8Sequence.append(scalar, to: &value)
            default: value.append(escape)
            }
        }
        return value
    }

    /// The parser has seen four digits here; without them this is 0 rather than a trap.
    private static func hexUnit(in bytes: Span<UInt8>, at position: Int) -> UInt32 {
        guard position + 4 <= bytes.count else { return 0 }
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

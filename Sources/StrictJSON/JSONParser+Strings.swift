/// Strings (RFC 8259 §7).
extension JSONParser {
    mutating func parseString() throws(JSONError) {
        position += 1
        let start = position
        var isEscaped = false
        while true {
            position = PlainText.end(in: bytes, from: position)
            switch try peek() {
            case UInt8(ascii: "\""):
                append(.string, from: start, to: position, isEscaped: isEscaped)
                position += 1
                return
            case UInt8(ascii: "\\"):
                isEscaped = true
                try skipEscape()
            case 0x20...0x7F: position += 1
            case 0x00...0x1F: throw .unexpectedByte(at: position)
            default: position = try UTF8Sequence.end(in: bytes, at: position)
            }
        }
    }

    private mutating func skipEscape() throws(JSONError) {
        let start = position
        position += 1
        switch try peek() {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            switch try readHexUnit() {
            case 0xD800...0xDBFF: try skipLowSurrogate(of: start)
            case 0xDC00...0xDFFF: throw .invalidUnicode(at: start)
            default: break
            }
        default: throw .unexpectedByte(at: position)
        }
    }

    /// The second half of a surrogate pair whose first half was escaped at `start`.
    private mutating func skipLowSurrogate(of start: Int) throws(JSONError) {
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { throw .invalidUnicode(at: start) }
        position += 1
        guard 0xDC00...0xDFFF ~= (try readHexUnit()) else { throw .invalidUnicode(at: start) }
    }

    /// The four digits behind `u`, on which `position` stands.
    private mutating func readHexUnit() throws(JSONError) -> UInt16 {
        position += 1
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = hexDigitValue(try peek()) else { throw .unexpectedByte(at: position) }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }
}

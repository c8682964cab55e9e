/// UTF-8 as RFC 3629 §3 and §4 define it: no overlong form, no surrogate, nothing above U+10FFFF.
enum UTF8Sequence {
    /// The offset behind the sequence of two to four bytes that starts at `start`.
    static func end(in bytes: Span<UInt8>, at start: Int) throws(JSONError) -> Int {
        let second: ClosedRange<UInt8>
        let length: Int
        switch bytes[start] {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw .invalidUnicode(at: start)
        }
        guard start + length <= bytes.count, second ~= bytes[start + 1] else { throw .invalidUnicode(at: start) }
        for index in (start + 2)..<(start + length) where !(0x80...0xBF ~= bytes[index]) {
            throw .invalidUnicode(at: start)
        }
        return start + length
    }

    /// Appends a Unicode scalar value. The parser lets no surrogate come here.
    static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
        func continuation(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: scalar >> shift & 0x3F) }
        switch scalar {
        case 0..<0x80: bytes.append(UInt8(truncatingIfNeeded: scalar))
        case 0x80..<0x800: bytes += [0xC0 | UInt8(truncatingIfNeeded: scalar >> 6), continuation(0)]
        case 0x800..<0x10000:
            bytes += [0xE0 | UInt8(truncatingIfNeeded: scalar >> 12), continuation(6), continuation(0)]
        default:
            bytes += [
                0xF0 | UInt8(truncatingIfNeeded: scalar >> 18), continuation(12), continuation(6), continuation(0),
            ]
        }
    }
}

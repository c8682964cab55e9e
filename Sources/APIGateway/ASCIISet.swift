/// A set of ASCII characters, as one bit for each.
struct ASCIISet: Sendable {
    /// Those of 0 to 63, and those of 64 to 127.
    private let low: UInt64
    private let high: UInt64

    /// Letters, digits and these characters.
    init(alphanumericsAnd others: String) {
        var bits: (low: UInt64, high: UInt64) = (0x3FF << 48, 0x3FF_FFFF << 1 | 0x3FF_FFFF << 33)
        for byte in others.utf8 {
            if byte < 64 { bits.low |= 1 << UInt64(byte) } else { bits.high |= 1 << UInt64(byte & 63) }
        }
        (low, high) = bits
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let bits = byte < 64 ? low : byte < 128 ? high : 0
        return bits >> UInt64(byte & 63) & 1 != 0
    }

    /// - Returns: Whether every byte of the text is in the set; also where there is none.
    func containsAll(of text: Span<UInt8>) -> Bool {
        for index in text.indices {
            guard contains(text[index]) else { return false }
        }
        return true
    }
}

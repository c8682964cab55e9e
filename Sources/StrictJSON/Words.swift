/// Bytes looked at eight at a time.
extension Span<UInt8> {
    /// The eight bytes from `offset` on, the first of them lowest; 0 where there are not as many.
    ///
    /// Asked for this way the compiler knows that all eight are there, and makes one load of them.
    @inline(__always)
    package func word(at offset: Int) -> UInt64 {
        guard offset >= 0, count >= 8, offset <= count - 8 else { return 0 }
        return UInt64(quad(at: offset)) | UInt64(quad(at: offset + 4)) << 32
    }

    /// The four bytes from `offset` on, the first of them lowest; 0 where there are not as many.
    @inline(__always)
    package func quad(at offset: Int) -> UInt32 {
        guard offset >= 0, count >= 4, offset <= count - 4 else { return 0 }
        return UInt32(self[offset]) | UInt32(self[offset + 1]) << 8
            | UInt32(self[offset + 2]) << 16 | UInt32(self[offset + 3]) << 24
    }

    /// Whether both are the same bytes.
    package func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        var offset = 0
        let lastWord = count - 8
        while offset <= lastWord {
            guard word(at: offset) == other.word(at: offset) else { return false }
            offset &+= 8
        }
        while offset < count {
            guard self[offset] == other[offset] else { return false }
            offset += 1
        }
        return true
    }

    /// The first place, from `start` on, where this byte stands.
    package func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        var offset = start
        let pattern = Words.ones &* UInt64(byte)
        let lastWord = count - 8
        while offset <= lastWord {
            let marks = Words.marksOfZeros(in: word(at: offset) ^ pattern)
            guard marks == 0 else { return offset &+ marks.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        while offset < count {
            if self[offset] == byte { return offset }
            offset += 1
        }
        return nil
    }
}

enum Words {
    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The high bit of every byte that is 0. A borrow out of such a byte can mark those above it wrongly, never those
    /// below, so the lowest mark is exact.
    @inline(__always)
    static func marksOfZeros(in word: UInt64) -> UInt64 { (word &- ones) & ~word & highBits }
}

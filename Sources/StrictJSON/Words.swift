/// Bytes looked at eight at a time.
///
/// The loops below take words from the front of a span and drop them from it: asked for this way the compiler knows that
/// all eight bytes are there, and makes one load of them.
extension Span<UInt8> {
    /// The first eight bytes, the first of them lowest; 0 where there are not as many.
    @inline(__always)
    package var firstWord: UInt64 {
        guard count >= 8 else { return 0 }
        let low = UInt64(self[0]) | UInt64(self[1]) << 8 | UInt64(self[2]) << 16 | UInt64(self[3]) << 24
        return low | UInt64(self[4]) << 32 | UInt64(self[5]) << 40 | UInt64(self[6]) << 48 | UInt64(self[7]) << 56
    }

    /// The first four bytes, the first of them lowest; 0 where there are not as many.
    @inline(__always)
    package var firstQuad: UInt32 {
        guard count >= 4 else { return 0 }
        return UInt32(self[0]) | UInt32(self[1]) << 8 | UInt32(self[2]) << 16 | UInt32(self[3]) << 24
    }

    /// All bytes of a span of fewer than eight, the first of them lowest, and zeros above them.
    ///
    /// Bytes are looked at twice rather than counted: the ends of four or more overlap, as do those of three.
    @inline(__always)
    package var shortWord: UInt64 {
        guard count < 4 else {
            return UInt64(firstQuad) | UInt64(extracting(droppingFirst: count &- 4).firstQuad) &<< shift(count &- 4)
        }
        guard count > 0 else { return 0 }
        let middle = count / 2
        return UInt64(self[0]) | UInt64(self[middle]) &<< shift(middle) | UInt64(self[count &- 1]) &<< shift(count &- 1)
    }

    /// How far up the byte at this offset stands in a word, in bits.
    @inline(__always)
    private func shift(_ offset: Int) -> UInt64 { UInt64(truncatingIfNeeded: offset &* 8) }

    /// A whole word of a span of fewer than eight bytes: all of them, and `filler` above them.
    @inline(__always)
    package func shortWord(filledWith filler: UInt8) -> UInt64 {
        shortWord | (Words.ones &* UInt64(filler)) &<< shift(count)
    }

    /// Whether both are the same bytes.
    @inline(__always)
    package func isEqual(to other: Span<UInt8>) -> Bool { count == other.count && hasSameWords(as: other) }

    /// For a span that is as long as this one.
    private func hasSameWords(as other: Span<UInt8>) -> Bool {
        var (left, right) = (self, other)
        while left.count >= 8, right.count >= 8 {
            guard left.firstWord == right.firstWord else { return false }
            left = left.extracting(droppingFirst: 8)
            right = right.extracting(droppingFirst: 8)
        }
        return left.shortWord == right.shortWord
    }

    /// Whether both are the same bytes; where case is ignored, upper-case ASCII letters of this one are those of the
    /// other, which is in lower case.
    func isEqual(to other: Span<UInt8>, ignoringCase: Bool) -> Bool {
        guard ignoringCase else { return isEqual(to: other) }
        guard count == other.count else { return false }
        for index in indices {
            let byte = self[index]
            guard (0x41...0x5A ~= byte ? byte | 0x20 : byte) == other[index] else { return false }
        }
        return true
    }

    /// The first place, from `start` on, where this byte stands.
    package func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        var rest = extracting(droppingFirst: start)
        let pattern = Words.ones &* UInt64(byte)
        while rest.count >= 8 {
            let marks = Words.marksOfZeros(in: rest.firstWord ^ pattern)
            guard marks == 0 else { return count &- rest.count &+ Words.indexOfFirst(marks) }
            rest = rest.extracting(droppingFirst: 8)
        }
        let index = Words.indexOfFirst(Words.marksOfZeros(in: rest.shortWord(filledWith: ~byte) ^ pattern))
        return index < rest.count ? count &- rest.count &+ index : nil
    }
}

/// Eight bytes in one number. A mark is the high bit of a byte.
package enum Words {
    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// Marks every byte that is 0. A borrow out of such a byte can mark those above it wrongly, never those below, so the
    /// lowest mark is exact.
    @inline(__always)
    static func marksOfZeros(in word: UInt64) -> UInt64 { (word &- ones) & ~word & highBits }

    /// Marks every byte that is in the range of ASCII, its high bit left aside.
    @inline(__always)
    package static func marks(of range: ClosedRange<UInt8>, in word: UInt64) -> UInt64 {
        // The first sum reaches the high bit from the range's start on, the second only behind its end.
        let fromStart = (word & ~highBits) &+ ones &* UInt64(0x80 &- range.lowerBound)
        let behindEnd = (word & ~highBits) &+ ones &* UInt64(0x7F &- range.upperBound)
        return fromStart & ~behindEnd & highBits
    }

    /// Whether every byte has its mark and none is above 0x7F.
    @inline(__always)
    package static func areAllMarked(_ marks: UInt64, in word: UInt64) -> Bool { marks & ~word & highBits == highBits }

    /// The place of the lowest mark; 8 where there is none.
    @inline(__always)
    static func indexOfFirst(_ marks: UInt64) -> Int { marks.trailingZeroBitCount / 8 }
}

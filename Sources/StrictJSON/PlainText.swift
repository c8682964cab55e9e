/// The bytes of a string that need no second look: ASCII except for control characters, the quotation mark and the
/// reverse solidus (RFC 8259 §7). Nearly all of an event is such bytes, so they are passed over eight at a time.
enum PlainText {
    /// The offset of the first byte, from `start` on, that is not plain; the end of the text where all are.
    static func end(in bytes: Span<UInt8>, from start: Int) -> Int {
        var position = start
        let lastWord = bytes.count - 8
        while position <= lastWord {
            let marks = marksOfOthers(in: bytes.word(at: position))
            guard marks == 0 else { return position &+ marks.trailingZeroBitCount / 8 }
            position &+= 8
        }
        while position < bytes.count, marksOfOthers(in: UInt64(bytes[position]) | spaces << 8) == 0 { position += 1 }
        return position
    }

    private static let spaces: UInt64 = 0x2020_2020_2020_2020

    /// The high bit of every byte that is not plain. A borrow or a carry out of such a byte can mark those above
    /// it wrongly, never those below, so the lowest mark is exact.
    @inline(__always)
    private static func marksOfOthers(in word: UInt64) -> UInt64 {
        let quotationMark = (word ^ Words.ones &* 0x22) &- Words.ones
        let reverseSolidus = (word ^ Words.ones &* 0x5C) &- Words.ones
        let control = word &- spaces
        let delete = word &+ Words.ones
        return (quotationMark | reverseSolidus | control | delete | word) & Words.highBits
    }
}

/// The bytes of a string that need no second look: ASCII except for control characters, the quotation mark and the
/// reverse solidus (RFC 8259 §7). Nearly all of an event is such bytes, so they are passed over eight at a time.
package enum PlainText {
    /// The offset of the first byte, from `start` on, that is not plain; the end of the text where all are.
    @inline(__always)
    static func end(in bytes: Span<UInt8>, from start: Int) -> Int {
        var rest = bytes.extracting(droppingFirst: start)
        while rest.count >= 8 {
            let marks = marksOfOthers(in: rest.firstWord)
            guard marks == 0 else { return bytes.count &- rest.count &+ Words.indexOfFirst(marks) }
            rest = rest.extracting(droppingFirst: 8)
        }
        let index = Words.indexOfFirst(marksOfOthers(in: rest.shortWord(filledWith: UInt8(ascii: " "))))
        return bytes.count &- rest.count &+ min(index, rest.count)
    }

    /// Whether there is nothing but plain bytes.
    package static func isAll(of bytes: Span<UInt8>) -> Bool { end(in: bytes, from: 0) == bytes.count }

    /// Marks every byte that is not plain. A borrow or a carry out of such a byte can mark those above it wrongly, never
    /// those below, so the lowest mark is exact.
    @inline(__always)
    private static func marksOfOthers(in word: UInt64) -> UInt64 {
        // With this bit turned the quotation mark stands directly above the controls, in the place of the space.
        let controlOrQuotationMark = (word ^ Words.ones &* 0x02) &- Words.ones &* 0x21
        let reverseSolidus = (word ^ Words.ones &* 0x5C) &- Words.ones
        let delete = word &+ Words.ones
        return (controlOrQuotationMark | reverseSolidus | delete | word) & Words.highBits
    }
}

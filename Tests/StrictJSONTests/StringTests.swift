import StrictJSON
import Testing

@Suite("RFC 8259 §7 strings, §8.2 Unicode characters")
struct StringTests {
    struct Decoded: CustomTestStringConvertible {
        let text: String
        let value: String

        init(_ text: String, _ value: String) { (self.text, self.value) = (text, value) }

        var testDescription: String { text }
    }

    static let decoded = [
        Decoded("", ""), Decoded("a", "a"), Decoded("'", "'"), Decoded("/", "/"), Decoded("\u{7F}", "\u{7F}"),
        Decoded(#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{C}\n\r\t"), Decoded(#"\u0041"#, "A"), Decoded(#"\u0000"#, "\u{0}"),
        Decoded(#"\u007f\u0080"#, "\u{7F}\u{80}"), Decoded(#"\u07FF\u0800"#, "\u{7FF}\u{800}"),
        Decoded(#"\uD7ff\uE000"#, "\u{D7FF}\u{E000}"), Decoded(#"\uFEFF"#, "\u{FEFF}"), Decoded(#"\uffff"#, "\u{FFFF}"),
        Decoded(#"\uD800\uDC00"#, "\u{10000}"), Decoded(#"\ud83d\ude00!"#, "\u{1F600}!"),
        Decoded(#"\uDBFF\uDFFF"#, "\u{10FFFF}"), Decoded(#"\uD834\uDD1E\uD834\uDD1E"#, "\u{1D11E}\u{1D11E}"),
        Decoded(#"\\u0041"#, #"\u0041"#), Decoded(#"\\\u0041"#, #"\A"#), Decoded(#"a\nb\\"#, "a\nb\\"),
        Decoded("é\u{65}\u{301}", "é\u{65}\u{301}"), Decoded("12345678", "12345678"),
        Decoded(#"1234567\n123456789\t"#, "1234567\n123456789\t"),
        Decoded(
            "eight by eight bytes, then ünïcödé, then again plain bytes enough",
            "eight by eight bytes, then ünïcödé, then again plain bytes enough"),
    ]

    @Test(arguments: decoded)
    func `a string has the value that its text spells`(_ vector: Decoded) throws {
        let value = try parse("\"\(vector.text)\"")
        #expect(try #require(value.utf8).elementsEqual(vector.value.utf8))
        #expect(value.string == vector.value)
        #expect(value.isString(vector.value))
        #expect(value.text.elementsEqual("\"\(vector.text)\"".utf8))
    }

    static let badEscapes = [
        Refused(#""\a""#, .unexpectedByte(at: 2)), Refused(#""\x41""#, .unexpectedByte(at: 2)),
        Refused(#""\'""#, .unexpectedByte(at: 2)), Refused(#""\0""#, .unexpectedByte(at: 2)),
        Refused(#""\U0041""#, .unexpectedByte(at: 2), "capital U"), Refused(#""\ ""#, .unexpectedByte(at: 2)),
        Refused("\"\\\n\"", .unexpectedByte(at: 2), "line continued"), Refused("\"\\é\"", .unexpectedByte(at: 2)),
        Refused(#""\u""#, .unexpectedByte(at: 3)), Refused(#""\u004""#, .unexpectedByte(at: 6)),
        Refused(#""\u00G0""#, .unexpectedByte(at: 5)), Refused(#""\u+041""#, .unexpectedByte(at: 3)),
        Refused(#""\u{41}""#, .unexpectedByte(at: 3)), Refused(#""\u 041""#, .unexpectedByte(at: 3)),
        Refused(#""\u00"#, .unexpectedEnd(at: 5)), Refused(#""\u0041"#, .unexpectedEnd(at: 7)),
        Refused(#""\uD800\u"#, .unexpectedEnd(at: 9)), Refused(#""\uD800\uDC0"#, .unexpectedEnd(at: 12)),
        Refused(#""\uD800\uDC0G""#, .unexpectedByte(at: 12)), Refused(#""\uDFF/""#, .unexpectedByte(at: 6)),
        Refused(#""\uDF:0""#, .unexpectedByte(at: 5)), Refused(#""\u@000""#, .unexpectedByte(at: 3)),
        Refused(#""\u`000""#, .unexpectedByte(at: 3)), Refused(#""\ug000""#, .unexpectedByte(at: 3)),
    ]

    @Test(arguments: badEscapes)
    func `an escape is one of nine, and u has four hexadecimal digits`(_ vector: Refused) {
        #expect(refusal(of: vector.text) == vector.error)
    }

    static let loneSurrogates = [
        Refused(#""\uD800""#, .invalidUnicode(at: 1)), Refused(#""\uDBFF""#, .invalidUnicode(at: 1)),
        Refused(#""\uDC00""#, .invalidUnicode(at: 1)), Refused(#""\uDFFF""#, .invalidUnicode(at: 1)),
        Refused(#""ab\uD800""#, .invalidUnicode(at: 3)), Refused(#""\uD800a""#, .invalidUnicode(at: 1)),
        Refused(#""\uD800\n""#, .invalidUnicode(at: 1)), Refused(#""\uD800\\uDC00""#, .invalidUnicode(at: 1)),
        Refused(#""\uD800\u0041""#, .invalidUnicode(at: 1)), Refused(#""\uD800\uD800""#, .invalidUnicode(at: 1)),
        Refused(#""\uD800\uDBFF""#, .invalidUnicode(at: 1)), Refused(#""\uD800\uE000""#, .invalidUnicode(at: 1)),
        Refused(#""\uDC00\uD800""#, .invalidUnicode(at: 1), "the wrong way round"),
        Refused(#""\uD800\uDC00\uDC00""#, .invalidUnicode(at: 13)), Refused(#""\uD800"#, .invalidUnicode(at: 1)),
        Refused(#""\uD800\"#, .invalidUnicode(at: 1)), Refused(#"{"\uDEAD":1}"#, .invalidUnicode(at: 2), "in a name"),
    ]

    @Test(arguments: loneSurrogates)
    func `threat 33: half a surrogate pair is refused`(_ vector: Refused) {
        #expect(refusal(of: vector.text) == vector.error)
    }

    @Test
    func `threat 33: NUL and every other control character must be escaped`() {
        for byte in UInt8(0)..<0x20 {
            #expect(refusal(of: [0x22, byte, 0x22]) == .unexpectedByte(at: 1))
            #expect(refusal(of: Array("\"12345678".utf8) + [byte, 0x22]) == .unexpectedByte(at: 9))
            #expect(refusal(of: Array("{\"é".utf8) + [byte] + Array("\":1}".utf8)) == .unexpectedByte(at: 4))
        }
    }

    @Test
    func `every unit that is no surrogate may be escaped, in either case of its digits`() throws {
        for unit in UInt16.min...UInt16.max {
            let digits = String(unit, radix: 16)
            let padded = String(repeating: "0", count: 4 - digits.count) + digits
            for text in ["\"\\u\(padded)\"", "\"\\u\(padded.uppercased())\""] {
                guard let scalar = Unicode.Scalar(unit) else {
                    #expect(refusal(of: text) == .invalidUnicode(at: 1))
                    continue
                }
                #expect(try parse(text).isString(String(Character(scalar))))
            }
        }
    }

    @Test
    func `a byte that needs a second look is found at every offset`() throws {
        for length in 0...24 {
            for offset in 0..<max(length, 1) where length > 0 {
                var value = [UInt8](repeating: 0x7E, count: length)
                for (byte, expected) in [(0x1F, false), (0x20, true), (0x21, true), (0x7F, true), (0x80, false)] {
                    value[offset] = UInt8(byte)
                    #expect((refusal(of: [0x22] + value + [0x22]) == nil) == expected)
                }
                value[offset] = UInt8(ascii: "\"")
                #expect(refusal(of: [0x22] + value + [0x22]) == .trailingBytes(at: offset + 2))
            }
        }
    }
}

@Suite("RFC 3629 §3 and §4 UTF-8, RFC 8259 §8.1")
struct UTF8Tests {
    /// The first and the last scalar value of every length, and those beside the surrogates.
    @Test(arguments: [
        0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xCFFF, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x3FFFF, 0x40000, 0xFFFFF, 0x100000,
        0x10FFFF,
    ])
    func `a scalar value may stand unescaped`(value: UInt32) throws {
        let text = String(Character(try #require(Unicode.Scalar(value))))
        #expect(try parse("\"\(text)\"").isString(text))
    }

    static let invalid = [
        Refused(bytes: [0x80], .invalidUnicode(at: 1), "continuation alone"),
        Refused(bytes: [0xBF], .invalidUnicode(at: 1), "continuation alone"),
        Refused(bytes: [0xC0, 0x80], .invalidUnicode(at: 1), "overlong NUL"),
        Refused(bytes: [0xC0, 0xAE], .invalidUnicode(at: 1), "overlong full stop"),
        Refused(bytes: [0xC1, 0xBF], .invalidUnicode(at: 1), "overlong U+007F"),
        Refused(bytes: [0xE0, 0x80, 0xAF], .invalidUnicode(at: 1), "overlong solidus"),
        Refused(bytes: [0xE0, 0x9F, 0xBF], .invalidUnicode(at: 1), "overlong U+07FF"),
        Refused(bytes: [0xF0, 0x8F, 0xBF, 0xBF], .invalidUnicode(at: 1), "overlong U+FFFF"),
        Refused(bytes: [0xED, 0xA0, 0x80], .invalidUnicode(at: 1), "surrogate U+D800"),
        Refused(bytes: [0xED, 0xBF, 0xBF], .invalidUnicode(at: 1), "surrogate U+DFFF"),
        Refused(bytes: [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], .invalidUnicode(at: 1), "CESU-8 pair"),
        Refused(bytes: [0xF4, 0x90, 0x80, 0x80], .invalidUnicode(at: 1), "above U+10FFFF"),
        Refused(bytes: [0xF5, 0x80, 0x80, 0x80], .invalidUnicode(at: 1), "above U+10FFFF"),
        Refused(bytes: [0xF8, 0x88, 0x80, 0x80, 0x80], .invalidUnicode(at: 1), "five bytes"),
        Refused(bytes: [0xFE], .invalidUnicode(at: 1)), Refused(bytes: [0xFF], .invalidUnicode(at: 1)),
        Refused(bytes: [0xC3], .invalidUnicode(at: 1), "cut short by the quotation mark"),
        Refused(bytes: [0xE2, 0x82], .invalidUnicode(at: 1), "cut short by the quotation mark"),
        Refused(bytes: [0xF0, 0x9F, 0x98], .invalidUnicode(at: 1), "cut short by the quotation mark"),
        Refused(bytes: [0xE2, 0x28, 0xA1], .invalidUnicode(at: 1)),
        Refused(bytes: [0xF0, 0x9F, 0x28, 0x80], .invalidUnicode(at: 1)),
        Refused(bytes: [0xF0, 0x9F, 0x98, 0xC0], .invalidUnicode(at: 1)),
        Refused(bytes: [0x61, 0xC3, 0xA9, 0xE9, 0x61], .invalidUnicode(at: 4), "Latin-1 behind UTF-8"),
    ]

    @Test(arguments: invalid)
    func `threat 33: bytes that are not UTF-8 are refused where their sequence starts`(_ vector: Refused) {
        #expect(refusal(of: [0x22] + vector.text + [0x22]) == vector.error)
        #expect(refusal(of: Array("{\"".utf8) + vector.text + Array("\":1}".utf8)) != nil)
    }

    @Test(arguments: [[0xC3], [0xE2], [0xE2, 0x82], [0xF0], [0xF0, 0x9F], [0xF0, 0x9F, 0x98]] as [[UInt8]])
    func `threat 33: a sequence cut short by the end of the text is refused`(bytes: [UInt8]) {
        #expect(refusal(of: [0x22] + bytes) == .invalidUnicode(at: 1))
    }

    @Test
    func `threat 33: of all pairs of bytes, those are accepted that Swift's own decoder accepts`() {
        for first in UInt8(0x80)...0xFF {
            for second in UInt8.min...UInt8.max where ![0x22, 0x5C].contains(second) && second >= 0x20 {
                let isValid = String(validating: [first, second], as: UTF8.self) != nil
                #expect((refusal(of: [0x22, first, second, 0x22]) == nil) == isValid)
            }
        }
    }

    @Test
    func `threat 33: of longer sequences with boundary bytes, those are accepted that Swift's own decoder accepts`() {
        let boundaries: [UInt8] = [0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0]
        for first in UInt8(0xE0)...0xF5 {
            for second in boundaries {
                for third in boundaries {
                    for fourth in boundaries {
                        let bytes = [first, second, third, fourth]
                        let isValid = String(validating: bytes, as: UTF8.self) != nil
                        #expect((refusal(of: [0x22] + bytes + [0x22]) == nil) == isValid)
                    }
                }
            }
        }
    }
}

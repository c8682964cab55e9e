import StrictJSON
import Testing

@Suite("RFC 8259 §7, §10 generators")
struct WriterTests {
    static func written(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test
    func `separators stand between values and nowhere else`() {
        let text = Self.written { writer in
            writer.beginObject()
            writer.name("a")
            writer.beginArray()
            writer.beginArray()
            writer.endArray()
            writer.beginObject()
            writer.endObject()
            writer.bool(true)
            writer.bool(false)
            writer.null()
            writer.integer(1)
            writer.string("s")
            writer.string(ExactString("e"))
            writer.string(utf8: Array("u".utf8)[...])
            writer.raw(Array("1.50".utf8)[...])
            writer.endArray()
            writer.name("b")
            writer.beginObject()
            writer.name("c")
            writer.null()
            writer.endObject()
            writer.name("")
            writer.integer(-2)
            writer.endObject()
        }
        #expect(text == #"{"a":[[],{},true,false,null,1,"s","e","u",1.50],"b":{"c":null},"":-2}"#)
    }

    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("\"", #"\""#), ("\\", #"\\"#), ("/", "/"), ("\n", #"\n"#),
        ("\r\t", #"\u000d\u0009"#),
        ("\u{0}", #"\u0000"#), ("\u{1F}", #"\u001f"#), ("\u{7F}", #"\u007f"#), ("\u{80}é😀", "\u{80}é😀"),
        ("a\"b\\c\nd", #"a\"b\\c\nd"#), ("\"\"", #"\"\""#),
        ("eight by eight by \"eight\"", #"eight by eight by \"eight\""#),
        ("\u{2028}", "\u{2028}"),
    ])
    func `a string is written with the escapes it needs`(value: String, escaped: String) throws {
        #expect(Self.written { $0.string(value) } == "\"\(escaped)\"")
        #expect(Self.written { $0.string(utf8: Array(value.utf8)[...]) } == "\"\(escaped)\"")
        #expect(Self.written { $0.name(value) } == "\"\(escaped)\":")
        #expect(try parse("\"\(escaped)\"").isString(value))
    }

    @Test
    func `threat 33: every control character that is written can be read again`() throws {
        let controls = String(String.UnicodeScalarView((0..<0x20).compactMap { Unicode.Scalar($0) }))
        #expect(try parse(Self.written { $0.string(controls) }).isString(controls))
    }

    @Test(arguments: [0, 1, -1, 9, 10, -10, 99, 100, 1_000_000_007, .max, .min, .max - 1, .min + 1] as [Int64])
    func `an integer is written in decimal digits`(value: Int64) throws {
        let text = Self.written { $0.integer(value) }
        #expect(text == "\(value)")
        #expect(try parse(text).number?.integer == value)
    }

    @Test
    func `a long text grows beyond the bytes reserved`() throws {
        let value = String(repeating: "long \"text\" ", count: 1_000)
        var writer = JSONWriter(reservingBytes: 0)
        writer.string(value)
        #expect(try JSONDocument(parsing: writer.bytes).root.isString(value))
    }
}

struct ErrorTests {
    @Test(arguments: [
        (JSONError.unexpectedByte(at: 3), "not JSON at byte 3"),
        (.unexpectedEnd(at: 3), "JSON ends unfinished at byte 3"),
        (.trailingBytes(at: 3), "more text follows the JSON value at byte 3"),
        (.invalidUnicode(at: 3), "string is not valid Unicode at byte 3"),
        (.duplicateMember(at: 3), "member is named twice in one object at byte 3"),
        (.tooDeep(at: 3, limit: 32), "nested deeper than 32 levels at byte 3"),
        (.tooManyValues(at: 3, limit: 9), "more than 9 values at byte 3"),
        (.numberTooLong(at: 3, limitInBytes: 64), "number longer than 64 bytes at byte 3"),
        (.textTooLong(limitInBytes: 5), "text longer than 5 bytes"),
    ])
    func `an error is one line that says where, and none of the text`(error: JSONError, description: String) {
        #expect(error.description == description)
    }
}

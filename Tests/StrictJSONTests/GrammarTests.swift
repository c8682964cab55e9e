import StrictJSON
import Testing

@Suite("RFC 8259 §2 JSON text, §3 values, §4 objects, §5 arrays")
struct GrammarTests {
    @Test(arguments: [
        "null", "true", "false", "0", "\"\"", "{}", "[]", " {\t}\r\n", "\n\t\r [ ] ", "[null,true , false]",
        #"{"a":1,"b":[{}],"c":{"d":""}}"#, #"{ "a" : 1 , "b" : 2 }"#, #"{"":0}"#, "[[[[[]]]]]", "[1,[2,[3]],{}]",
    ])
    func `any value may be a whole text, with white space around every token`(text: String) {
        #expect(refusal(of: text) == nil)
    }

    static let unfinished = [
        Refused("", .unexpectedEnd(at: 0), "nothing"), Refused(" \n", .unexpectedEnd(at: 2), "white space only"),
        Refused("{", .unexpectedEnd(at: 1)), Refused("[", .unexpectedEnd(at: 1)),
        Refused("[1", .unexpectedEnd(at: 2)), Refused("[1,", .unexpectedEnd(at: 3)),
        Refused(#"{"a"#, .unexpectedEnd(at: 3)), Refused(#"{"a""#, .unexpectedEnd(at: 4)),
        Refused(#"{"a":"#, .unexpectedEnd(at: 5)), Refused(#"{"a":1"#, .unexpectedEnd(at: 6)),
        Refused(#"{"a":1,"#, .unexpectedEnd(at: 7)), Refused("tru", .unexpectedEnd(at: 3)),
        Refused("f", .unexpectedEnd(at: 1)), Refused("nul", .unexpectedEnd(at: 3)),
        Refused("\"", .unexpectedEnd(at: 1)), Refused(#""\"#, .unexpectedEnd(at: 2)),
    ]

    @Test(arguments: unfinished)
    func `a text that ends too soon is refused at its end`(_ vector: Refused) {
        #expect(refusal(of: vector.text) == vector.error)
    }

    static let wrong = [
        Refused("]", .unexpectedByte(at: 0)), Refused("}", .unexpectedByte(at: 0)),
        Refused(",", .unexpectedByte(at: 0)), Refused(":", .unexpectedByte(at: 0)),
        Refused("[,]", .unexpectedByte(at: 1)), Refused("[1,]", .unexpectedByte(at: 3), "trailing comma"),
        Refused("[1,,2]", .unexpectedByte(at: 3)), Refused("[1 2]", .unexpectedByte(at: 3)),
        Refused("[1}", .unexpectedByte(at: 2)), Refused("[1:2]", .unexpectedByte(at: 2)),
        Refused("{,}", .unexpectedByte(at: 1)), Refused(#"{"a":1,}"#, .unexpectedByte(at: 7), "trailing comma"),
        Refused(#"{"a":1,,"b":2}"#, .unexpectedByte(at: 7)), Refused(#"{"a":1]"#, .unexpectedByte(at: 6)),
        Refused(#"{"a" 1}"#, .unexpectedByte(at: 5)), Refused(#"{"a"::1}"#, .unexpectedByte(at: 5)),
        Refused(#"{"a",1}"#, .unexpectedByte(at: 4)), Refused(#"{"a":}"#, .unexpectedByte(at: 5)),
        Refused("{1:1}", .unexpectedByte(at: 1), "name is a number"), Refused("{null:1}", .unexpectedByte(at: 1)),
        Refused("{a:1}", .unexpectedByte(at: 1), "name without quotation marks"),
        Refused("{[]:1}", .unexpectedByte(at: 1)), Refused("{'a':1}", .unexpectedByte(at: 1), "apostrophes"),
        Refused("'a'", .unexpectedByte(at: 0)), Refused("a", .unexpectedByte(at: 0)),
        Refused("\u{0B}1", .unexpectedByte(at: 0), "vertical tab"), Refused("[\u{0C}]", .unexpectedByte(at: 1)),
        Refused("[\u{A0}1]", .unexpectedByte(at: 1), "no-break space"), Refused("\u{0}", .unexpectedByte(at: 0)),
        Refused("\u{2028}1", .unexpectedByte(at: 0)), Refused("[\u{0}]", .unexpectedByte(at: 1)),
    ]

    @Test(arguments: wrong)
    func `a byte that the grammar does not allow is refused where it stands`(_ vector: Refused) {
        #expect(refusal(of: vector.text) == vector.error)
    }

    static let literals = [
        Refused("True", .unexpectedByte(at: 0)), Refused("TRUE", .unexpectedByte(at: 0)),
        Refused("tRue", .unexpectedByte(at: 1)), Refused("truE", .unexpectedByte(at: 3)),
        Refused("falsy", .unexpectedByte(at: 4)), Refused("nil", .unexpectedByte(at: 1)),
        Refused("Null", .unexpectedByte(at: 0)), Refused("undefined", .unexpectedByte(at: 0)),
        Refused("nulll", .trailingBytes(at: 4)), Refused("[truefalse]", .unexpectedByte(at: 5)),
    ]

    @Test(arguments: literals)
    func `literal names are lower case and whole`(_ vector: Refused) {
        #expect(refusal(of: vector.text) == vector.error)
    }

    static let leniencies = [
        Refused("1 2", .trailingBytes(at: 2)), Refused("{}{}", .trailingBytes(at: 2)),
        Refused("[]]", .trailingBytes(at: 2)), Refused("{}}", .trailingBytes(at: 2)),
        Refused("null,", .trailingBytes(at: 4)), Refused("\"a\"\u{0}", .trailingBytes(at: 3), "NUL behind the text"),
        Refused("{} // end", .trailingBytes(at: 3)), Refused("{}#", .trailingBytes(at: 2)),
        Refused("/* */ {}", .unexpectedByte(at: 0)), Refused("[1 /* one */]", .unexpectedByte(at: 3)),
        Refused("// line\n{}", .unexpectedByte(at: 0)), Refused("NaN", .unexpectedByte(at: 0)),
        Refused("[nan]", .unexpectedByte(at: 2)), Refused("Infinity", .unexpectedByte(at: 0)),
        Refused("-Infinity", .unexpectedByte(at: 1)), Refused("[-inf]", .unexpectedByte(at: 2)),
    ]

    @Test(arguments: leniencies)
    func `threat 35: trailing bytes, comments, NaN and Infinity are refused`(_ vector: Refused) {
        #expect(refusal(of: vector.text) == vector.error)
    }

    @Test(arguments: ["null", "true", "1", "\"{}\"", "[]", #"["exp"]"#])
    func `threat 35: a text that is no object has no members`(text: String) throws {
        let root = try parse(text)
        #expect(root.kind != .object)
        #expect(root.members == nil)
        #expect(root["exp"] == nil)
    }

    @Test(arguments: [
        (parts: ["[1]", "2"], at: 3), (parts: ["", "true"], at: 0), (parts: [" {}", "\u{FEFF}"], at: 3),
    ])
    func `threat 33: a byte order mark is refused wherever it stands`(parts: [String], at offset: Int) {
        let error = refusal(of: Array(parts[0].utf8) + [0xEF, 0xBB, 0xBF] + Array(parts[1].utf8))
        #expect(error == (offset == 0 ? .unexpectedByte(at: 0) : .trailingBytes(at: offset)))
    }

    @Test
    func `threat 33: UTF-16 and UTF-32 are refused`() {
        #expect(refusal(of: [0x7B, 0x00, 0x7D, 0x00]) == .unexpectedByte(at: 1))
        #expect(refusal(of: [0x00, 0x7B, 0x00, 0x7D]) == .unexpectedByte(at: 0))
        #expect(refusal(of: [0xFF, 0xFE, 0x7B, 0x00]) == .unexpectedByte(at: 0))
        #expect(refusal(of: [0x7B, 0x00, 0x00, 0x00]) == .unexpectedByte(at: 1))
    }

    @Test
    func `a byte that can start no value is refused, whichever it is`() {
        let starts = Set(#""{[-0123456789tfn"#.utf8)
        let spaces: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
        for byte in UInt8.min...UInt8.max where !starts.contains(byte) && !spaces.contains(byte) {
            #expect(refusal(of: [byte]) == .unexpectedByte(at: 0))
            #expect(refusal(of: [0x5B, 0x31, 0x2C, byte]) == .unexpectedByte(at: 3))
        }
    }
}

import StrictJSON
import Testing

@Suite("RFC 8259 §3 values")
struct ValueTests {
    struct Vector: CustomTestStringConvertible {
        let text: String
        let kind: JSONValue.Kind
        var bool: Bool?
        var integer: Int64?
        var string: String?
        var memberNames: [String]?
        var elementTexts: [String]?

        var testDescription: String { text }
    }

    static let vectors = [
        Vector(text: "null", kind: .null), Vector(text: "true", kind: .boolean, bool: true),
        Vector(text: "false", kind: .boolean, bool: false), Vector(text: "-12", kind: .number, integer: -12),
        Vector(text: #""x""#, kind: .string, string: "x"), Vector(text: #""""#, kind: .string, string: ""),
        Vector(text: #""\u0078""#, kind: .string, string: "x"), Vector(text: "[]", kind: .array, elementTexts: []),
        Vector(
            text: "[ 1, [2,3 ], {\"a\":4},\"5\" ]", kind: .array, elementTexts: ["1", "[2,3 ]", "{\"a\":4}", "\"5\""]),
        Vector(text: "{}", kind: .object, memberNames: []),
        Vector(text: #"{"b":{"x":1},"a":[1,{}],"\u0063":null}"#, kind: .object, memberNames: ["b", "a", "c"]),
    ]

    @Test(arguments: vectors)
    func `a value answers as what it is and as nothing else`(_ vector: Vector) throws {
        let holder = try parse("[0, \(vector.text) ,0]")
        for value in [try parse(vector.text), try #require(holder.elements?.dropFirst().first { _ in true })] {
            #expect(value.kind == vector.kind)
            #expect(value.isNull == (vector.kind == .null))
            #expect(value.bool == vector.bool)
            #expect(value.number?.integer == vector.integer)
            #expect(value.string == vector.string)
            #expect(value.exactString == vector.string.map { ExactString($0) })
            #expect(value.utf8.map { Array($0) } == vector.string.map { Array($0.utf8) })
            #expect(value.members?.map { $0.name } == vector.memberNames)
            #expect(value.elements?.map { String(decoding: $0.text, as: UTF8.self) } == vector.elementTexts)
            #expect(value.text.elementsEqual(vector.text.utf8))
        }
    }

    @Test
    func `a member's value is found whatever stands before it`() throws {
        let root = try parse(#"{"a":{"x":1,"c":2},"b":[{"c":3}],"c":4,"d":{"e":{"f":"g"}},"x":"c"}"#)
        #expect(root["c"]?.number?.integer == 4)
        #expect(root["a"]?["c"]?.number?.integer == 2)
        #expect(root["d"]?["e"]?["f"]?.isString("g") == true)
        #expect(root["f"] == nil)
        #expect(root["e"] == nil)
        #expect(root["b"]?["c"] == nil)
        #expect(root["c"]?["x"] == nil)
    }

    @Test
    func `members come in the order of the text, names decoded`() throws {
        let root = try parse(#"{"z":1,"\u0061":"b","m":[2]}"#)
        let members = try #require(root.members).map { member in
            "\(String(decoding: member.nameUTF8, as: UTF8.self))=\(String(decoding: member.value.text, as: UTF8.self))"
        }
        #expect(members == ["z=1", "a=\"b\"", "m=[2]"])
    }

    @Test(arguments: [
        ("x", "x", true), ("x", "X", false), ("x", "", false), ("", "x", false), ("x", "xy", false), ("xy", "x", false),
        (#"\u0078"#, "x", true), (#"\u0078"#, "y", false), (#"\u0078"#, "xx", false), (#"\u0078\u0078"#, "x", false),
        (#"\u0078\u0078"#, "xx", true), (#"x\u0078y"#, "xxy", true), (#"\ud83d\ude00"#, "\u{1F600}", true),
        (#"\u0000"#, "", false), ("\u{E9}", "e\u{301}", false), (#"\u00e9"#, "e\u{301}", false), (#"\/"#, "/", true),
        (#"\u0061\u0062\u0063\u0064\u0065\u0066\u0067"#, "a", false),
    ])
    func `a string is compared by its value's bytes`(text: String, other: String, isEqual: Bool) throws {
        let value = try parse("\"\(text)\"")
        #expect(value.isString(other) == isEqual)
        #expect((value.exactString == ExactString(other)) == isEqual)
        #expect((try parse("{\"\(text)\":1}")[other] != nil) == isEqual)
    }

    @Test
    func `what is no string equals none`() throws {
        #expect(try !parse("1").isString("1"))
        #expect(try !parse("null").isString("null"))
        #expect(try !parse("[\"a\"]").isString("a"))
    }

    @Test
    func `a value outlives the document it was read from`() throws {
        func value() throws -> JSONValue? { try parse(#"{"a":["b"]}"#)["a"] }
        #expect(try value()?.elements?.map { $0.string } == ["b"])
    }
}

@Suite("RFC 7515 §5.3, RFC 7519 §2: strings compared with no transformation")
struct ExactStringTests {
    @Test(arguments: [("\u{E9}", "e\u{301}"), ("a", "A"), ("a", "a "), ("\u{212B}", "\u{C5}"), ("", "\u{0}")])
    func `strings of different bytes are different`(left: String, right: String) {
        #expect(ExactString(left) != ExactString(right))
        #expect(Set([ExactString(left), ExactString(right)]).count == 2)
        #expect(ExactString(left) < ExactString(right) || ExactString(right) < ExactString(left))
    }

    @Test
    func `strings of the same bytes are the same, wherever they come from`() throws {
        let literal: ExactString = "caf\u{E9}"
        let fromUTF8 = ExactString(utf8: Array("caf\u{E9}".utf8)[...])
        #expect(literal == fromUTF8)
        #expect(literal.hashValue == fromUTF8.hashValue)
        #expect(try parse(#""caf\u00e9""#).exactString == literal)
        #expect(literal.utf8 == [0x63, 0x61, 0x66, 0xC3, 0xA9])
        #expect(literal.description == "caf\u{E9}")
        #expect(!(literal < fromUTF8))
    }

    @Test
    func `strings are ordered by their bytes`() {
        let sorted: [ExactString] = ["", "A", "Z", "a", "aa", "b", "\u{E9}", "\u{FFFF}", "\u{10000}"]
        #expect(sorted.reversed().sorted() == sorted)
        #expect(sorted.filter { $0.isEmpty } == [""])
    }
}

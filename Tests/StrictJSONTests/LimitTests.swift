import StrictJSON
import Testing

@Suite("RFC 8259 §9 limits of a parser")
struct LimitTests {
    static func nested(_ levels: Int) -> String {
        String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }

    @Test
    func `threat 32: 32 levels are accepted, the 33rd is refused`() {
        #expect(JSONLimits().depth == 32)
        #expect(refusal(of: Self.nested(32)) == nil)
        #expect(refusal(of: Self.nested(33)) == .tooDeep(at: 32, limit: 32))

        let objects = String(repeating: #"{"a":"#, count: 32)
        #expect(refusal(of: objects + "1" + String(repeating: "}", count: 32)) == nil)
        #expect(refusal(of: objects + "[]") == .tooDeep(at: 160, limit: 32))
    }

    @Test
    func `levels are counted where they are open, not where they have been`() {
        var limits = JSONLimits()
        limits.depth = 2
        #expect(refusal(of: #"[[],[],{"a":1},{}]"#, limits: limits) == nil)
        #expect(refusal(of: #"[[],[[]]]"#, limits: limits) == .tooDeep(at: 5, limit: 2))
        limits.depth = 0
        #expect(refusal(of: "1", limits: limits) == nil)
        #expect(refusal(of: "{}", limits: limits) == .tooDeep(at: 0, limit: 0))
    }

    @Test(arguments: ["[", #"{"a":"#, #"[{"a":"#])
    func `threat 32: a hundred thousand opening brackets are refused without a crash`(opening: String) {
        let text = String(repeating: opening, count: 100_000)
        guard case .tooDeep(_, limit: 32) = refusal(of: text) else {
            Issue.record("\(opening) was not refused as too deep")
            return
        }
    }

    @Test
    func `threat 32: of an array, 99,999 elements are accepted and 100,000 refused`() throws {
        #expect(JSONLimits().values == 100_000)
        let elements = String(repeating: "0,", count: 99_998)
        let most = try parse("[\(elements)0]")
        #expect(most.elements?.reduce(0) { count, _ in count + 1 } == 99_999)
        #expect(refusal(of: "[\(elements)0,0]") == .tooManyValues(at: 199_999, limit: 100_000))
    }

    static let overTheLimitOfThree = [
        Refused("[1,2,3]", .tooManyValues(at: 5, limit: 3), "a number"),
        Refused(#"[1,2,"a"]"#, .tooManyValues(at: 5, limit: 3), "a string, at its quotation mark"),
        Refused("[1,2,null]", .tooManyValues(at: 5, limit: 3), "a literal"),
        Refused("[1,2,[]]", .tooManyValues(at: 5, limit: 3), "an array"),
        Refused("[1,2,{}]", .tooManyValues(at: 5, limit: 3), "an object"),
        Refused(#"{"a":1,"b":2}"#, .tooManyValues(at: 7, limit: 3), "a name"),
        Refused(#"[{"a":1}]"#, .tooManyValues(at: 6, limit: 3), "a member's value"),
        Refused("[1,2,\"\u{0}", .tooManyValues(at: 5, limit: 3), "before what is wrong behind it"),
    ]

    @Test(arguments: overTheLimitOfThree)
    func `names and values of every kind count`(_ vector: Refused) {
        var limits = JSONLimits()
        limits.values = 3
        #expect(refusal(of: "[1,2]", limits: limits) == nil)
        #expect(refusal(of: #"{"a":1}"#, limits: limits) == nil)
        #expect(refusal(of: vector.text, limits: limits) == vector.error)
    }

    @Test(arguments: ["1", "-1", "0.", "1e", "-0.1E+"])
    func `threat 32: a number of 64 bytes is accepted, of 65 refused`(prefix: String) {
        #expect(JSONLimits().numberLengthInBytes == 64)
        let longest = prefix + String(repeating: "1", count: 64 - prefix.utf8.count)
        #expect(refusal(of: "[\(longest)]") == nil)
        #expect(refusal(of: "[\(longest)1]") == .numberTooLong(at: 1, limitInBytes: 64))
    }

    @Test
    func `threat 32: a number of ten thousand digits is refused`() {
        #expect(refusal(of: String(repeating: "9", count: 10_000)) == .numberTooLong(at: 0, limitInBytes: 64))
    }

    @Test
    func `a longer number, where it is allowed, is read exactly`() throws {
        var limits = JSONLimits()
        limits.numberLengthInBytes = 3_000
        let text = "0." + String(repeating: "0", count: 1_000) + "25e1002"
        let number = try JSONDocument(parsing: Array(text.utf8), limits: limits).root.number
        #expect(number?.integer == 25)
    }

    @Test
    func `threat 32: a text of 64 MiB is read, one byte more is refused`() {
        #expect(JSONDocument.limitInBytes == 67_108_864)
        var text = [UInt8](repeating: 0x20, count: JSONDocument.limitInBytes - 1)
        text.append(UInt8(ascii: "1"))
        // In a build without optimisation white space takes seconds, so what cannot be a value comes first.
        text[0] = UInt8(ascii: "x")
        #expect(refusal(of: text) == .unexpectedByte(at: 0))
        text.append(0x20)
        #expect(refusal(of: text) == .textTooLong(limitInBytes: 67_108_864))
    }

    /// Each limit at many values of it: what is one below and what is just at it is taken, and one more is not.
    @Test(arguments: 2...40)
    func `threat 32: a limit is where it is said to be`(limit: Int) {
        var depth = JSONLimits(), values = JSONLimits(), number = JSONLimits()
        (depth.depth, values.values, number.numberLengthInBytes) = (limit, limit, limit)
        for (length, isTaken) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
            let objects = String(repeating: #"{"":"#, count: length) + "0" + String(repeating: "}", count: length)
            #expect((refusal(of: Self.nested(length), limits: depth) == nil) == isTaken)
            #expect((refusal(of: objects, limits: depth) == nil) == isTaken)
            // The array itself counts.
            let elements = Array(repeating: "0", count: length - 1).joined(separator: ",")
            #expect((refusal(of: "[\(elements)]", limits: values) == nil) == isTaken)
            #expect((refusal(of: String(repeating: "7", count: length), limits: number) == nil) == isTaken)
        }
    }

    @Test
    func `threat 32: one below the limits is taken, too`() {
        #expect(refusal(of: Self.nested(JSONLimits().depth - 1)) == nil)
        #expect(refusal(of: String(repeating: "1", count: JSONLimits().numberLengthInBytes - 1)) == nil)
        #expect(refusal(of: "[\(String(repeating: "0,", count: JSONLimits().values - 3))0]") == nil)
        // Again what cannot be a value comes first.
        let text = [UInt8(ascii: "x")] + [UInt8](repeating: 0x20, count: JSONDocument.limitInBytes - 2)
        #expect(refusal(of: text) == .unexpectedByte(at: 0))
    }

    /// With work that grew with the square of the members, this would take hours.
    @Test
    func `threat 32: an object of 49,999 members is checked for repeated names`() {
        let members = (0..<49_999).map { "\"name that starts like all the others \($0)\":0" }.joined(separator: ",")
        #expect(refusal(of: "{\(members)}") == nil)
    }
}

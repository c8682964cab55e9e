import StrictJSON
import Testing

@Suite("RFC 8259 §4 member names, RFC 7515 §4, RFC 7519 §4")
struct NameTests {
    static let duplicates = [
        Refused(#"{"a":1,"a":1}"#, .duplicateMember(at: 7)), Refused(#"{"a":1,"b":2,"a":3}"#, .duplicateMember(at: 13)),
        Refused(#"{"":1,"":2}"#, .duplicateMember(at: 6), "the empty name"),
        Refused(#"{"a":{"b":1,"b":2}}"#, .duplicateMember(at: 12), "an inner object"),
        Refused(#"[{"a":1},{"a":1,"a":2}]"#, .duplicateMember(at: 16), "in an array"),
        Refused(#"{"a":1,"\u0061":2}"#, .duplicateMember(at: 7), "escaped"),
        Refused(#"{"\u0061":1,"a":2}"#, .duplicateMember(at: 12), "escaped first"),
        Refused(#"{"\u0061":1,"\u0061":2}"#, .duplicateMember(at: 12), "escaped alike"),
        Refused(#"{"\u006b":1,"\u006B":2}"#, .duplicateMember(at: 12), "digits of another case"),
        Refused(#"{"/":1,"\/":2}"#, .duplicateMember(at: 7)), Refused(#"{"\n":1,"\u000a":2}"#, .duplicateMember(at: 8)),
        Refused(#"{"😀":1,"\ud83d\ude00":2}"#, .duplicateMember(at: 10), "a surrogate pair"),
        Refused(#"{"a":1,"b":2,"b":3,"a":4}"#, .duplicateMember(at: 13), "the first of two repetitions"),
        Refused(#"{"\u0061":1,"b":2,"b":3,"a":4}"#, .duplicateMember(at: 18), "the first of two, one escaped"),
        Refused(#"{"a":[{"x":{}}],"a":1}"#, .duplicateMember(at: 16), "behind a nested value"),
    ]

    @Test(arguments: duplicates)
    func `threat 34: a name that stands twice in one object is refused`(_ vector: Refused) {
        #expect(refusal(of: vector.text) == vector.error)
    }

    /// Around 48 members the way of comparing changes.
    @Test(arguments: [2, 3, 47, 48, 49, 50, 64, 65, 1_000])
    func `threat 34: a repeated name is found in an object of any size`(count: Int) {
        let names = (0..<count).map { "n\($0)" }
        func object(_ names: [String]) -> String { "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}" }

        #expect(refusal(of: object(names)) == nil)
        for index in [0, count / 2, count - 1] {
            let offset = object(names).utf8.count
            #expect(refusal(of: object(names + ["n\(index)"])) == .duplicateMember(at: offset))
            #expect(refusal(of: object(names + [#"\u006e\#(index)"#])) == .duplicateMember(at: offset))
            #expect(refusal(of: object([#"\u006e\#(index)"#] + names)) != nil)
        }
    }

    @Test(arguments: [
        #"{"a":1,"A":2}"#, #"{"a":1,"b":{"a":2},"c":[{"a":3}]}"#, #"[{"a":1},{"a":2}]"#, #"{"a":"a","b":"a"}"#,
        #"{"a":1,"a ":2,"a\u0000":3}"#, "{\"\u{E9}\":1,\"e\u{301}\":2}", #"{"ab":1,"ba":2,"aab":3,"abb":4}"#,
        #"{"a":1,"\\u0061":2}"#, #"{"axcde":1,"aycde":2,"axcxe":3}"#,
    ])
    func `names that differ by a byte are different names, canonically equivalent or not`(text: String) {
        #expect(refusal(of: text) == nil)
    }

    @Test
    func `threat 36: a member is found under its exact name only`() throws {
        let claims = try parse(#"{"ALG":"none","Exp":1,"exp ":2,"ﬁ":3,"caf\u00e9":4,"\u0061ud":5}"#)
        for name in ["alg", "Alg", "exp", "EXP", "fi", "cafe\u{301}", "cafe", "a", "", "aud\u{0}", "audi", "au"] {
            #expect(claims[name] == nil)
        }
        #expect(claims["ALG"]?.isString("none") == true)
        #expect(claims["exp "]?.number?.integer == 2)
        #expect(claims["caf\u{E9}"]?.number?.integer == 4)
        #expect(claims["aud"]?.number?.integer == 5)
    }
}

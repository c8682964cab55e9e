import JOSE
import StrictJSON
import TestSupport
import Testing

@Suite("RFC 7515 §7.1 compact serialization, RFC 7519 §7.2")
struct CompactJWSTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let token: String
        let refusal: TokenError

        init(_ description: String, _ token: String, _ malformation: Malformation) {
            self.init(description, token, .malformed(malformation))
        }

        init(_ description: String, _ token: String, _ refusal: TokenError) {
            (testDescription, self.token, self.refusal) = (description, token, refusal)
        }

        /// A token with this header, this payload, and a signature of four zero bytes.
        init(_ description: String, header: String, payload: String = "{}", _ refusal: TokenError) {
            self.init(description, "\(Base64URL.encode(header)).\(Base64URL.encode(payload)).AAAAAA", refusal)
        }
    }

    private static func expect(_ vector: Vector, sourceLocation: SourceLocation = #_sourceLocation) {
        let found = refusal { try UnverifiedToken(parsing: Array(vector.token.utf8)[...]) }
        #expect(found == vector.refusal, sourceLocation: sourceLocation)
    }

    static let header = Base64URL.encode(#"{"alg":"RS256"}"#)

    static let segments = [
        Vector("nothing", "", .segmentCount),
        Vector("one segment", header, .segmentCount),
        Vector("two segments", "\(header).e30", .segmentCount),
        Vector("four segments", "\(header).e30.AAAA.AAAA", .segmentCount),
        Vector("six segments", "\(header).e30.AAAA.AAAA.AAAA.AAAA", .segmentCount),
        Vector("a period at the end", "\(header).e30.AAAA.", .segmentCount),
        Vector("periods only", "..", .emptySegment(.header)),
        Vector("no header", ".e30.AAAA", .emptySegment(.header)),
        Vector("no payload", "\(header)..AAAA", .emptySegment(.payload)),
        Vector("no signature", "\(header).e30.", .emptySegment(.signature)),
        Vector(
            "the JSON serialization", #"{"payload":"e30","protected":"\#(header)","signature":"AAAA"}"#, .segmentCount),
    ]

    @Test(arguments: segments)
    func `threat 29: a token is three segments, none of them empty`(_ vector: Vector) { Self.expect(vector) }

    @Test func `threat 30: five segments are a JWE and are refused`() {
        Self.expect(Vector("JWE", "\(Self.header).AAAA.AAAA.AAAA.AAAA", .segmentCount))
    }

    static let encodings = [
        Vector("padded header", "\(header)==.e30.AAAA", .base64url(.header)),
        Vector("padded payload", "\(header).e30=.AAAA", .base64url(.payload)),
        Vector("padded signature", "\(header).e30.AA==", .base64url(.signature)),
        Vector("space before", " \(header).e30.AAAA", .base64url(.header)),
        Vector("line feed behind", "\(header).e30.AAAA\n", .base64url(.signature)),
        Vector("question mark in payload", "\(header).?e30.AAAA", .base64url(.payload)),
        Vector("standard alphabet", "\(header).e30.AA+/", .base64url(.signature)),
        Vector("not ASCII", "\(header).e30.é", .base64url(.signature)),
        Vector("unused bits", "\(header).e30.AB", .base64url(.signature)),
        // 16 bytes and one line feed: the last character has four unused bits, here not zero.
        Vector("unused bits in header", "eyJhbGciOiJSUzI1NiJ9Ch.e30.AAAA", .base64url(.header)),
        Vector("unused bits in payload", "\(header).e31.AAAA", .base64url(.payload)),
    ]

    @Test(arguments: encodings)
    func `threat 27, threat 28: each segment is base64url in its one form`(_ vector: Vector) { Self.expect(vector) }

    @Test func `threat 31: a token of 8192 bytes is decoded, one of 8193 is not looked at`() {
        let room = CompactJWS.limitInBytes - Self.header.utf8.count - 2 - 3
        let longest = "\(Self.header).e30.\(String(repeating: "A", count: room))"
        #expect(longest.utf8.count == 8192)
        #expect(refusal { try UnverifiedToken(parsing: Array(longest.utf8)[...]) } == nil)
        Self.expect(Vector("longer", longest + "?", .tooLong(limitInBytes: 8192)))
    }

    static let json = [
        Vector("header is an array", header: "[]", .malformed(.notAnObject(.header))),
        Vector("header is a string", header: #""RS256""#, .malformed(.notAnObject(.header))),
        Vector("header is not JSON", header: "x", .malformed(.json(.header, .unexpectedByte(at: 0)))),
        Vector(
            "payload is an array", header: #"{"alg":"RS256"}"#, payload: "[]", .malformed(.notAnObject(.payload))),
        Vector(
            "payload ends early", header: #"{"alg":"RS256"}"#, payload: #"{"a":1"#,
            .malformed(.json(.payload, .unexpectedEnd(at: 6)))),
        Vector(
            "text behind the payload", header: #"{"alg":"RS256"}"#, payload: "{} x",
            .malformed(.json(.payload, .trailingBytes(at: 3)))),
        Vector(
            "comment", header: #"{"alg":"RS256"}"#, payload: "/**/{}",
            .malformed(.json(.payload, .unexpectedByte(at: 0)))),
        Vector(
            "NaN", header: #"{"alg":"RS256"}"#, payload: #"{"exp":NaN}"#,
            .malformed(.json(.payload, .unexpectedByte(at: 7)))),
    ]

    @Test(arguments: json)
    func `threat 35: header and payload are one JSON object each`(_ vector: Vector) { Self.expect(vector) }

    @Test func `threat 32: nesting beyond the limit is refused`() {
        let deep = String(repeating: "[", count: 2_000)
        Self.expect(
            Vector(
                "deep", header: #"{"alg":"RS256"}"#, payload: #"{"a":"# + deep,
                .malformed(.json(.payload, .tooDeep(at: 36, limit: 32)))))
    }

    static let texts: [(String, [UInt8])] = [
        ("not UTF-8", [0xFF]), ("overlong", [0xC0, 0xAF]), ("surrogate", [0xED, 0xA0, 0x80]),
        ("lone surrogate escape", Array(#"\uD800"#.utf8)), ("NUL", [0]),
    ]

    @Test(arguments: texts)
    func `threat 33: a string that is not Unicode is refused`(_ circumstance: String, _ bytes: [UInt8]) {
        let payload = Base64URL.encode(Array(#"{"iss":""#.utf8) + bytes + Array(#""}"#.utf8))
        let found = refusal { try UnverifiedToken(parsing: Array("\(Self.header).\(payload).AAAA".utf8)[...]) }
        #expect(found?.code == "malformed_token", "\(circumstance)")
    }

    @Test(arguments: [
        Vector(
            "alg twice", header: #"{"alg":"RS256","alg":"none"}"#,
            .malformed(.json(.header, .duplicateMember(at: 16)))),
        Vector(
            "exp twice", header: #"{"alg":"RS256"}"#, payload: #"{"exp":1,"exp":2}"#,
            .malformed(.json(.payload, .duplicateMember(at: 10)))),
        Vector(
            "exp twice, once escaped", header: #"{"alg":"RS256"}"#, payload: #"{"exp":1,"\u0065xp":2}"#,
            .malformed(.json(.payload, .duplicateMember(at: 10)))),
    ])
    func `threat 34: a member named twice is refused`(_ vector: Vector) {
        let found = refusal { try UnverifiedToken(parsing: Array(vector.token.utf8)[...]) }
        switch (found, vector.refusal) {
        case (.malformed(.json(let segment, .duplicateMember)), .malformed(.json(let expected, _))):
            #expect(segment == expected)
        default: Issue.record("\(String(describing: found))")
        }
    }
}

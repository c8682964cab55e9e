import JOSE
import StrictJSON
import TestSupport
import Testing

@Suite("RFC 7515 §4.1 JOSE header")
struct HeaderTests {
    private static func parse(_ header: String, signature: String = "AAAA") throws -> UnverifiedToken {
        try UnverifiedToken(parsing: Array("\(Base64URL.encode(header)).e30.\(signature)".utf8)[...])
    }

    private static func found(_ header: String) -> TokenError? { refusal { try parse(header) } }

    @Test(arguments: ["none", "None", "nOnE", "NONE"])
    func `threat 1: an unsecured token is refused for its alg, with or without a signature`(_ name: String) {
        for signature in ["", "AAAA"] {
            #expect(
                refusal { try Self.parse(#"{"alg":"\#(name)"}"#, signature: signature) } == .unsupportedAlgorithm)
        }
    }

    @Test(arguments: ["HS256", "HS384", "HS512", "ES256K", "rs256", "", "A128KW"])
    func `threat 2: an alg that is not implemented is refused`(_ name: String) {
        #expect(Self.found(#"{"alg":"\#(name)"}"#) == .unsupportedAlgorithm)
    }

    @Test func `a malformed payload is found before an alg that is not implemented`() {
        let token = "\(Base64URL.encode(#"{"alg":"none"}"#)).W10."
        #expect(
            refusal { try UnverifiedToken(parsing: Array(token.utf8)[...]) } == .malformed(.notAnObject(.payload)))
    }

    @Test(arguments: ["{}", #"{"alg":null}"#, #"{"alg":256}"#, #"{"alg":["RS256"]}"#, #"{"alg":{}}"#])
    func `an alg that is missing or not a string is refused`(_ header: String) {
        #expect(Self.found(header) == .malformed(.algorithm))
    }

    @Test(arguments: [#"{"ALG":"RS256"}"#, #"{"Alg":"RS256"}"#, #"{"alg ":"RS256"}"#])
    func `threat 36: a member in another case is another member`(_ header: String) {
        #expect(Self.found(header) == .malformed(.algorithm))
    }

    static let keyIDs: [(String, String?)] = [
        (#""a""#, "a"), (#""../../etc/passwd""#, "../../etc/passwd"), (#""' OR 1=1 --""#, "' OR 1=1 --"),
        (#""\u0000""#, "\u{0}"), ("\"\(String(repeating: "k", count: 256))\"", String(repeating: "k", count: 256)),
        (#""""#, nil), ("\"\(String(repeating: "k", count: 257))\"", nil), ("1", nil), ("null", nil), ("{}", nil),
        (#"["a"]"#, nil), ("true", nil),
    ]

    @Test(arguments: keyIDs)
    func `threat 5: kid is a string of 1 to 256 bytes, taken as it is`(_ value: String, _ keyID: String?) throws {
        let header = #"{"alg":"RS256","kid":\#(value)}"#
        if let keyID {
            #expect(try Self.parse(header).keyID == ExactString(keyID))
        } else {
            #expect(Self.found(header) == .malformed(.keyID))
        }
    }

    @Test func `a token may leave kid out`() throws {
        #expect(try Self.parse(#"{"alg":"RS256"}"#).keyID == nil)
    }

    @Test func `threat 6, threat 7: keys and their places in the header are not read`() throws {
        let attacker = SigningKey.otherRSA
        let header = jsonObject([
            "alg": #""RS256""#, "kid": "\"\(TestToken.keyID)\"", "jwk": attacker.jwk(),
            "jku": #""https://attacker.example/jwks""#, "x5u": #""https://attacker.example/cert""#,
            "x5c": #"["MIIB"]"#,
        ])
        let claims = jsonObject(TestToken().claims)

        let forged = TestToken.text(header: header, payload: claims, .rs256, attacker)
        #expect(refusal { try judge(forged) } == .invalidSignature)

        let genuine = TestToken.text(header: header, payload: claims, .rs256, .rsa)
        #expect(try judge(genuine).subject == "client-1")
    }

    @Test(arguments: [#"["exp"]"#, "[]", #"["b64"]"#, "null", #""exp""#, #"["exp","exp"]"#])
    func `threat 46: crit is refused, whatever it holds`(_ value: String) {
        #expect(Self.found(#"{"alg":"RS256","crit":\#(value)}"#) == .malformed(.criticalExtension))
    }

    @Test(arguments: ["true", "false", "null"])
    func `threat 47: b64 is refused`(_ value: String) {
        #expect(Self.found(#"{"alg":"RS256","b64":\#(value)}"#) == .malformed(.unencodedPayload))
    }

    @Test func `threat 48: zip and enc are refused`() {
        #expect(Self.found(#"{"alg":"RS256","zip":"DEF"}"#) == .malformed(.compressed))
        #expect(Self.found(#"{"alg":"RS256","enc":"A128GCM"}"#) == .malformed(.encrypted))
    }

    @Test(arguments: ["JWT", "jwt", "Jwt", "application/JWT", "APPLICATION/jwt"])
    func `threat 30: a nested token is refused`(_ contentType: String) {
        #expect(Self.found(#"{"alg":"RS256","cty":"\#(contentType)"}"#) == .malformed(.nested))
    }

    @Test func `another cty means nothing here`() throws {
        #expect(try Self.parse(#"{"alg":"RS256","cty":"json"}"#).algorithm == .rs256)
    }

    @Test(arguments: [#""typ":1"#, #""typ":null"#, #""cty":["JWT"]"#])
    func `typ and cty are strings`(_ member: String) {
        #expect(Self.found(#"{"alg":"RS256",\#(member)}"#) == .malformed(.type))
    }
}

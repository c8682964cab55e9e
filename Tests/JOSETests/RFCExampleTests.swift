import JOSE
import StrictJSON
import TestSupport
import Testing

@Suite("Examples of RFC 7515 and RFC 8037")
struct RFCExampleTests {
    struct Example: CustomTestStringConvertible {
        let testDescription: String
        let key: String
        let token: String
        let payload: String

        init(testDescription: String, key: String, token: String, payload: String) {
            self.testDescription = testDescription
            self.key = key
            self.token = token
            self.payload = payload
        }

        /// One that the program itself has.
        init(of name: String, payload: String) {
            let example = StandardExample.all.first { $0.name == name }
            self.init(testDescription: name, key: example?.key ?? "", token: example?.token ?? "", payload: payload)
        }
    }

    static let examples = [
        Example(
            of: "RFC 7515 A.2",
            payload: "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"),
        Example(
            of: "RFC 7515 A.3",
            payload: "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"),
        Example(
            testDescription: "RFC 7515 A.4, ES512",
            key: """
                {"kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4q\
                UxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}
                """,
            token: """
                eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB\
                34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn
                """,
            payload: "Payload"),
        Example(
            of: "RFC 8037 A.4",
            payload: "Example of Ed25519 signing"),
    ]

    @Test(arguments: examples)
    func `an example verifies, and no longer once a byte of it is another`(_ example: Example) throws {
        let set = try keySet(example.key)
        let jws = try CompactJWS(parsing: Array(example.token.utf8)[...])
        let key = try set.key(keyID: jws.keyID, algorithm: jws.algorithm())
        try verifier.verifySignature(of: jws, under: key)

        let parts = example.token.split(separator: ".")
        #expect(Base64URL.encode(example.payload) == parts[1])
        let other = "\(parts[0]).\(Base64URL.encode(example.payload + " ")).\(parts[2])"
        let changed = try CompactJWS(parsing: Array(other.utf8)[...])
        #expect(refusal { try verifier.verifySignature(of: changed, under: key) } == .invalidSignature)
    }

    @Test func `the token of RFC 7515 A.2 is verified at its time`() throws {
        let example = Self.examples[0]
        let policy = IssuerPolicy.test.with { $0.issuer = "joe" }
        let token = try UnverifiedToken(parsing: Array(example.token.utf8)[...])
        let key = try keySet(example.key).key(keyID: token.keyID, algorithm: token.algorithm)
        let issuer = try TrustedIssuers([policy]).issuer(for: token)
        let verified = try verifier.verify(token, under: key, of: issuer, at: 1_300_819_379)
        #expect(verified.claim(named: "http://example.com/is_root")?.bool == true)
        #expect(
            refusal { try verifier.verify(token, under: key, of: issuer, at: 1_300_819_380) }
                == .expired(at: 1_300_819_380, now: 1_300_819_380))
    }
}

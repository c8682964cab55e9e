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
    }

    static let examples = [
        Example(
            testDescription: "RFC 7515 A.2, RS256",
            key: """
                {"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2\
                mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5re\
                xMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8\
                NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}
                """,
            token: """
                eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ij\
                p0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGb\
                ds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eS\
                N9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhW\
                kWywlVmtVrBp0igcN_IoypGlUPQGe77Rw
                """,
            payload: "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"),
        Example(
            testDescription: "RFC 7515 A.3, ES256",
            key: """
                {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW\
                6pCyStikYjKIWI5a0"}
                """,
            token: """
                eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ij\
                p0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q
                """,
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
            testDescription: "RFC 8037 A.4 and A.5, Ed25519",
            key: #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            token: """
                eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijc\
                NR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg
                """,
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

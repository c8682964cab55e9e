import JOSE
import OpenSSLSignatures
import StrictJSON

/// What is done once before the first event, so that no caller pays for it: Lambda gives the start a full processor.
/// Every algorithm in use verifies the example of its standard, which also shows that it can; and one event goes the whole
/// way from its text to an answer.
enum WarmUp {
    /// - Throws: ``StartError/selfTest(_:)`` where an example is not found to be what its standard says.
    static func verifyExamples(of algorithms: Set<Algorithm>) throws(StartError) {
        for example in Example.all where algorithms.contains(example.algorithm) {
            do throws(TokenError) {
                try example.verify()
            } catch {
                throw .selfTest(example.name)
            }
        }
    }

    /// An event whose token is nobody's: it is read, refused, and asks for no key.
    static let event = Array(
        """
        {"type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:warmup0000/prod/GET/","resource":"/",\
        "path":"/","httpMethod":"GET","headers":{"Authorization":"Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6Indhcm0tdXAifQ.\
        eyJpc3MiOiJodHRwczovL3dhcm0tdXAuaW52YWxpZC8ifQ.AAAA"},"requestContext":{"apiId":"warmup0000","stage":"prod",\
        "httpMethod":"GET","resourcePath":"/"}}
        """.utf8)
}

/// A public key and a token that it verifies, from the standards themselves.
private struct Example {
    let name: String
    let algorithm: Algorithm
    let key: String
    let token: String

    func verify() throws(TokenError) {
        let verifier = TokenVerifier(signatures: OpenSSLVerifier())
        let jws = try CompactJWS(parsing: Array(token.utf8)[...])
        let set: KeySet<PublicKey>
        do throws(KeySetError) {
            set = try KeySet(parsing: Array("{\"keys\":[\(key)]}".utf8), using: OpenSSLVerifier())
        } catch {
            throw .cryptographyFailed
        }
        guard let key = set.keys.first else { throw .cryptographyFailed }
        try verifier.verifySignature(of: jws, under: key)
    }

    static let all = [
        Example(
            name: "RFC 7515 A.2", algorithm: .rs256,
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
                """),
        Example(
            name: "RFC 7515 A.3", algorithm: .es256,
            key: """
                {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW\
                6pCyStikYjKIWI5a0"}
                """,
            token: """
                eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ij\
                p0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q
                """),
        Example(
            name: "RFC 8037 A.4", algorithm: .edDSA,
            key: """
                {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
                """,
            token: """
                eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijc\
                NR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg
                """),
    ]
}

import Foundation
import JOSE
import TestSupport
import Testing

@Suite("turnstile inspect")
struct InspectTranscriptTests {
    /// RFC 7515 appendix A.2: a payload with line breaks, expired in 2011, and no claim that anybody here would take.
    private static let token =
        "eyJhbGciOiJSUzI1NiJ9"
        + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        + ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CU"
        + "Ar7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO"
        + "--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN"
        + "_IoypGlUPQGe77Rw"

    private static let jwks =
        #"{"keys":[{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qP"#
        + "CJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5"
        + "rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NA"
        + #"co9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}]}"#

    private static let valid = #"{"signature":"valid"}"#
    private static func invalid(_ reason: String) -> String { #"{"signature":"invalid","reason":"\#(reason)"}"# }

    private let scratch: Scratch
    private let keys: String

    init() throws {
        scratch = try Scratch()
        keys = try scratch.write(Self.jwks, to: "keys.json")
    }

    @Test(arguments: ["", "\n"])
    func `RFC 7515 A.2 is valid, whatever its claims say`(_ ending: String) throws {
        let run = try Tool.run("inspect", "--jwks", keys, input: Self.token + ending)
        #expect(run.status == 0)
        #expect(run.output == Self.valid + "\n")
        #expect(run.errors.isEmpty)
    }

    static let refusals = [
        ("", "malformed_token"), ("\n\n", "malformed_token"), (" \(token)", "malformed_token"),
        ("\(token)\n\(token)\n", "malformed_token"), ("\(token).", "malformed_token"),
        (String(repeating: "a", count: 200_000), "malformed_token"),
        (token.replacingOccurrences(of: ".cC4h", with: ".cC4g"), "invalid_signature"),
        ("eyJhbGciOiJub25lIn0.e30.", "unsupported_algorithm"),
        ("eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "unsupported_algorithm"),
        ("eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.e30.AAAA", "unknown_key"),
    ]

    @Test(arguments: refusals)
    func `a token that is not valid ends with 4 and its reason`(_ text: String, _ reason: String) throws {
        let run = try Tool.run("inspect", "--jwks", keys, input: text)
        #expect(run.status == 4)
        #expect(run.output == Self.invalid(reason) + "\n")
    }

    @Test
    func `threat 12: a private part in a set is told of, and nothing of it is shown`() throws {
        let secret = "c2VjcmV0LW9mLXRoZS1pc3N1ZXItMDEyMzQ1Njc4OWE"
        let set = jwkSet(
            SigningKey.p256.jwk(keyID: "a", replacing: ["d": "\"\(secret)\""]), SigningKey.rsa.jwk(keyID: "b"))
        let path = try scratch.write(String(decoding: set, as: UTF8.self), to: "private.json")
        let run = try Tool.run("inspect", "--jwks", path, input: Self.token)
        #expect(run.errors.contains("private.json: key a: its private part is in the set"))
        #expect(run.errors.count(where: \.isNewline) == 1)
        #expect(!run.all.contains(secret))
    }

    @Test
    func `a batch has one verdict a line, in order, the empty line and the last one included`() throws {
        let texts = Self.refusals.map(\.0).filter { !$0.contains("\n") }
        let reasons = Self.refusals.filter { !$0.0.contains("\n") }.map { Self.invalid($0.1) }
        let run = try Tool.run(
            "inspect", "--batch", "--jwks", keys, input: ([Self.token] + texts + [Self.token]).joined(separator: "\n"))
        #expect(run.status == 0)
        #expect(run.lines.map(String.init) == [Self.valid] + reasons + [Self.valid])
    }

    @Test
    func `thousands of lines are judged in one go`() throws {
        let count = 3_000
        let run = try Tool.run(
            "inspect", "--batch", "--jwks", keys, input: String(repeating: "\(Self.token)\nx\n", count: count))
        #expect(run.lines.count == 2 * count)
        #expect(run.lines.count { $0 == Self.valid } == count)
    }

    @Test
    func `whoever writes one line and waits gets its verdict`() throws {
        let tool = try Tool.start(["inspect", "--batch", "--jwks", keys])
        try tool.write("\(Self.token)\n")
        #expect(try eventually { try tool.printed() == Self.valid + "\n" })
        #expect(try tool.finish().output == Self.valid + "\n")
    }

    @Test
    func `keys and payloads of any kind are judged`() throws {
        let key = SigningKey.ed25519
        let header = Base64URL.encode(#"{"alg":"EdDSA","kid":"k"}"#)
        let message = "\(header).\(Base64URL.encode([0xFF, 0x00]))"
        let token = "\(message).\(Base64URL.encode(key.signature(over: message.utf8, .edDSA)))"
        let file = try scratch.write(#"{"keys":[{"kty":"oct","k":"AAAA"},\#(key.jwk(keyID: "k"))]}"#, to: "mixed.json")
        let run = try Tool.run("inspect", "--jwks", file, input: token)
        #expect(run.output == Self.valid + "\n")
        #expect(run.errors.contains("jwks_symmetric_key_ignored"))
    }

    @Test(arguments: ["missing.json", "not-a-set.json", "."])
    func `a file that is no JWK Set ends with 66 and one line`(_ name: String) throws {
        try scratch.write(#"{"keys":7}"#, to: "not-a-set.json")
        let run = try Tool.run("inspect", "--jwks", scratch.path(name), input: Self.token)
        #expect(run.status == 66)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix("Error: ") && run.errors.split(separator: "\n").count == 1)
    }

    @Test
    func `without a key set it is wrong usage`() throws {
        #expect(try Tool.run("inspect").status == 64)
    }
}

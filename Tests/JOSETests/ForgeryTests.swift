import Foundation
import JOSE
import OpenSSLSignatures
import TestSupport
import Testing

@Suite("RFC 8725 §2.1 tokens of attackers who know the public key")
struct ForgeryTests {
    private static let claims = jsonObject(TestToken().claims)

    /// A token under HMAC, whatever its header says.
    private static func token(_ algorithm: String, secret: [UInt8]) throws -> String {
        let header = #"{"alg":"\#(algorithm)","kid":"\#(TestToken.keyID)"}"#
        let input = "\(Base64URL.encode(header)).\(Base64URL.encode(claims))"
        let hmac = try #require(HMACSHA256(key: secret)).code(for: Array(input.utf8))
        return "\(input).\(Base64URL.encode(hmac))"
    }

    /// SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) of an RSA key of 2048 bits with the exponent 65537.
    private static func subjectPublicKeyInfo(_ modulus: [UInt8]) -> [UInt8] {
        [
            0x30, 0x82, 0x01, 0x22, 0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05,
            0x00, 0x03, 0x82, 0x01, 0x0F, 0x00, 0x30, 0x82, 0x01, 0x0A, 0x02, 0x82, 0x01, 0x01, 0x00,
        ] + modulus + [0x02, 0x03, 0x01, 0x00, 0x01]
    }

    private static func pem(_ der: [UInt8]) -> String {
        let options: Data.Base64EncodingOptions = [.lineLength64Characters, .endLineWithLineFeed]
        let text = Data(der).base64EncodedString(options: options)
        return "-----BEGIN PUBLIC KEY-----\n\(text)\n-----END PUBLIC KEY-----\n"
    }

    private static func secrets(of key: SigningKey) -> [[UInt8]] {
        switch key.material {
        case .rsa(let modulus, _):
            let der = subjectPublicKeyInfo(modulus)
            return [modulus, der, Array(pem(der).utf8), Array(pem(der).dropLast().utf8), Array(key.jwk().utf8)]
        case .ellipticCurve(_, let x, let y): return [x, x + y, [4] + x + y, Array(key.jwk().utf8)]
        case .edwards(_, let bytes): return [bytes, Array(key.jwk().utf8)]
        }
    }

    @Test(arguments: [(SigningKey.rsa, "RS256"), (.p256, "ES256"), (.ed25519, "EdDSA")])
    func `threat 2: a public key is no secret, in whichever form it is used as one`(
        _ key: SigningKey, _ own: String
    ) throws {
        for secret in Self.secrets(of: key) {
            let honest = try Self.token("HS256", secret: secret)
            #expect(refusal { try judge(honest, key: key) } == .unsupportedAlgorithm)
            let lying = try Self.token(own, secret: secret)
            #expect(refusal { try judge(lying, key: key) } == .invalidSignature)
        }
    }

    @Test func `threat 2: a set that holds the public key as a secret too does not help`() throws {
        let secret = Array(SigningKey.rsa.jwk().utf8)
        let oct = #"{"kty":"oct","kid":"\#(TestToken.keyID)","k":"\#(Base64URL.encode(secret))"}"#
        let set = try keySet(oct, SigningKey.rsa.jwk(keyID: TestToken.keyID))
        let token = try UnverifiedToken(parsing: Array(Self.token("RS256", secret: secret).utf8)[...])
        let key = try set.key(keyID: token.keyID, algorithm: token.algorithm)
        let issuer = try TrustedIssuers([.test]).issuer(for: token)
        #expect(refusal { try verifier.verify(token, under: key, of: issuer, at: 1_500) } == .invalidSignature)
    }

    /// Each of the 16 ways to write it in two cases.
    static let spellings = (0..<16).map { cases in
        String(
            "none".enumerated().map { cases >> $0.offset & 1 == 1 ? Character($0.element.uppercased()) : $0.element })
    }

    @Test(arguments: spellings)
    func `threat 1: no spelling of none is an algorithm, even over a genuine signature`(_ name: String) throws {
        let header = #"{"alg":"\#(name)","kid":"\#(TestToken.keyID)"}"#
        let signed = TestToken.text(header: header, payload: Self.claims, .rs256, .rsa)
        let unsigned = signed.prefix { $0 != "." } + ".\(Base64URL.encode(Self.claims))."
        for token in [signed, String(unsigned)] {
            #expect(refusal { try judge(token) } == .unsupportedAlgorithm)
        }
    }

    @Test func `threat 5: a kid of a megabyte is not looked at`() {
        let token = TestToken().with(header: ["kid": "\"\(String(repeating: "k", count: 1 << 20))\""])
        #expect(refusal { try judge(token) } == .malformed(.tooLong(limitInBytes: CompactJWS.limitInBytes)))
    }

    @Test(arguments: ["kty", "n", "e", "KID"])
    func `threat 36: a member of a key in another case is another member`(_ name: String) throws {
        let members = SigningKey.rsa.material.publicMembers
        guard let value = members[name] else {
            let set = try keySet(SigningKey.rsa.jwk(replacing: [name: #""k""#]))
            #expect(set.keys.map(\.keyID) == [nil])
            return
        }
        let set = try keySet(SigningKey.rsa.jwk(replacing: [name: nil, name.uppercased(): "\"\(value)\""]))
        #expect(set.isEmpty)
        #expect(set.skipped.map(\.reason) == [name == "kty" ? .unsupportedType : .malformed])
    }
}

import JOSE
import OpenSSLSignatures
import StrictJSON
import TestSupport
import Testing

@Suite("Whatever is changed")
struct MutationTests {
    @Test(arguments: [Algorithm.es256, .edDSA])
    func `threat 85: a token with any one byte changed is refused`(_ algorithm: Algorithm) throws {
        let text = TestToken(algorithm).bytes
        let issuers = TrustedIssuers([.test])
        let keys = try keySet(SigningKey.fitting(algorithm).jwk(keyID: TestToken.keyID))
        var random = SeededRandom(seed: 85)
        for position in text.indices {
            let characters: [UInt8] = [
                UInt8(ascii: "."), UInt8(ascii: "A"), UInt8.random(in: .min ... .max, using: &random),
                text[position] ^ 1,
            ]
            for character in characters where character != text[position] {
                var changed = text
                changed[position] = character
                let found = refusal {
                    let token = try UnverifiedToken(parsing: changed[...])
                    let issuer = try issuers.issuer(for: token)
                    let key = try keys.key(keyID: token.keyID, algorithm: token.algorithm)
                    return try verifier.verify(token, under: key, of: issuer, at: TestToken.now)
                }
                #expect(found != nil, "byte \(position) became \(character)")
            }
        }
    }

    @Test func `threat 85: a token cut anywhere is refused`() {
        let text = TestToken(.es256).bytes
        for length in text.indices {
            #expect(refusal { try judge(String(decoding: text[..<length], as: UTF8.self), key: .p256) } != nil)
        }
    }

    @Test(arguments: [SigningKey.rsa, .p256, .ed448])
    func `threat 11: a key with any one byte changed does no harm to its neighbour`(_ key: SigningKey) throws {
        let neighbour = SigningKey.ed25519.jwk(keyID: "good")
        let text = Array(key.jwk(keyID: "changed", replacing: ["use": #""sig""#]).utf8)
        var random = SeededRandom(seed: 11)
        var parsed = 0
        for position in text.indices {
            var changed = text
            changed[position] = UInt8.random(in: 0x20...0x7E, using: &random)
            let set = Array(#"{"keys":["#.utf8) + changed + Array(",\(neighbour)]}".utf8)
            guard let keys = try? KeySet(parsing: set, using: OpenSSLVerifier()) else { continue }
            parsed += 1
            #expect(keys.keyIDs.contains("good"), "byte \(position)")
            #expect(keys.keys.count + keys.skipped.count == 2, "byte \(position)")
        }
        #expect(parsed > text.count / 2)
    }
}

import JOSE
import OpenSSLSignatures
import StrictJSON
import TestSupport
import Testing

@Suite("RFC 7517 §5 JWK Set")
struct KeySetTests {
    @Test(arguments: [
        "", "x", "[]", "{}", #"{"keys":{}}"#, #"{"keys":null}"#, #"{"Keys":[]}"#, #"{"keys":[]}x"#,
        #"{"keys":[],"keys":[]}"#, "<html></html>", #"{"keys":[{"kty":"RSA","kty":"EC"}]}"#,
        #"{"keys":[{"kid":"a","k\u0069d":"b"}]}"#,
    ])
    func `threat 34: what is not an object with an array of keys is no set`(_ text: String) {
        #expect(throws: KeySetError.self) { try KeySet(parsing: Array(text.utf8), using: OpenSSLVerifier()) }
    }

    @Test func `why a text is no set is said`() {
        func error(_ bytes: [UInt8]) -> KeySetError? {
            do throws(KeySetError) {
                _ = try KeySet(parsing: bytes, using: OpenSSLVerifier())
                return nil
            } catch {
                return error
            }
        }
        #expect(error(Array("{}".utf8)) == .notAKeySet)
        #expect(error(Array("x".utf8)) == .json(.unexpectedByte(at: 0)))
        #expect(error([UInt8](repeating: UInt8(ascii: " "), count: 1 << 20 | 1)) == .tooLong(limitInBytes: 1 << 20))
        let many = Array(repeating: "{}", count: 257).joined(separator: ",")
        #expect(error(Array(#"{"keys":[\#(many)]}"#.utf8)) == .tooManyKeys(limit: 256))
    }

    @Test func `256 keys are a set`() throws {
        let keys = (0..<256).map { SigningKey.ed25519.jwk(keyID: "k\($0)") }.joined(separator: ",")
        #expect(try keySet(keys).keyIDs.count == 256)
    }

    @Test func `a set of every kind of key is usable whole`() throws {
        let set = try keySet(
            SigningKey.rsa.jwk(keyID: "rsa"), SigningKey.p256.jwk(keyID: "p256"), SigningKey.p384.jwk(keyID: "p384"),
            SigningKey.p521.jwk(keyID: "p521"), SigningKey.ed25519.jwk(keyID: "ed25519"),
            SigningKey.ed448.jwk(keyID: "ed448"))
        #expect(set.skipped == [])
        #expect(set.keyIDs == ["rsa", "p256", "p384", "p521", "ed25519", "ed448"])
        #expect(
            set.keys.map(\.algorithms) == [
                [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512], [.es256], [.es384], [.es512], [.edDSA], [.edDSA],
            ])
    }

    @Test func `threat 11: a key that cannot be used leaves the others usable`() throws {
        let set = try keySet(
            "7", #"{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA","kid":"k1"}"#, #"{"kty":"AKP","kid":"ml"}"#, "{}",
            SigningKey.rsa.jwk(keyID: "good"), #"{"kty":"RSA","kid":"broken"}"#)
        #expect(set.keyIDs == ["good"])
        #expect(
            set.skipped == [
                SkippedKey(keyID: nil, reason: .notAnObject), SkippedKey(keyID: "k1", reason: .unsupportedCurve),
                SkippedKey(keyID: "ml", reason: .unsupportedType), SkippedKey(keyID: nil, reason: .unsupportedType),
                SkippedKey(keyID: "broken", reason: .malformed),
            ])
    }

    @Test func `a set without a usable key is empty, and says so`() throws {
        let set = try keySet(#"{"kty":"oct","k":"AAAA"}"#)
        #expect(set.isEmpty)
        #expect(set.keyIDs == [])
        #expect(try keySet().isEmpty)
        #expect(try !keySet(SigningKey.p256.jwk()).isEmpty)
    }

    @Test func `sets are equal that hold the same keys under the same names`() throws {
        let one = try keySet(SigningKey.rsa.jwk(keyID: "a"), SigningKey.p256.jwk(keyID: "b"))
        #expect(try one == keySet(SigningKey.rsa.jwk(keyID: "a"), "{}", SigningKey.p256.jwk(keyID: "b")))
        #expect(try one != keySet(SigningKey.rsa.jwk(keyID: "a"), SigningKey.p256.jwk(keyID: "c")))
        #expect(try one != keySet(SigningKey.otherRSA.jwk(keyID: "a"), SigningKey.p256.jwk(keyID: "b")))
        #expect(
            try one
                != keySet(
                    SigningKey.rsa.jwk(keyID: "a", replacing: ["alg": #""RS256""#]), SigningKey.p256.jwk(keyID: "b")))
    }

    // MARK: Two keys of one name

    @Test func `threat 9: one kid twice with the same material is one key`() throws {
        let set = try keySet(SigningKey.rsa.jwk(keyID: "a"), SigningKey.rsa.jwk(keyID: "a"), SigningKey.rsa.jwk())
        #expect(set.keys.map(\.keyID) == ["a", nil])
        #expect(set.skipped == [])
    }

    @Test func `the same key for two algorithms is one key for both`() throws {
        for keyID in ["a", nil] {
            let set = try keySet(
                SigningKey.rsa.jwk(keyID: keyID, replacing: ["alg": #""RS256""#]),
                SigningKey.rsa.jwk(keyID: keyID, replacing: ["alg": #""PS256""#]))
            #expect(set.keys.map(\.algorithms) == [[.rs256, .ps256]])
        }
    }

    @Test(arguments: [SigningKey.otherRSA, .p256])
    func `threat 9: one kid with two materials is no key's`(_ other: SigningKey) throws {
        let set = try keySet(
            SigningKey.rsa.jwk(keyID: "a"), SigningKey.ed25519.jwk(keyID: "b"), other.jwk(keyID: "a"),
            SigningKey.rsa.jwk(keyID: "a"))
        #expect(set.keyIDs == ["b"])
        #expect(set.skipped.allSatisfy { $0 == SkippedKey(keyID: "a", reason: .ambiguousKeyID) })
        #expect(set.skipped.count == 2)
        #expect(refusal { try set.key(keyID: "a", algorithm: .rs256) } == .unknownKey)
        #expect(try set.key(keyID: "b", algorithm: .edDSA).material == SigningKey.ed25519.material)
    }

    // MARK: Selection

    @Test func `threat 5: a kid selects the key of exactly that name, never another`() throws {
        let set = try keySet(SigningKey.rsa.jwk(keyID: "Å"), SigningKey.p256.jwk(keyID: "b"))
        #expect(try set.key(keyID: "\u{C5}", algorithm: .rs256).material == SigningKey.rsa.material)
        for other in ["a", "A\u{30A}", "\u{212B}", "B", "b ", "b\u{0}", "../b"] {
            #expect(refusal { try set.key(keyID: ExactString(other), algorithm: .es256) } == .unknownKey)
        }
    }

    @Test func `threat 3: a key is not used with an algorithm of another type, curve or alg`() throws {
        let set = try keySet(
            SigningKey.rsa.jwk(keyID: "rsa", replacing: ["alg": #""PS512""#]), SigningKey.p384.jwk(keyID: "p384"))
        for algorithm in Algorithm.allCases {
            let onRSA = refusal { try set.key(keyID: "rsa", algorithm: algorithm) }
            #expect(onRSA == (algorithm == .ps512 ? nil : .unsupportedAlgorithm))
            let onP384 = refusal { try set.key(keyID: "p384", algorithm: algorithm) }
            #expect(onP384 == (algorithm == .es384 ? nil : .unsupportedAlgorithm))
        }
    }

    @Test func `threat 8: without a kid the one key that fits is used, and none where two fit`() throws {
        let mixed = try keySet(SigningKey.rsa.jwk(keyID: "a"), SigningKey.p256.jwk(keyID: "b"))
        #expect(try mixed.key(keyID: nil, algorithm: .es256).keyID == "b")
        #expect(refusal { try mixed.key(keyID: nil, algorithm: .edDSA) } == .unknownKey)
        let two = try keySet(SigningKey.rsa.jwk(keyID: "a"), SigningKey.otherRSA.jwk())
        #expect(refusal { try two.key(keyID: nil, algorithm: .rs256) } == .unknownKey)
        #expect(refusal { try two.key(keyID: "b", algorithm: .rs256) } == .unknownKey)
    }

    @Test func `a kid whose key is for something else is not an unknown one`() throws {
        let set = try keySet(SigningKey.rsa.jwk(keyID: "a", replacing: ["use": #""enc""#]), #"{"kid":"b","kty":"RSA"}"#)
        #expect(refusal { try set.key(keyID: "a", algorithm: .rs256) } == .unsupportedAlgorithm)
        #expect(refusal { try set.key(keyID: "b", algorithm: .rs256) } == .unknownKey)
    }
}

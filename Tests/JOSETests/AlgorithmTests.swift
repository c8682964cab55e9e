import JOSE
import TestSupport
import Testing

@Suite("RFC 7518 §3.1, RFC 8037 §3.1 algorithms")
struct AlgorithmTests {
    @Test(arguments: Algorithm.allCases)
    func `an algorithm is found by its own name`(_ algorithm: Algorithm) {
        #expect(Algorithm(name: algorithm.rawValue.utf8) == algorithm)
    }

    @Test(arguments: [
        "none", "None", "nOnE", "NONE", "HS256", "HS384", "HS512", "rs256", "RS256 ", " RS256", "RS-256", "RS1",
        "ES256K", "ES521", "eddsa", "Ed25519", "RSA-OAEP", "dir", "A128KW", "", "RS256\u{0}", "R\u{17F}256", "ＲＳ256",
    ])
    func `threat 1, threat 4: no other name is an algorithm, whatever it resembles`(_ name: String) {
        #expect(Algorithm(name: name.utf8) == nil)
    }

    @Test func `the names are those of the standards`() {
        let names = Algorithm.allCases.map(\.rawValue)
        #expect(
            names == ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"])
    }

    static let keys: [SigningKey] = [.rsa, .p256, .p384, .p521, .ed25519, .ed448]

    @Test(arguments: Algorithm.allCases)
    func `threat 3: an algorithm fits keys of its own type and curve only`(_ algorithm: Algorithm) {
        let fitting = Self.keys.filter { algorithm.fits($0.material) }.map(\.material)
        let expected: [SigningKey] =
            switch algorithm {
            case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: [.rsa]
            case .es256: [.p256]
            case .es384: [.p384]
            case .es512: [.p521]
            case .edDSA: [.ed25519, .ed448]
            }
        #expect(fitting == expected.map(\.material))
    }

    static let lengths: [(SigningKey, Algorithm, Int)] = [
        (.rsa, .rs256, 256), (.rsa, .ps512, 256), (.p256, .es256, 64), (.p384, .es384, 96), (.p521, .es512, 132),
        (.ed25519, .edDSA, 64), (.ed448, .edDSA, 114),
    ]

    @Test(arguments: lengths)
    func `a signature has one length`(_ key: SigningKey, _ algorithm: Algorithm, _ length: Int) {
        #expect(algorithm.signatureLengthInBytes(under: key.material) == length)
        #expect(key.signature(over: "message".utf8, algorithm).count == length)
    }
}

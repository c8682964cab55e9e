import JOSE
import OpenSSLSignatures
import TestSupport
import Testing

@Suite("RFC 8032 §5.1.7, §5.2.7, RFC 8037 §3.1 EdDSA")
struct EdwardsTests {
    static let message = Array("message".utf8)
    static let keys: [SigningKey] = [.ed25519, .ed448]

    private static func isValid(_ signature: [UInt8], _ key: SigningKey) throws -> Bool {
        let verifier = OpenSSLVerifier()
        let key = try #require(try verifier.prepare(key.material))
        return try verifier.isValid(signature[...], over: message[...], under: key, using: .edDSA)
    }

    /// L, little-endian: RFC 8032 §5.1, 2^252 + 27742317777372353535851937790883648493; §5.2, 2^446 −
    /// 13818066809895115352007386748515426880336692474882178609894547503885.
    private static func order(of key: SigningKey) -> [UInt8] {
        key === SigningKey.ed25519
            ? [0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14]
                + [UInt8](repeating: 0, count: 15) + [0x10]
            : [
                0xF3, 0x44, 0x58, 0xAB, 0x92, 0xC2, 0x78, 0x23, 0x55, 0x8F, 0xC5, 0x8D, 0x72, 0xC2, 0x6C, 0x21, 0x90,
                0x36, 0xD6, 0xAE, 0x49, 0xDB, 0x4E, 0xC4, 0xE9, 0x23, 0xCA, 0x7C,
            ] + [UInt8](repeating: 0xFF, count: 27) + [0x3F, 0x00]
    }

    @Test(arguments: keys)
    func `threat 25: S is below the order of the group`(_ key: SigningKey) throws {
        guard case .edwards(let curve, _) = key.material else { return }
        let signature = key.signature(over: Self.message, .edDSA)
        let half = signature.count / 2
        let order = Self.order(of: key)
        #expect(try Self.isValid(signature, key))
        #expect(curve.isInRange(signature[...]))

        var carry = 0
        let sum = zip(signature.suffix(half), order).map { digit, addend in
            carry = Int(digit) + Int(addend) + carry >> 8
            return UInt8(truncatingIfNeeded: carry)
        }
        let malleated = signature.prefix(half) + sum
        #expect(!curve.isInRange(malleated[...]))
        #expect(try !Self.isValid(Array(malleated), key))

        #expect(!curve.isInRange((signature.prefix(half) + order)[...]))
        let last = [order[0] - 1] + order.dropFirst()
        #expect(curve.isInRange((signature.prefix(half) + last)[...]))
        #expect(try !Self.isValid(signature.prefix(half) + last, key))
    }

    @Test(arguments: keys)
    func `threat 25: a signature is twice as long as a key`(_ key: SigningKey) throws {
        guard case .edwards(let curve, _) = key.material else { return }
        let signature = key.signature(over: Self.message, .edDSA)
        for other in [[], signature + [0], [0] + signature, signature.dropLast(), Array(signature.dropFirst())] {
            #expect(!curve.isInRange(other[...]))
            #expect(try !Self.isValid(other, key))
        }
    }

    @Test(arguments: keys)
    func `threat 25: an R of zeros or ones is refused`(_ key: SigningKey) throws {
        let signature = key.signature(over: Self.message, .edDSA)
        let half = signature.count / 2
        for byte: UInt8 in [0, 1, 0xFF] {
            #expect(try !Self.isValid([UInt8](repeating: byte, count: half) + signature.suffix(half), key))
        }
        #expect(try !Self.isValid([UInt8](repeating: 0, count: 2 * half), key))
        #expect(isErrorQueueEmpty())
    }

    /// Signatures whose R is the point 0, made from the private key 00 01 … 1F (RFC 8032 §5.1.5) with Python's integers:
    /// S = H(R ‖ A ‖ M) · a modulo L. Whoever decodes R, and not compares its bytes, takes all three.
    static let spellingsOfZero: [(String, r: [UInt8], s: String, isValid: Bool)] = [
        ("1", [1] + zeros, "e404f4e96e0b12dc6c3ec416ed1d5e91b66a37ca15a8b36c06938736133a2d0c", true),
        (
            "p + 1", [0xEE] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
            "69bd617fec36dc0be89debbed9c25bfe1e38914a62901170888d64915dd96b00", false
        ),
        (
            "1, x negative", [1] + zeros.dropLast() + [0x80],
            "2a7f06cd3cf4fe251577c14ce2a3ffb6e23f8426ee226228dc854584a7f4db0e", false
        ),
    ]

    private static let zeros = [UInt8](repeating: 0, count: 31)

    @Test(arguments: spellingsOfZero.indices)
    func `threat 25: a point R has one spelling`(_ index: Int) throws {
        let (circumstance, r, s, expected) = Self.spellingsOfZero[index]
        let hexadecimal = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
        let publicKey = try #require(bytes(hexadecimal: Array(hexadecimal.utf8)[...]))
        let key = try #require(try OpenSSLVerifier().prepare(.edwards(.ed25519, publicKey: publicKey)))
        let signature = r + (try #require(bytes(hexadecimal: Array(s.utf8)[...])))
        let isValid = try OpenSSLVerifier().isValid(signature[...], over: Self.message[...], under: key, using: .edDSA)
        #expect(isValid == expected, "\(circumstance)")
    }

    @Test(arguments: keys)
    func `an Edwards key is for EdDSA alone`(_ key: SigningKey) throws {
        let prepared = try #require(try OpenSSLVerifier().prepare(key.material))
        let signature = key.signature(over: Self.message, .edDSA)
        for algorithm in Algorithm.allCases {
            let isValid = try OpenSSLVerifier().isValid(
                signature[...], over: Self.message[...], under: prepared, using: algorithm)
            #expect(isValid == (algorithm == .edDSA))
        }
    }

    @Test func `an empty message can be signed`() throws {
        for key in Self.keys {
            let prepared = try #require(try OpenSSLVerifier().prepare(key.material))
            let signature = key.signature(over: [], .edDSA)
            #expect(try OpenSSLVerifier().isValid(signature[...], over: [], under: prepared, using: .edDSA))
        }
    }
}

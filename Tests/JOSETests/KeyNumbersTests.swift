import JOSE
import StrictJSON
import TestSupport
import Testing

@Suite("RFC 7518 §6.2, §6.3, RFC 8037 §2: the numbers of a key")
struct KeyNumbersTests {
    private static func reason(_ key: SigningKey, _ members: [String: String?]) throws -> SkippedKey.Reason? {
        try keySet(key.jwk(replacing: members)).skipped.first?.reason
    }

    private static func quoted(_ bytes: some Collection<UInt8>) -> String { "\"\(Base64URL.encode(bytes))\"" }

    static let modulusLengths: [(Int, SkippedKey.Reason?)] = [
        (0, .weakModulus), (1024, .weakModulus), (2047, .weakModulus), (2048, nil), (2049, nil), (3072, nil),
        (4096, nil), (8191, nil), (8192, nil), (8193, .weakModulus), (16_384, .weakModulus),
    ]

    @Test(arguments: modulusLengths)
    func `threat 14, threat 15: a modulus has 2048 to 8192 bits`(_ bits: Int, _ reason: SkippedKey.Reason?) throws {
        var modulus = [UInt8](repeating: 0xFF, count: max((bits + 7) / 8, 1))
        modulus[0] = bits == 0 ? 0 : 0xFF >> UInt8((8 - bits % 8) % 8)
        #expect(try Self.reason(.rsa, ["n": Self.quoted(modulus)]) == reason)
    }

    @Test func `an even modulus is refused`() throws {
        let modulus = [UInt8](repeating: 0xFF, count: 255) + [0xFE]
        #expect(try Self.reason(.rsa, ["n": Self.quoted(modulus)]) == .weakModulus)
    }

    static let exponents: [([UInt8], SkippedKey.Reason?)] = [
        ([0], .weakExponent), ([1], .weakExponent), ([2], .weakExponent), ([3], nil), ([17], nil),
        ([1, 0, 0], .weakExponent),
        ([1, 0, 1], nil), ([0xFF, 0xFF, 0xFF, 0xFF], nil), ([1, 0, 0, 0, 1], .weakExponent),
        ([2, 0, 0, 0, 1], .weakExponent),
        ([0, 1, 0, 1], .malformed), ([], .malformed),
    ]

    @Test(arguments: exponents)
    func `threat 16: an exponent is odd, 3 or more, and below 2^32`(
        _ exponent: [UInt8], _ reason: SkippedKey.Reason?
    ) throws {
        #expect(try Self.reason(.rsa, ["e": Self.quoted(exponent)]) == reason)
    }

    @Test(arguments: ["n", "e"])
    func `the numbers of an RSA key are Base64urlUInt`(_ name: String) throws {
        let value = SigningKey.rsa.material.publicMembers[name] ?? ""
        for text in ["\"\(value)=\"", "\"AA\(value)\"", "\" \(value)\"", "\"\"", "null", "65537", "[]"] {
            #expect(try Self.reason(.rsa, [name: text]) == .malformed, "\(text)")
        }
        #expect(try Self.reason(.rsa, [name: nil]) == .malformed)
    }

    /// Made for this test: modulo every prime up to 167 it is a power of 65537. Nobody's key.
    static let fingerprinted = """
        oUjC133YrSaq5ahnjEQAxXKCmoBh2Hq44TQxhkfFtj47dudWucPrB5EizC6bdPtwU00TxyUOqQ2bCYQvS_bna19Y0kpR_0Nv5Yd7\
        MBIG4KXPljdkl9Yp509Yv9MpZSy1r6mYm3fOck8g69edh1_jRmtL-LH7ua6dswJKwXrmhENpJk_UR3LsesPGLTfJJzVTTHlOnIdG\
        -JcLoJn4AgfUs4r5GIuRHjgdEU-uyyVOQwlJY9I7QPJmk33jR8dtS90oSGipepK50CFR9FO6sqNjDxngil3eOZAg4mCJ6jQpW1Qf\
        KvRWQIXQ8WDoYAuSokbtNwOicKvkXkfoDCWQrBF4nw
        """

    @Test func `threat 17: a modulus with the fingerprint of ROCA is refused`() throws {
        #expect(try Self.reason(.rsa, ["n": "\"\(Self.fingerprinted)\""]) == .predictablePrimes)
    }

    @Test func `threat 17: ordinary moduli do not have the fingerprint`() throws {
        #expect(try Self.reason(.rsa, [:]) == nil)
        #expect(try Self.reason(.otherRSA, [:]) == nil)
    }

    static let curves: [SigningKey] = [.p256, .p384, .p521]

    @Test(arguments: curves, ["x", "y"])
    func `threat 18: a coordinate is as long as the field`(_ key: SigningKey, _ name: String) throws {
        guard case .ellipticCurve(_, let x, let y) = key.material else { return }
        let coordinate = name == "x" ? x : y
        #expect(try Self.reason(key, [name: Self.quoted(coordinate.dropLast())]) == .malformed)
        #expect(try Self.reason(key, [name: Self.quoted([0] + coordinate)]) == .malformed)
        #expect(try Self.reason(key, [name: Self.quoted(coordinate + [0])]) == .malformed)
        #expect(try Self.reason(key, [name: nil]) == .malformed)
        #expect(try Self.reason(key, [name: "1"]) == .malformed)
    }

    @Test(arguments: curves)
    func `threat 18: a point off the curve, outside the field or at its origin is refused`(_ key: SigningKey) throws {
        guard case .ellipticCurve(_, let x, var y) = key.material else { return }
        let zero = [UInt8](repeating: 0, count: x.count)
        let large = [UInt8](repeating: 0xFF, count: x.count)
        y[y.count - 1] ^= 1
        #expect(try Self.reason(key, ["y": Self.quoted(y)]) == .rejectedByLibrary)
        #expect(try Self.reason(key, ["x": Self.quoted(zero), "y": Self.quoted(zero)]) == .rejectedByLibrary)
        #expect(try Self.reason(key, ["x": Self.quoted(large)]) == .rejectedByLibrary)
        #expect(try Self.reason(key, ["y": Self.quoted(large)]) == .rejectedByLibrary)
    }

    @Test func `threat 18: x + p in place of x is refused`() throws {
        /// On P-256 x = 5 has a y, here from the curve's equation, and p + 5 fits into 32 bytes.
        let point = [
            "x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAU", "y": "RZJDuapYGAb-kTvOmYF63hHKUDxk2aPFM0FcCDJI-8w",
        ]
        let beyond = "_____wAAAAEAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAQ"
        #expect(try Self.reason(.p256, point.mapValues { "\"\($0)\"" }) == nil)
        #expect(
            try Self.reason(.p256, ["x": "\"\(beyond)\"", "y": "\"\(point["y"] ?? "")\""]) == .rejectedByLibrary)
    }

    @Test(arguments: [SigningKey.ed25519, .ed448])
    func `an Edwards key has the length of its curve`(_ key: SigningKey) throws {
        guard case .edwards(_, let bytes) = key.material else { return }
        #expect(try Self.reason(key, ["x": Self.quoted(bytes.dropLast())]) == .malformed)
        #expect(try Self.reason(key, ["x": Self.quoted(bytes + [0])]) == .malformed)
        #expect(try Self.reason(key, ["x": nil]) == .malformed)
    }

    /// RFC 8032 §5.1: p = 2^255 − 19, little-endian; §5.2: p = 2^448 − 2^224 − 1.
    static let primeOf25519: [UInt8] = [0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
    static let primeOf448: [UInt8] =
        [UInt8](repeating: 0xFF, count: 28) + [0xFE] + [UInt8](repeating: 0xFF, count: 27) + [0]

    @Test(arguments: [(SigningKey.ed25519, primeOf25519), (.ed448, primeOf448)])
    func `threat 25: y at or above the field's prime is refused`(_ key: SigningKey, _ prime: [UInt8]) throws {
        for addend: UInt8 in [0, 1] {
            for sign: UInt8 in [0, 0x80] {
                var bytes = prime
                if addend == 1, prime.count == 57 { for index in 0..<28 { bytes[index] = 0 } }
                if addend == 1 { prime.count == 57 ? (bytes[28] = 0xFF) : (bytes[0] += 1) }
                bytes[bytes.count - 1] |= sign
                #expect(try Self.reason(key, ["x": Self.quoted(bytes)]) == .malformed)
            }
        }
    }

    @Test func `threat 25: bits above the sign of an Ed448 key are zero`() throws {
        guard case .edwards(_, var bytes) = SigningKey.ed448.material else { return }
        bytes[56] |= 0x40
        #expect(try Self.reason(.ed448, ["x": Self.quoted(bytes)]) == .malformed)
    }

    @Test(arguments: [(SigningKey.ed25519, primeOf25519), (.ed448, primeOf448)])
    func `threat 25: a point of small order is refused`(_ key: SigningKey, _ prime: [UInt8]) throws {
        let zero = [UInt8](repeating: 0, count: prime.count)
        for var point in [zero, [1] + zero.dropFirst(), [prime[0] - 1] + prime.dropFirst()] {
            #expect(try Self.reason(key, ["x": Self.quoted(point)]) == .smallOrder)
            point[point.count - 1] |= 0x80
            #expect(try Self.reason(key, ["x": Self.quoted(point)]) == .smallOrder)
        }
    }
}

/// What is asked of the numbers of an RSA key.
enum RSALimits {
    /// 2048 is the least that RFC 7518 §3.3 allows. The upper bound keeps one verification below a millisecond or
    /// so; OpenSSL's own is 16384.
    static let modulusLengthInBits = 2048...8192

    /// - Parameter modulus: Big-endian, without leading zero bytes.
    /// - Returns: Whether it is of an accepted length, and odd as a product of large primes is.
    static func isModulusSuitable(_ modulus: [UInt8]) -> Bool {
        guard let first = modulus.first, let last = modulus.last else { return false }
        let lengthInBits = modulus.count * 8 - first.leadingZeroBitCount
        return modulusLengthInBits.contains(lengthInBits) && !last.isMultiple(of: 2)
    }

    /// Odd and 3 ≤ `e` < 2^32. All others in use are 3, 17 or 65537.
    static func exponent(_ bytes: [UInt8]) -> UInt32? {
        guard bytes.count <= 4 else { return nil }
        let exponent = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return exponent >= 3 && !exponent.isMultiple(of: 2) ? exponent : nil
    }
}

/// The fingerprint of the primes that a library of Infineon made (CVE-2017-15361; Nemec et al., "The Return of
/// Coppersmith's Attack", ACM CCS 2017, §3.3): modulo each of the first primes, the modulus is a power of 65537.
enum ROCAFingerprint {
    /// The odd primes up to 167. A modulus made otherwise passes for one of these once in 2^27.
    private static let primes: [UInt32] = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
        109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ]

    /// - Parameter modulus: Big-endian.
    /// - Returns: Whether its primes are likely to be predictable.
    static func matches(_ modulus: [UInt8]) -> Bool {
        primes.allSatisfy { prime in
            isPowerOfGenerator(modulus.reduce(0) { ($0 << 8 | UInt32($1)) % prime }, modulo: prime)
        }
    }

    private static func isPowerOfGenerator(_ residue: UInt32, modulo prime: UInt32) -> Bool {
        let generator = 65_537 % prime
        var power: UInt32 = 1
        repeat {
            if power == residue { return true }
            power = power * generator % prime
        } while power != 1
        return false
    }
}

extension EdwardsCurve {
    /// Whether the bytes are the one encoding of their `y`: below the field's prime (RFC 8032 §5.1.3, §5.2.3).
    func isCanonical(_ publicKey: [UInt8]) -> Bool {
        LittleEndian.isLess(withoutSign(publicKey), than: prime)
    }

    /// Whether the point's order divides the cofactor. `y` tells: there are five such values on edwards25519 and
    /// three on edwards448.
    func isOfSmallOrder(_ publicKey: [UInt8]) -> Bool {
        let y = withoutSign(publicKey)
        switch self {
        case .ed25519: return Self.smallOrderOnEd25519.contains(y)
        case .ed448: return Self.smallOrder(below: prime).contains(y)
        }
    }

    /// The last bit is the sign of `x` (RFC 8032 §5.1.2, §5.2.2).
    private func withoutSign(_ publicKey: [UInt8]) -> [UInt8] {
        publicKey.enumerated().map { $0.offset == publicKey.count - 1 ? $0.element & 0x7F : $0.element }
    }

    /// Little-endian and as long as a key.
    private var prime: [UInt8] {
        switch self {
        case .ed25519: Self.primeOfEd25519
        case .ed448: Self.primeOfEd448
        }
    }

    /// 2^255 − 19 (RFC 8032 §5.1). One literal to a constant: the linker of the Embedded mode could confuse several
    /// in one function.
    private static let primeOfEd25519: [UInt8] = [
        0xED, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F,
    ]
    /// 2^448 − 2^224 − 1 (RFC 8032 §5.2).
    private static let primeOfEd448: [UInt8] = [
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0x00,
    ]

    /// The points of order 1, 2 and 4: `y` is 1, −1 and 0.
    private static func smallOrder(below prime: [UInt8]) -> [[UInt8]] {
        let zero = [UInt8](repeating: 0, count: prime.count)
        return [zero, [1] + zero.dropFirst(), [prime[0] - 1] + prime.dropFirst()]
    }

    private static let smallOrderOnEd25519: [[UInt8]] =
        smallOrder(below: ed25519.prime) + [
            [
                0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
                0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
            ],
            [
                0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
                0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
            ],
        ]
}

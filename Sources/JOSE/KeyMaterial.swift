/// A public key as its JWK spells it: lengths and ranges are checked, the curve's equation is not.
package enum KeyMaterial: Hashable, Sendable {
    /// - Parameters:
    ///   - modulus: Big-endian, without leading zero bytes.
    ///   - exponent: Odd, 3 or more.
    case rsa(modulus: [UInt8], exponent: UInt32)
    /// - Parameters: Big-endian, as long as the curve's field (RFC 7518 §6.2.1.2).
    case ellipticCurve(EllipticCurve, x: [UInt8], y: [UInt8])
    /// - Parameters: The encoded point (RFC 8032 §5.1.2, §5.2.2).
    case edwards(EdwardsCurve, publicKey: [UInt8])
}

/// RFC 7518 §6.2.1.1.
package enum EllipticCurve: String, CaseIterable, Hashable, Sendable {
    case p256 = "P-256"
    case p384 = "P-384"
    case p521 = "P-521"

    package var coordinateLengthInBytes: Int {
        switch self {
        case .p256: 32
        case .p384: 48
        case .p521: 66
        }
    }

    /// The number of points, `n`, big-endian and as long as a coordinate (NIST SP 800-186 §3.2.1).
    package var order: [UInt8] {
        switch self {
        case .p256: Self.orderOfP256
        case .p384: Self.orderOfP384
        case .p521: Self.orderOfP521
        }
    }

    private static let orderOfP256: [UInt8] = [
        0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ]
    private static let orderOfP384: [UInt8] =
        [UInt8](repeating: 0xFF, count: 24) + [
            0xC7, 0x63, 0x4D, 0x81, 0xF4, 0x37, 0x2D, 0xDF, 0x58, 0x1A, 0x0D, 0xB2,
            0x48, 0xB0, 0xA7, 0x7A, 0xEC, 0xEC, 0x19, 0x6A, 0xCC, 0xC5, 0x29, 0x73,
        ]
    private static let orderOfP521: [UInt8] =
        [0x01] + [UInt8](repeating: 0xFF, count: 32) + [
            0xFA, 0x51, 0x86, 0x87, 0x83, 0xBF, 0x2F, 0x96, 0x6B, 0x7F, 0xCC, 0x01, 0x48, 0xF7, 0x09, 0xA5, 0xD0,
            0x3B, 0xB5, 0xC9, 0xB8, 0x89, 0x9C, 0x47, 0xAE, 0xBB, 0x6F, 0xB7, 0x1E, 0x91, 0x38, 0x64, 0x09,
        ]
}

/// RFC 8037 §2.
package enum EdwardsCurve: String, CaseIterable, Hashable, Sendable {
    case ed25519 = "Ed25519"
    case ed448 = "Ed448"

    package var keyLengthInBytes: Int {
        switch self {
        case .ed25519: 32
        case .ed448: 57
        }
    }
}

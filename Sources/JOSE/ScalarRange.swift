/// Numbers as byte strings of one length, least significant byte first.
enum LittleEndian {
    static func isLess(_ left: some BidirectionalCollection<UInt8>, than right: some BidirectionalCollection<UInt8>)
        -> Bool
    {
        left.reversed().lexicographicallyPrecedes(right.reversed())
    }
}

extension EllipticCurve {
    /// Checks that `r` and `s` are both 1 to `n` − 1 (NIST FIPS 186-5 §6.4.2 step 1). Zeros pass the equation of a
    /// careless implementation (CVE-2022-21449), so this is asked before any library is.
    ///
    /// - Parameter signature: `r` and `s`, each as long as a coordinate (RFC 7518 §3.4).
    /// - Returns: Whether the length and both numbers are in order.
    package func isInRange(_ signature: ArraySlice<UInt8>) -> Bool {
        guard signature.count == 2 * coordinateLengthInBytes else { return false }
        return [signature.prefix(coordinateLengthInBytes), signature.suffix(coordinateLengthInBytes)].allSatisfy {
            $0.contains { $0 != 0 } && $0.lexicographicallyPrecedes(order)
        }
    }
}

extension EdwardsCurve {
    /// Checks that `S` is below the order of the group, so that no other signature is equal to this one (RFC 8032
    /// §5.1.7, §5.2.7).
    ///
    /// - Parameter signature: `R` and `S`, each as long as a key.
    /// - Returns: Whether the length and `S` are in order.
    package func isInRange(_ signature: ArraySlice<UInt8>) -> Bool {
        guard signature.count == 2 * keyLengthInBytes else { return false }
        return LittleEndian.isLess(signature.suffix(keyLengthInBytes), than: order)
    }

    /// `L`, little-endian and as long as a key (RFC 8032 §5.1, §5.2).
    private var order: [UInt8] {
        switch self {
        case .ed25519: Self.orderOfEd25519
        case .ed448: Self.orderOfEd448
        }
    }

    private static let orderOfEd25519: [UInt8] =
        [0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14]
        + [UInt8](repeating: 0, count: 15) + [0x10]

    private static let orderOfEd448: [UInt8] =
        [
            0xF3, 0x44, 0x58, 0xAB, 0x92, 0xC2, 0x78, 0x23, 0x55, 0x8F, 0xC5, 0x8D, 0x72, 0xC2, 0x6C, 0x21,
            0x90, 0x36, 0xD6, 0xAE, 0x49, 0xDB, 0x4E, 0xC4, 0xE9, 0x23, 0xCA, 0x7C,
        ] + [UInt8](repeating: 0xFF, count: 27) + [0x3F, 0x00]
}

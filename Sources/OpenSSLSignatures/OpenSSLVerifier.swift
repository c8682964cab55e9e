import CLibcrypto
package import JOSE

/// Verifies signatures with libcrypto.
///
/// Lengths and ranges are checked here, before the library sees a signature: they are rules of RFC 7518 §3.4,
/// RFC 8017 §8 and RFC 8032 §5.1.7, and not all versions of it have kept all of them.
package struct OpenSSLVerifier: SignatureVerifier, Sendable {
    package init() {}

    package func prepare(_ key: KeyMaterial) throws(CryptographyFailure) -> PublicKey? { try PublicKey(key) }

    package func isValid(
        _ signature: ArraySlice<UInt8>, over signingInput: ArraySlice<UInt8>, under key: PublicKey,
        using algorithm: Algorithm
    ) throws(CryptographyFailure) -> Bool {
        guard
            algorithm.fits(key.material),
            signature.count == algorithm.signatureLengthInBytes(under: key.material)
        else { return false }
        // Others, such as TLS, may have left some: what is read below must be of this signature.
        OpenSSL.forgetErrors()
        switch key.material {
        case .edwards(let curve, _):
            guard curve.isInRange(signature) else { return false }
            return try key.isValidPureSignature(signature, over: signingInput)
        case .ellipticCurve(let curve, _, _):
            guard curve.isInRange(signature) else { return false }
            let signature = ECDSASignature.der(signature)[...]
            return try isValid(signature, over: signingInput, key.context(for: algorithm))
        case .rsa:
            return try isValid(signature, over: signingInput, key.context(for: algorithm))
        }
    }

    private func isValid(
        _ signature: ArraySlice<UInt8>, over signingInput: ArraySlice<UInt8>, _ context: VerificationContext
    ) throws(CryptographyFailure) -> Bool {
        guard let digest = context.digest.digest(of: signingInput) else { throw CryptographyFailure() }
        return try context.isValid(signature, overDigest: digest)
    }
}

/// RFC 7518 §3.4 joins `r` and `s`; libcrypto wants the SEQUENCE of RFC 3279 §2.2.3, in DER.
enum ECDSASignature {
    /// - Parameter joined: `r` and `s`, each of the same length and not zero. At most 132 bytes, so that every
    ///   length takes one byte or, for P-521's SEQUENCE, two.
    /// - Returns: The SEQUENCE of both as INTEGERs.
    static func der(_ joined: ArraySlice<UInt8>) -> [UInt8] {
        let half = joined.count / 2
        let content = integer(joined.prefix(half)) + integer(joined.suffix(half))
        let length = UInt8(truncatingIfNeeded: content.count)
        return (content.count < 0x80 ? [0x30, length] : [0x30, 0x81, length]) + content
    }

    private static func integer(_ number: ArraySlice<UInt8>) -> [UInt8] {
        let digits = number.drop { $0 == 0 }
        let isPrefixed = digits.first.map { $0 >= 0x80 } ?? true
        let length = UInt8(truncatingIfNeeded: digits.count + (isPrefixed ? 1 : 0))
        return (isPrefixed ? [0x02, length, 0] : [0x02, length]) + digits
    }
}

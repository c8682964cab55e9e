/// What this module asks of cryptography, and nothing else.
package protocol SignatureVerifier {
    /// A key as the library keeps it, made once when the set is parsed.
    associatedtype PreparedKey

    /// - Returns: `nil` where the material is no public key, such as a point that is not on its curve.
    /// - Throws: Where the library could not find that out. No material causes it.
    func prepare(_ key: KeyMaterial) throws(CryptographyFailure) -> PreparedKey?

    /// Whether the signature is exactly one that the algorithm's standard allows for these bytes and this key, its
    /// length and the ranges of its numbers included.
    ///
    /// - Throws: Where the library could not find that out. No signature causes it.
    func isValid(
        _ signature: ArraySlice<UInt8>, over signingInput: ArraySlice<UInt8>, under key: PreparedKey,
        using algorithm: Algorithm
    ) throws(CryptographyFailure) -> Bool
}

/// The cryptographic library could not do its work, for want of memory: nothing is known of the key or the signature.
package struct CryptographyFailure: Error, Equatable, Sendable {
    package init() {}
}

import CLibcrypto
import JOSE

/// One `EVP_PKEY` and what has been made ready for it; freed with the last reference.
///
/// Not `Sendable`: an `EVP_PKEY_CTX` must not be used by two threads at once.
@safe package final class PublicKey {
    let material: KeyMaterial
    /// `EVP_PKEY *`, owned.
    private let handle: OpaquePointer
    private var contexts: [Algorithm: VerificationContext] = [:]

    /// - Returns: `nil` where libcrypto does not take the key: a point off its curve, or bytes that are none.
    /// - Throws: Where it has no memory for it.
    init?(_ material: KeyMaterial) throws(CryptographyFailure) {
        OpenSSL.forgetErrors()
        let handle =
            switch material {
            case .rsa(let modulus, let exponent): unsafe KeyImport.rsa(modulus: modulus, exponent: exponent)
            case .ellipticCurve(let curve, let x, let y): unsafe KeyImport.ellipticCurve(curve, x: x, y: y)
            case .edwards(let curve, let bytes): unsafe KeyImport.edwards(curve, bytes)
            }
        guard let handle = unsafe handle else {
            guard ErrorQueue().isRefusal(of: material) else { throw CryptographyFailure() }
            return nil
        }
        self.material = material
        unsafe self.handle = handle
    }

    deinit { unsafe EVP_PKEY_free(handle) }

    /// A context is set up at the first use of an algorithm and kept: that saves two of seventeen microseconds.
    func context(for algorithm: Algorithm) throws(CryptographyFailure) -> VerificationContext {
        if let context = contexts[algorithm] { return context }
        guard let context = unsafe VerificationContext(handle, algorithm) else {
            OpenSSL.forgetErrors()
            throw CryptographyFailure()
        }
        contexts[algorithm] = context
        return context
    }

    /// `EVP_DigestVerify(3)` for the algorithms that hash the message themselves (RFC 8032 §5.1.7, §5.2.7).
    ///
    /// Of some of its allocations libcrypto tells nobody that they failed, so it refuses only what it refuses twice.
    func isValidPureSignature(
        _ signature: ArraySlice<UInt8>, over message: ArraySlice<UInt8>
    ) throws(CryptographyFailure) -> Bool {
        if try isValidOnce(signature, over: message) { return true }
        return try isValidOnce(signature, over: message)
    }

    private func isValidOnce(
        _ signature: ArraySlice<UInt8>, over message: ArraySlice<UInt8>
    ) throws(CryptographyFailure) -> Bool {
        defer { OpenSSL.forgetErrors() }
        guard let context = unsafe EVP_MD_CTX_new() else { throw CryptographyFailure() }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestVerifyInit(context, nil, nil, nil, handle) == 1 else { throw CryptographyFailure() }
        let status = unsafe signature.withUnsafeBufferPointer { signature in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_DigestVerify(
                    context, signature.baseAddress, signature.count, message.baseAddress, message.count)
            }
        }
        if status == 1 { return true }
        if ErrorQueue().isOutOfMemory { throw CryptographyFailure() }
        return false
    }
}

/// An `EVP_PKEY_CTX` that is ready to verify digests under one key by one algorithm.
@safe final class VerificationContext {
    let digest: MessageDigest
    private let family: Algorithm.Family
    /// `EVP_PKEY_CTX *`, owned.
    private let handle: OpaquePointer

    /// - Parameters:
    ///   - key: `EVP_PKEY *`, of which the context takes its own reference.
    ///   - algorithm: One that fits the key.
    init?(_ key: OpaquePointer, _ algorithm: Algorithm) {
        let hash: Algorithm.Hash
        switch algorithm.family {
        case .rsaPKCS1(let named), .rsaPSS(let named), .ecdsa(_, let named): hash = named
        case .edwards: return nil
        }
        guard let digest = MessageDigest(hash), let handle = unsafe EVP_PKEY_CTX_new(key, nil) else { return nil }
        self.digest = digest
        family = algorithm.family
        unsafe self.handle = handle
        guard unsafe EVP_PKEY_verify_init(handle) == 1, setParameters() else { return nil }
    }

    deinit { unsafe EVP_PKEY_CTX_free(handle) }

    private func setParameters() -> Bool {
        switch family {
        case .rsaPKCS1:
            unsafe EVP_PKEY_CTX_set_rsa_padding(handle, RSA_PKCS1_PADDING) == 1
                && EVP_PKEY_CTX_set_signature_md(handle, digest.function) == 1
        case .rsaPSS:
            unsafe EVP_PKEY_CTX_set_rsa_padding(handle, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_signature_md(handle, digest.function) == 1
                && EVP_PKEY_CTX_set_rsa_mgf1_md(handle, digest.function) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(handle, Int32(digest.lengthInBytes)) == 1
        case .ecdsa: unsafe EVP_PKEY_CTX_set_signature_md(handle, digest.function) == 1
        case .edwards: false
        }
    }

    /// `EVP_PKEY_verify(3)`, which may be called again and again.
    func isValid(
        _ signature: ArraySlice<UInt8>, overDigest digest: [UInt8]
    ) throws(CryptographyFailure) -> Bool {
        let status = unsafe signature.withUnsafeBufferPointer { signature in
            unsafe digest.withUnsafeBufferPointer { digest in
                unsafe EVP_PKEY_verify(
                    handle, signature.baseAddress, signature.count, digest.baseAddress, digest.count)
            }
        }
        if status == 1 { return true }
        guard ErrorQueue().isRefusal(byStatus: status, of: family) else { throw CryptographyFailure() }
        return false
    }
}

import CLibcrypto
package import JOSE

extension SigningKey {
    /// How an RSASSA-PSS signature is made; JWS allows one way only.
    package struct PSSParameters: Sendable {
        package var hash: Algorithm.Hash
        package var maskHash: Algorithm.Hash
        package var saltLengthInBytes: Int32

        package init(hash: Algorithm.Hash, maskHash: Algorithm.Hash? = nil, saltLengthInBytes: Int32? = nil) {
            self.hash = hash
            self.maskHash = maskHash ?? hash
            self.saltLengthInBytes = saltLengthInBytes ?? Int32(hash.lengthInBytes)
        }
    }

    /// A JWS signature (RFC 7518 §3, RFC 8037 §3.1).
    package func signature(over message: some Collection<UInt8>, _ algorithm: Algorithm) -> [UInt8] {
        let message = Array(message)
        switch algorithm.family {
        case .rsaPKCS1(let hash): return unsafe digestSignature(over: message, hash)
        case .rsaPSS(let hash): return pssSignature(over: message, PSSParameters(hash: hash))
        case .ecdsa(let curve, let hash): return unsafe Self.join(digestSignature(over: message, hash), curve)
        case .edwards: return unsafe digestSignature(over: message, nil)
        }
    }

    package func pssSignature(over message: [UInt8], _ parameters: PSSParameters) -> [UInt8] {
        unsafe digestSignature(over: message, parameters.hash) { context in
            unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_mgf1_md(context, Self.function(parameters.maskHash)) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, parameters.saltLengthInBytes) == 1
        }
    }

    /// What the library makes of it: for ECDSA, a SEQUENCE in DER.
    package func libraryForm(over message: [UInt8], _ hash: Algorithm.Hash?) -> [UInt8] {
        unsafe digestSignature(over: message, hash)
    }

    /// RSA without padding: the signature whose encoded message is exactly this one.
    package func rawRSASignature(ofEncodedMessage encoded: [UInt8]) -> [UInt8] {
        guard let context = unsafe EVP_PKEY_CTX_new(handle, nil) else { preconditionFailure("no context") }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: encoded.count)
        var length = signature.count
        guard
            unsafe EVP_PKEY_sign_init(context) == 1,
            unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1,
            unsafe EVP_PKEY_sign(context, &signature, &length, encoded, encoded.count) == 1
        else { preconditionFailure("libcrypto did not sign") }
        return signature
    }

    private func digestSignature(
        over message: [UInt8], _ hash: Algorithm.Hash?, configure: (OpaquePointer?) -> Bool = { _ in true }
    ) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("no context") }
        defer { unsafe EVP_MD_CTX_free(context) }
        var keyContext: OpaquePointer?
        var signature = [UInt8](repeating: 0, count: 2048)
        var length = signature.count
        guard
            unsafe EVP_DigestSignInit(context, &keyContext, hash.flatMap { unsafe Self.function($0) }, nil, handle)
                == 1,
            unsafe configure(keyContext),
            unsafe EVP_DigestSign(context, &signature, &length, message, message.count) == 1
        else { preconditionFailure("libcrypto did not sign") }
        return Array(signature.prefix(length))
    }

    private static func function(_ hash: Algorithm.Hash) -> OpaquePointer? {
        switch hash {
        case .sha256: unsafe EVP_sha256()
        case .sha384: unsafe EVP_sha384()
        case .sha512: unsafe EVP_sha512()
        }
    }

    /// Takes the two INTEGERs out of a SEQUENCE and puts them side by side, each as long as a coordinate.
    private static func join(_ der: [UInt8], _ curve: EllipticCurve) -> [UInt8] {
        var rest = der.dropFirst(der[1] == 0x81 ? 3 : 2)
        var joined: [UInt8] = []
        for _ in 0..<2 {
            let length = Int(rest[rest.startIndex + 1])
            let digits = rest.dropFirst(2).prefix(length).drop { $0 == 0 }
            joined += [UInt8](repeating: 0, count: curve.coordinateLengthInBytes - digits.count) + digits
            rest = rest.dropFirst(2 + length)
        }
        return joined
    }
}

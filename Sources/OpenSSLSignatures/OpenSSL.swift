import CLibcrypto

/// The library as a whole.
package enum OpenSSL {
    /// Starts libcrypto without its configuration file: nothing of the host decides about algorithms, and half a
    /// millisecond is saved. As much again without the texts of its errors, which nobody reads here, and without the list
    /// of ciphers by name, which TLS does not ask. To be called before anything else of this module.
    package static func initialise() throws(OpenSSLError) {
        let options = UInt64(
            OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ADD_ALL_CIPHERS)
        guard OPENSSL_init_crypto(options, nil) == 1 else { throw .initialisation }
    }

    /// `OPENSSL_init_crypto(3)` keeps a queue of errors per thread. Whoever has seen a failure empties it, so that
    /// none is taken for that of a later call, such as one of TLS.
    static func forgetErrors() { ERR_clear_error() }

    /// Compares without telling by its time where the first difference is.
    package static func isEqualInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe left.withUnsafeBytes { left in
            unsafe right.withUnsafeBytes { right in
                unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
            }
        }
    }
}

/// A failure of libcrypto where only want of memory or a broken installation can be the cause. Never carries data.
package enum OpenSSLError: Error, Equatable, Sendable {
    case initialisation, digest, messageAuthentication
}

extension OpenSSLError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .initialisation: "libcrypto did not start"
        case .digest: "libcrypto did not compute a digest"
        case .messageAuthentication: "libcrypto did not compute a message authentication code"
        }
    }
}

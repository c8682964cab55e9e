import CLibcrypto
import JOSE

/// Makes an `EVP_PKEY` of numbers. The caller owns what is returned; `nil` leaves errors in libcrypto's queue.
enum KeyImport {
    /// `EVP_PKEY-RSA(7)`.
    static func rsa(modulus: [UInt8], exponent: UInt32) -> OpaquePointer? {
        var modulus = nativeOrder(modulus)
        var exponent = exponent
        return unsafe modulus.withUnsafeMutableBufferPointer { modulus in
            unsafe withUnsafeMutableBytes(of: &exponent) { exponent in
                var parameters = unsafe [
                    OSSL_PARAM_construct_BN(CLIBCRYPTO_PARAM_RSA_N, modulus.baseAddress, modulus.count),
                    OSSL_PARAM_construct_BN(
                        CLIBCRYPTO_PARAM_RSA_E, exponent.bindMemory(to: UInt8.self).baseAddress, exponent.count),
                    OSSL_PARAM_construct_end(),
                ]
                return unsafe publicKey(type: "RSA", &parameters)
            }
        }
    }

    /// `EVP_PKEY-EC(7)`. The point is checked to be on the curve as it is decoded.
    static func ellipticCurve(_ curve: EllipticCurve, x: [UInt8], y: [UInt8]) -> OpaquePointer? {
        /// SEC 1 §2.3.3: 04 stands before an uncompressed point.
        var point = [0x04] + x + y
        var group = Array(curve.rawValue.utf8CString)
        return unsafe point.withUnsafeMutableBufferPointer { point in
            unsafe group.withUnsafeMutableBufferPointer { group in
                var parameters = unsafe [
                    OSSL_PARAM_construct_utf8_string(CLIBCRYPTO_PARAM_GROUP_NAME, group.baseAddress, 0),
                    OSSL_PARAM_construct_octet_string(CLIBCRYPTO_PARAM_PUB_KEY, point.baseAddress, point.count),
                    OSSL_PARAM_construct_end(),
                ]
                return unsafe publicKey(type: "EC", &parameters)
            }
        }
    }

    /// `EVP_PKEY_new_raw_public_key_ex(3)`.
    static func edwards(_ curve: EdwardsCurve, _ bytes: [UInt8]) -> OpaquePointer? {
        let type =
            switch curve {
            case .ed25519: "ED25519"
            case .ed448: "ED448"
            }
        return unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe EVP_PKEY_new_raw_public_key_ex(nil, type, nil, bytes.baseAddress, bytes.count)
        }
    }

    private static func publicKey(type: String, _ parameters: inout [OSSL_PARAM]) -> OpaquePointer? {
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, type, nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard
            unsafe EVP_PKEY_fromdata_init(context) == 1,
            unsafe EVP_PKEY_fromdata(context, &key, CLIBCRYPTO_EVP_PKEY_PUBLIC_KEY, &parameters) == 1
        else {
            unsafe EVP_PKEY_free(key)
            return nil
        }
        return unsafe key
    }

    /// `OSSL_PARAM_construct_BN(3)` takes a number in the byte order of the machine.
    private static func nativeOrder(_ bigEndian: [UInt8]) -> [UInt8] {
        #if _endian(little)
            bigEndian.reversed()
        #else
            bigEndian
        #endif
    }
}

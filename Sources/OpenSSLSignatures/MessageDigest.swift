import CLibcrypto
import JOSE

/// A hash function as libcrypto keeps it. The functions live as long as the library, so nobody owns them.
@safe struct MessageDigest {
    /// `const EVP_MD *`
    let function: OpaquePointer
    let lengthInBytes: Int

    init?(_ hash: Algorithm.Hash) {
        let function: OpaquePointer? =
            switch hash {
            case .sha256: unsafe EVP_sha256()
            case .sha384: unsafe EVP_sha384()
            case .sha512: unsafe EVP_sha512()
            }
        guard let function = unsafe function else { return nil }
        unsafe self.function = function
        lengthInBytes = hash.lengthInBytes
    }

    /// `EVP_Digest(3)`.
    func digest(of message: ArraySlice<UInt8>) -> [UInt8]? {
        var digest = [UInt8](repeating: 0, count: lengthInBytes)
        var length: UInt32 = 0
        let status = unsafe message.withUnsafeBufferPointer { message in
            unsafe digest.withUnsafeMutableBufferPointer { digest in
                unsafe EVP_Digest(message.baseAddress, message.count, digest.baseAddress, &length, function, nil)
            }
        }
        guard status == 1, length == lengthInBytes else {
            OpenSSL.forgetErrors()
            return nil
        }
        return digest
    }
}

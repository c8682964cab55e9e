import CLibcrypto
import JOSE
import StrictJSON

/// SHA-256 (FIPS 180-4 §6.2).
package enum SHA256 {
    package static let lengthInBytes = 32

    package static func digest(of message: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        guard let digest = MessageDigest(.sha256)?.digest(of: message[...]) else { throw .digest }
        return digest
    }
}

/// A digest without memory of its own, to be kept for long.
package struct SHA256Digest: BitwiseCopyable, Equatable, Sendable {
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    /// - Returns: `nil` where libcrypto has no memory.
    package init?(of message: [UInt8]) {
        guard let digest = MessageDigest(.sha256)?.digest(of: message[...]) else { return nil }
        let bytes = digest.span
        first = bytes.firstWord
        second = bytes.extracting(droppingFirst: 8).firstWord
        third = bytes.extracting(droppingFirst: 16).firstWord
        fourth = bytes.extracting(droppingFirst: 24).firstWord
    }
}

/// HMAC with SHA-256 (RFC 2104), under a key that is kept.
package struct HMACSHA256: Sendable {
    /// The length of a key. RFC 2104 §3: less than the hash's length is strongly discouraged, more than a block
    /// adds nothing. A secret typed by an operator may be shorter; an empty one is none.
    package static let keyLengthInBytes = 1...1024

    private let key: [UInt8]

    /// - Returns: `nil` where the key's length is outside ``keyLengthInBytes``.
    package init?(key: [UInt8]) {
        guard Self.keyLengthInBytes.contains(key.count) else { return nil }
        self.key = key
    }

    package func code(for message: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: SHA256.lengthInBytes)
        var length: UInt32 = 0
        let isComputed = unsafe key.withUnsafeBufferPointer { key in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe code.withUnsafeMutableBufferPointer { code in
                    unsafe HMAC(
                        EVP_sha256(), key.baseAddress, Int32(truncatingIfNeeded: key.count), message.baseAddress,
                        message.count, code.baseAddress, &length) != nil
                }
            }
        }
        guard isComputed, length == code.count else {
            OpenSSL.forgetErrors()
            throw .messageAuthentication
        }
        return code
    }
}

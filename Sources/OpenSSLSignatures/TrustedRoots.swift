import CLibcrypto

/// A file of roots, read as libcurl has libcrypto read it.
package enum TrustedRoots {
    /// Counts the certificates of a text in PEM (RFC 7468 §5); whatever else stands there is passed over.
    ///
    /// - Returns: `nil` where one of them cannot be read: libcurl then takes none of the file.
    package static func count(inPEM text: [UInt8]) -> Int? {
        defer { OpenSSL.forgetErrors() }
        // An empty text has no address, which `BIO_new_mem_buf(3)` would take for a fault.
        guard !text.isEmpty else { return 0 }
        return unsafe text.withUnsafeBytes { bytes in
            guard let source = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else {
                return nil
            }
            defer { unsafe BIO_free(source) }
            return unsafe count(from: source)
        }
    }

    private static func count(from source: OpaquePointer) -> Int? {
        // In place of a question to whoever sits at the terminal.
        var passphrase: UInt8 = 0
        var count = 0
        while let certificate = unsafe PEM_read_bio_X509(source, nil, nil, &passphrase) {
            unsafe X509_free(certificate)
            count += 1
        }
        return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE ? count : nil
    }
}

import JOSE
import OpenSSLSignatures
import TestSupport
import Testing

@Suite("FIPS 180-4 SHA-256, RFC 2104 HMAC")
struct HashTests {
    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] })
    }

    /// The first two of NIST's examples, and the hash of nothing.
    static let digests = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ]

    @Test(arguments: digests)
    func `a digest is that of the standard's examples`(_ message: String, _ digest: String) throws {
        #expect(try Self.hexadecimal(SHA256.digest(of: Array(message.utf8))) == digest)
    }

    /// RFC 4231 §4.2, §4.3, §4.4, §4.7.
    static let codes: [([UInt8], [UInt8], String)] = [
        (
            [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ]

    @Test(arguments: codes)
    func `a code is that of RFC 4231's examples`(_ key: [UInt8], _ message: [UInt8], _ code: String) throws {
        let authenticator = try #require(HMACSHA256(key: key))
        #expect(try Self.hexadecimal(authenticator.code(for: message)) == code)
    }

    @Test func `a key has 1 to 1024 bytes`() {
        #expect(HMACSHA256(key: []) == nil)
        #expect(HMACSHA256(key: [UInt8](repeating: 1, count: 1_025)) == nil)
        for count in [1, 1_024] { #expect(HMACSHA256(key: [UInt8](repeating: 1, count: count)) != nil) }
    }

    @Test func `a message may be empty`() throws {
        let authenticator = try #require(HMACSHA256(key: [1]))
        #expect(try authenticator.code(for: []).count == SHA256.lengthInBytes)
    }

    @Test func `threat 84: secrets are equal that have the same bytes`() {
        #expect(OpenSSL.isEqualInConstantTime([], []))
        #expect(OpenSSL.isEqualInConstantTime([1, 2, 3], [1, 2, 3]))
        #expect(!OpenSSL.isEqualInConstantTime([1, 2, 3], [1, 2]))
        #expect(!OpenSSL.isEqualInConstantTime([1, 2, 3], [1, 2, 4]))
        #expect(!OpenSSL.isEqualInConstantTime([0, 2, 3], [1, 2, 3]))
    }

    @Test func `the library starts, also a second time`() throws {
        try OpenSSL.initialise()
        try OpenSSL.initialise()
    }

    @Test func `a failure of the library is described in one line`() {
        let errors: [OpenSSLError] = [.initialisation, .digest, .messageAuthentication]
        #expect(Set(errors.map(\.description)).count == errors.count)
        #expect(errors.allSatisfy { $0.description.hasPrefix("libcrypto did not ") })
    }
}

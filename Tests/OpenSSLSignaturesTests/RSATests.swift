import JOSE
import OpenSSLSignatures
import TestSupport
import Testing

@Suite("RFC 7518 §3.3 RSASSA-PKCS1-v1_5, §3.5 RSASSA-PSS")
struct RSATests {
    static let message = Array("message".utf8)

    private static func isValid(_ signature: [UInt8], _ algorithm: Algorithm, _ key: SigningKey = .rsa) throws -> Bool {
        let verifier = OpenSSLVerifier()
        let key = try #require(try verifier.prepare(key.material))
        return try verifier.isValid(signature[...], over: message[...], under: key, using: algorithm)
    }

    /// DigestInfo without its digest (RFC 8017 §9.2, note 1).
    static let digestInfo: [UInt8] = [
        0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
        0x20,
    ]

    /// A PKCS #1 encoded message of 256 bytes that ends in this.
    private static func encoded(
        _ end: [UInt8], header: [UInt8] = [0, 1], filler: UInt8 = 0xFF, separator: [UInt8] = [0], trailer: [UInt8] = []
    ) -> [UInt8] {
        let count = 256 - header.count - separator.count - end.count - trailer.count
        return header + [UInt8](repeating: filler, count: count) + separator + end + trailer
    }

    @Test func `an encoded message of exactly the standard's form verifies`() throws {
        let end = try Self.digestInfo + SHA256.digest(of: Self.message)
        #expect(try Self.isValid(SigningKey.rsa.rawRSASignature(ofEncodedMessage: Self.encoded(end)), .rs256))
    }

    @Test func `threat 22: every other padding is refused`() throws {
        let digest = try SHA256.digest(of: Self.message)
        let end = Self.digestInfo + digest
        let withoutNull: [UInt8] = [
            0x30, 0x2F, 0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x04, 0x20,
        ]
        let longLength: [UInt8] = [0x30, 0x81] + Self.digestInfo.dropFirst()
        let indefinite: [UInt8] = [0x30, 0x80] + Self.digestInfo.dropFirst(2) + digest + [0, 0]
        let shortFill = [0, 1] + [UInt8](repeating: 0xFF, count: 8) + [0] + end
        let forgeries: [(String, [UInt8])] = [
            ("no NULL", Self.encoded(withoutNull + digest)),
            ("length in long form", Self.encoded(longLength + digest)),
            ("indefinite length", Self.encoded(indefinite)),
            ("bytes behind the digest", shortFill + [UInt8](repeating: 0, count: 256 - shortFill.count)),
            ("trailing zero", Self.encoded(end, trailer: [0])),
            ("block type 2", Self.encoded(end, header: [0, 2])),
            ("block type 0", Self.encoded(end, header: [0, 0], filler: 0)),
            ("filler not FF", Self.encoded(end, filler: 0xFE)),
            ("no separator", Self.encoded(end, separator: [])),
            ("bare digest", Self.encoded(digest)),
            ("SHA-512's identifier", Self.encoded(Self.digestInfo.map { $0 == 0x01 ? 0x03 : $0 } + digest)),
        ]
        for (circumstance, message) in forgeries {
            let signature = SigningKey.rsa.rawRSASignature(ofEncodedMessage: message)
            #expect(try !Self.isValid(signature, .rs256), "\(circumstance)")
        }
    }

    @Test(arguments: [Algorithm.rs256, .rs384, .rs512, .ps256, .ps384, .ps512])
    func `threat 23: a signature is as long as the modulus`(_ algorithm: Algorithm) throws {
        let signature = SigningKey.rsa.signature(over: Self.message, algorithm)
        #expect(try Self.isValid(signature, algorithm))
        #expect(try !Self.isValid([], algorithm))
        #expect(try !Self.isValid([0] + signature, algorithm))
        #expect(try !Self.isValid(signature + [0], algorithm))
        #expect(try !Self.isValid(signature.dropLast(), algorithm))
        #expect(try !Self.isValid(Array(signature.dropFirst()), algorithm))
    }

    @Test func `threat 23: a signature that lost a leading zero byte is refused`() throws {
        for index in 0..<5_000 {
            let message = Array("message \(index)".utf8)
            let signature = SigningKey.rsa.signature(over: message, .rs256)
            guard signature[0] == 0 else { continue }
            let key = try #require(try OpenSSLVerifier().prepare(SigningKey.rsa.material))
            #expect(try OpenSSLVerifier().isValid(signature[...], over: message[...], under: key, using: .rs256))
            #expect(try !OpenSSLVerifier().isValid(signature[1...], over: message[...], under: key, using: .rs256))
            return
        }
        Issue.record("no signature of 5,000 began with a zero byte")
    }

    @Test func `a signature not below the modulus is refused`() throws {
        guard case .rsa(let modulus, _) = SigningKey.rsa.material else { return }
        for signature in [modulus, [UInt8](repeating: 0xFF, count: 256), [UInt8](repeating: 0, count: 256)] {
            #expect(try !Self.isValid(signature, .rs256))
            #expect(try !Self.isValid(signature, .ps256))
        }
    }

    static let pss: [(Algorithm, SigningKey.PSSParameters, Bool)] = [
        (.ps256, .init(hash: .sha256), true), (.ps384, .init(hash: .sha384), true),
        (.ps512, .init(hash: .sha512), true), (.ps256, .init(hash: .sha256, saltLengthInBytes: 0), false),
        (.ps256, .init(hash: .sha256, saltLengthInBytes: 20), false),
        (.ps256, .init(hash: .sha256, saltLengthInBytes: 31), false),
        (.ps256, .init(hash: .sha256, saltLengthInBytes: 33), false),
        (.ps256, .init(hash: .sha256, saltLengthInBytes: 222), false),
        (.ps384, .init(hash: .sha384, saltLengthInBytes: 32), false),
        (.ps256, .init(hash: .sha256, maskHash: .sha512), false),
        (.ps512, .init(hash: .sha512, maskHash: .sha256), false), (.ps256, .init(hash: .sha384), false),
        (.ps256, .init(hash: .sha512, saltLengthInBytes: 32), false),
    ]

    @Test(arguments: pss.indices)
    func `threat 24: the salt is as long as the hash, and the mask is of the same hash`(_ index: Int) throws {
        let (algorithm, parameters, expected) = Self.pss[index]
        let signature = SigningKey.rsa.pssSignature(over: Self.message, parameters)
        #expect(try Self.isValid(signature, algorithm) == expected)
    }

    @Test func `a signature verifies by its own algorithm and under its own key only`() throws {
        let algorithms: [Algorithm] = [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]
        for made in algorithms {
            let signature = SigningKey.rsa.signature(over: Self.message, made)
            for asked in Algorithm.allCases { #expect(try Self.isValid(signature, asked) == (asked == made)) }
            #expect(try !Self.isValid(signature, made, .otherRSA))
        }
    }

    @Test(arguments: [Int32(2048), 2056, 3072, 4096])
    func `keys of every accepted length verify`(_ bits: Int32) throws {
        let key = SigningKey(.rsa(bits: bits))
        #expect(try Self.isValid(key.signature(over: Self.message, .rs256), .rs256, key))
        #expect(try Self.isValid(key.signature(over: Self.message, .ps512), .ps512, key))
    }

    @Test func `one key serves again and again, and a refusal leaves nothing behind`() throws {
        let verifier = OpenSSLVerifier()
        let key = try #require(try verifier.prepare(SigningKey.rsa.material))
        let good = SigningKey.rsa.signature(over: Self.message, .rs256)
        let pss = SigningKey.rsa.signature(over: Self.message, .ps256)
        for _ in 0..<100 {
            #expect(try verifier.isValid(good[...], over: Self.message[...], under: key, using: .rs256))
            #expect(try !verifier.isValid(pss[...], over: Self.message[...], under: key, using: .rs256))
            #expect(isErrorQueueEmpty())
            #expect(try verifier.isValid(pss[...], over: Self.message[...], under: key, using: .ps256))
            #expect(try !verifier.isValid(good[...], over: [], under: key, using: .rs256))
            #expect(isErrorQueueEmpty())
        }
    }

    @Test func `a key that is refused leaves no error behind`() throws {
        let zero = [UInt8](repeating: 0, count: 32)
        #expect(try OpenSSLVerifier().prepare(.ellipticCurve(.p256, x: zero, y: zero)) == nil)
        #expect(isErrorQueueEmpty())
        #expect(try OpenSSLVerifier().prepare(.edwards(.ed25519, publicKey: [1, 2, 3])) == nil)
        #expect(isErrorQueueEmpty())
    }
}

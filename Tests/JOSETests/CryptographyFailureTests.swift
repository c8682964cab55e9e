import JOSE
import OpenSSLSignatures
import TestSupport
import Testing

/// libcrypto, with memory for some of its work only.
private struct ScarceMemory: SignatureVerifier {
    var keysUntilFailure = Int.max
    var canVerify = true
    private let library = OpenSSLVerifier()
    private let prepared = Count()

    private final class Count { var value = 0 }

    init(keysUntilFailure: Int = .max, canVerify: Bool = true) {
        self.keysUntilFailure = keysUntilFailure
        self.canVerify = canVerify
    }

    func prepare(_ key: KeyMaterial) throws(CryptographyFailure) -> PublicKey? {
        guard prepared.value < keysUntilFailure else { throw CryptographyFailure() }
        prepared.value += 1
        return try library.prepare(key)
    }

    func isValid(
        _ signature: ArraySlice<UInt8>, over signingInput: ArraySlice<UInt8>, under key: PublicKey,
        using algorithm: Algorithm
    ) throws(CryptographyFailure) -> Bool {
        guard canVerify else { throw CryptographyFailure() }
        return try library.isValid(signature, over: signingInput, under: key, using: algorithm)
    }
}

@Suite("A cryptographic library without memory")
struct CryptographyFailureTests {
    static let keys = [
        SigningKey.otherRSA.jwk(keyID: "k1"), SigningKey.rsa.jwk(keyID: TestToken.keyID),
        SigningKey.p256.jwk(keyID: "k3"), SigningKey.ed25519.jwk(keyID: "k4"),
    ]

    private static func set(_ signatures: ScarceMemory) throws(KeySetError) -> KeySet<PublicKey> {
        try KeySet(parsing: Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8), using: signatures)
    }

    private static func refusal(of token: TestToken, _ signatures: ScarceMemory) throws -> TokenError? {
        let unverified = try UnverifiedToken(parsing: Array(token.text.utf8)[...])
        let issuer = try TrustedIssuers([.test]).issuer(for: unverified)
        let key = try set(signatures).key(keyID: unverified.keyID, algorithm: unverified.algorithm)
        return JOSETests.refusal {
            try TokenVerifier(signatures: signatures).verify(unverified, under: key, of: issuer, at: TestToken.now)
        }
    }

    @Test func `a good token is neither taken nor called invalid`() throws {
        #expect(try Self.refusal(of: TestToken(), ScarceMemory()) == nil)
        #expect(try Self.refusal(of: TestToken(), ScarceMemory(canVerify: false)) == .cryptographyFailed)
    }

    @Test func `a token with a fault in its claims is not judged by them`() throws {
        let expired = TestToken(claims: ["exp": "1"])
        #expect(try Self.refusal(of: expired, ScarceMemory(canVerify: false)) == .cryptographyFailed)
    }

    @Test(arguments: keys.indices)
    func `a set of which one key could not be prepared is none, rather than one without it`(_ count: Int) {
        #expect(throws: KeySetError.cryptographyFailed) { try Self.set(ScarceMemory(keysUntilFailure: count)) }
    }

    @Test func `with memory for all keys the set is whole`() throws {
        #expect(try Self.set(ScarceMemory(keysUntilFailure: Self.keys.count)).keys.count == Self.keys.count)
    }
}

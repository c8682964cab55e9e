import JOSE
import StrictJSON
import TestSupport
import Testing

@Suite("RFC 7517 §4 JWK, RFC 7518 §6, RFC 8037 §2")
struct JWKTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let key: SigningKey
        let members: [String: String?]
        let reason: SkippedKey.Reason?

        init(_ key: SigningKey, _ name: String, _ value: String?, _ reason: SkippedKey.Reason?) {
            let type = key.material.publicMembers["kty"] ?? ""
            testDescription = "\(name) = \((value ?? "absent").prefix(40)) on \(type)"
            self.key = key
            members = [name: value]
            self.reason = reason
        }
    }

    private func expect(_ vector: Vector, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let set = try keySet(vector.key.jwk(keyID: "k", replacing: vector.members))
        let reasons = set.skipped.map(\.reason)
        #expect(reasons == (vector.reason.map { [$0] } ?? []), sourceLocation: sourceLocation)
        #expect(set.keys.count == (vector.reason == nil ? 1 : 0), sourceLocation: sourceLocation)
    }

    static let algorithms = [
        Vector(.rsa, "alg", nil, nil), Vector(.rsa, "alg", #""RS256""#, nil),
        Vector(.rsa, "alg", #""PS384""#, nil), Vector(.p256, "alg", #""ES256""#, nil),
        Vector(.p521, "alg", #""ES512""#, nil), Vector(.ed448, "alg", #""EdDSA""#, nil),
        Vector(.rsa, "alg", #""ES256""#, .wrongAlgorithm), Vector(.p256, "alg", #""ES384""#, .wrongAlgorithm),
        Vector(.p384, "alg", #""RS256""#, .wrongAlgorithm), Vector(.ed25519, "alg", #""ES256""#, .wrongAlgorithm),
        Vector(.rsa, "alg", #""RSA1_5""#, .wrongAlgorithm), Vector(.rsa, "alg", #""HS256""#, .wrongAlgorithm),
        Vector(.rsa, "alg", #""none""#, .wrongAlgorithm), Vector(.rsa, "alg", "256", .wrongAlgorithm),
        Vector(.rsa, "alg", "null", .wrongAlgorithm), Vector(.p521, "alg", #""ES521""#, .wrongAlgorithm),
    ]

    @Test(arguments: algorithms)
    func `threat 3, threat 4: alg is a known one that fits type and curve`(_ vector: Vector) throws {
        try expect(vector)
    }

    static let uses = [
        Vector(.rsa, "use", #""sig""#, nil), Vector(.rsa, "use", #""enc""#, .wrongUse),
        Vector(.p256, "use", #""SIG""#, .wrongUse), Vector(.rsa, "use", #""""#, .wrongUse),
        Vector(.rsa, "use", "null", .wrongUse), Vector(.rsa, "use", #"["sig"]"#, .wrongUse),
        Vector(.rsa, "key_ops", #"["verify"]"#, nil), Vector(.rsa, "key_ops", #"["sign","verify"]"#, nil),
        Vector(.rsa, "key_ops", #"["encrypt"]"#, .wrongOperations), Vector(.p256, "key_ops", "[]", .wrongOperations),
        Vector(.rsa, "key_ops", #"["sign"]"#, .wrongOperations),
        Vector(.rsa, "key_ops", #""verify""#, .wrongOperations),
        Vector(.rsa, "key_ops", #"["verify",1]"#, .wrongOperations),
        Vector(.rsa, "key_ops", "null", .wrongOperations),
    ]

    @Test(arguments: uses)
    func `threat 13: use and key_ops are absent or allow verification`(_ vector: Vector) throws {
        try expect(vector)
    }

    static let operations: [(use: String?, operations: String, reason: SkippedKey.Reason?)] = [
        (#""sig""#, #"["verify"]"#, nil),
        (#""sig""#, #"["sign","verify"]"#, nil),
        (#""sig""#, #"["verify","attest"]"#, nil),
        (nil, #"["verify","encrypt"]"#, nil),
        (nil, #"["verify","verify"]"#, .inconsistentOperations),
        (#""sig""#, #"["sign","verify","sign"]"#, .inconsistentOperations),
        (#""sig""#, #"["verify","encrypt"]"#, .inconsistentOperations),
        (#""sig""#, #"["wrapKey","verify"]"#, .inconsistentOperations),
        (#""sig""#, #"["verify","deriveBits"]"#, .inconsistentOperations),
        (#""sig""#, #"["encrypt"]"#, .wrongOperations),
    ]

    @Test(arguments: operations)
    func `RFC 7517 §4.3: key_ops holds no operation twice, and none that use excludes`(
        use: String?, operations: String, reason: SkippedKey.Reason?
    ) throws {
        let set = try keySet(SigningKey.p256.jwk(keyID: "k", replacing: ["use": use, "key_ops": operations]))
        #expect(set.skipped.map(\.reason) == (reason.map { [$0] } ?? []))
        #expect(set.keys.count == (reason == nil ? 1 : 0))
    }

    static let types = [
        Vector(.rsa, "kty", nil, .unsupportedType), Vector(.rsa, "kty", #""rsa""#, .unsupportedType),
        Vector(.rsa, "kty", "1", .unsupportedType), Vector(.rsa, "kty", #""EC""#, .unsupportedCurve),
        Vector(.p256, "kty", #""RSA""#, .malformed), Vector(.p256, "kty", #""OKP""#, .unsupportedCurve),
        Vector(.p256, "crv", #""P-384""#, .malformed), Vector(.p256, "crv", #""p-256""#, .unsupportedCurve),
        Vector(.p256, "crv", nil, .unsupportedCurve), Vector(.p256, "crv", #""secp256k1""#, .unsupportedCurve),
        Vector(.ed25519, "crv", #""X25519""#, .unsupportedCurve), Vector(.ed25519, "crv", #""Ed448""#, .malformed),
        Vector(.ed25519, "crv", #""P-256""#, .unsupportedCurve), Vector(.ed25519, "crv", "1", .unsupportedCurve),
    ]

    @Test(arguments: types)
    func `threat 3: kty and crv are known ones, and the members are theirs`(_ vector: Vector) throws {
        try expect(vector)
    }

    @Test(arguments: [
        Vector(.rsa, "kid", "1", .invalidKeyID), Vector(.rsa, "kid", "null", .invalidKeyID),
        Vector(.rsa, "kid", #""""#, .invalidKeyID), Vector(.rsa, "kid", #"["k"]"#, .invalidKeyID),
        Vector(.rsa, "kid", "\"\(String(repeating: "k", count: 257))\"", .invalidKeyID),
        Vector(.rsa, "kid", "\"\(String(repeating: "k", count: 256))\"", nil), Vector(.rsa, "kid", nil, nil),
    ])
    func `threat 5: kid is absent or a string of 1 to 256 bytes`(_ vector: Vector) throws { try expect(vector) }

    @Test func `threat 10: a symmetric key beside public ones is never loaded`() throws {
        let set = try keySet(#"{"kty":"oct","kid":"s","k":"AAAA","alg":"HS256"}"#, SigningKey.p256.jwk(keyID: "p"))
        #expect(set.keyIDs == ["p"])
        #expect(set.skipped.map(\.reason.code) == ["jwks_symmetric_key_ignored"])
    }

    @Test func `threat 12: a published private part is noted and not read`() throws {
        let set = try keySet(SigningKey.p256.jwk(keyID: "a", replacing: ["d": #""not base64url !""#]))
        #expect(set.keys.map(\.isPrivatePartPublished) == [true])
        #expect(try keySet(SigningKey.p256.jwk()).keys.map(\.isPrivatePartPublished) == [false])
    }

    @Test func `the reasons have codes of their own`() {
        let codes = SkippedKey.Reason.allCases.map(\.code)
        #expect(Set(codes).count == codes.count)
    }
}

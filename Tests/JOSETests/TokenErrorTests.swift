import JOSE
import StrictJSON
import TestSupport
import Testing

@Suite("Reasons")
struct TokenErrorTests {
    /// The contract, in the order of the checks.
    static let codes = [
        "malformed_token", "unsupported_algorithm", "unknown_issuer", "unknown_key", "cryptography_failed",
        "invalid_signature", "invalid_claims", "token_expired", "token_not_yet_valid", "wrong_audience", "wrong_client",
        "wrong_token_use", "wrong_type", "lifetime_too_long", "required_claim_missing",
    ]

    static let errors: [TokenError] = [
        .malformed(.segmentCount), .unsupportedAlgorithm, .unknownIssuer, .unknownKey, .cryptographyFailed,
        .invalidSignature, .invalidClaims(.missing(.exp)), .expired(at: 1_000, now: 1_061),
        .notYetValid(until: 1_061, now: 1_000), .wrongAudience, .wrongClient,
        .wrongTokenUse(expected: .access), .wrongType, .lifetimeTooLong(seconds: 61, limit: 60),
        .requiredClaimMissing("tenant"),
    ]

    static let others: [TokenError] =
        [
            .tooLong(limitInBytes: 8192), .emptySegment(.payload), .base64url(.header),
            .json(.payload, .tooDeep(at: 9, limit: 32)), .notAnObject(.header), .algorithm, .keyID, .type,
            .criticalExtension, .unencodedPayload, .compressed, .encrypted, .nested,
        ].map(TokenError.malformed) + [
            .invalidClaims(.invalid(.aud)), .invalidClaims(.keyBound), .lifetimeTooLong(seconds: nil, limit: 60),
        ]

    @Test func `each refusal has its stable code`() {
        #expect(Self.errors.map(\.code) == Self.codes)
    }

    @Test(arguments: errors + others)
    func `a refusal is described in one line that is not a sentence`(_ error: TokenError) {
        let line = error.description
        #expect(!line.isEmpty && line.count <= 120 && !line.contains("\n") && !line.hasSuffix("."))
        #expect(line.first?.isUppercase == false)
    }

    @Test func `no two refusals are described alike`() {
        let lines = (Self.errors + Self.others).map(\.description)
        #expect(Set(lines).count == lines.count)
    }

    @Test func `times are told in seconds`() {
        #expect(TokenError.expired(at: 1_000, now: 1_061).description == "token expired 61 s ago")
        #expect(TokenError.notYetValid(until: 1_061, now: 1_000).description == "token is not valid for another 61 s")
    }

    @Test func `threat 82: no refusal tells any of the token`() {
        let marker = "MARKER"
        let claims: [String: String?] = [
            "sub": "\"\(marker)\"", "client_id": "\"\(marker)\"", "aud": "\"\(marker)\"", "token_use": "\"\(marker)\"",
            "iss": "\"\(marker)\"", "jti": "\"\(marker)\"", "tenant": "\"\(marker)\"",
        ]
        let header: [String: String?] = [
            "typ": "\"\(marker)\"", "kid": "\"\(marker)\"", "alg": "\"\(marker)\"", "crit": "\"\(marker)\"",
        ]
        for name in claims.keys {
            let token = TestToken(claims: [name: claims[name] ?? nil])
            let found = refusal { try judge(token, policies: [TokenVerifierTests.strict]) }
            #expect(found?.description.contains(marker) == false)
        }
        for name in header.keys {
            let token = TestToken().with(header: [name: header[name] ?? nil])
            let found = refusal { try judge(token, policies: [TokenVerifierTests.strict]) }
            #expect(found?.description.contains(marker) == false)
        }
    }

    @Test(arguments: [
        KeySetError.tooLong(limitInBytes: 1), .json(.unexpectedEnd(at: 0)), .notAKeySet, .tooManyKeys(limit: 1),
        .cryptographyFailed,
    ])
    func `a fault of a key set is described in one line`(_ error: KeySetError) {
        #expect(error.description.hasPrefix("key set ") && !error.description.hasSuffix("."))
    }
}

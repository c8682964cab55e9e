package import StrictJSON

/// Why a token was not accepted. Cases stand in the order in which they are checked, so the first fault wins and
/// the order is part of the contract. No case carries the token or a part of it.
package enum TokenError: Error, Equatable, Sendable {
    /// The text is not a JWT in compact serialization that this package processes (RFC 7515 §7.1, RFC 7519 §7.2).
    case malformed(Malformation)
    /// `alg` is not implemented, not allowed for the issuer, or not what the key named by `kid` is for.
    case unsupportedAlgorithm
    /// `iss` is missing or is not, byte for byte, one that is configured.
    case unknownIssuer
    /// No usable key of the issuer has this `kid`; or there is no `kid` and not exactly one key that fits.
    case unknownKey
    /// The cryptographic library could not judge the signature. The one case that is not about the token: a fault of
    /// ours and no refusal.
    case cryptographyFailed
    /// The signature does not verify under the key (RFC 7515 §5.2).
    case invalidSignature
    /// A claim is not of the type that RFC 7519 §4.1 gives it.
    case invalidClaims(InvalidClaim)
    /// `now` is at or past `exp`, leeway included (RFC 7519 §4.1.4).
    case expired(at: NumericDate, now: NumericDate)
    /// `now` is before `nbf` or `iat`, leeway included (RFC 7519 §4.1.5).
    case notYetValid(until: NumericDate, now: NumericDate)
    /// `aud` holds none of the configured audiences (RFC 7519 §4.1.3).
    case wrongAudience
    /// The token is not of one of the configured clients.
    case wrongClient
    /// `token_use` is not the configured one.
    case wrongTokenUse(expected: IssuerPolicy.TokenUse)
    /// The header's `typ` is not the configured one (RFC 8725 §3.11).
    case wrongType
    /// `exp` − `iat` is more than allowed; without `iat` the lifetime is not known.
    case lifetimeTooLong(seconds: Int64?, limit: Int64)
    /// A claim that the configuration requires is missing or has none of the values asked for.
    case requiredClaimMissing(ExactString)
}

/// What makes a text no token at all.
package enum Malformation: Equatable, Sendable {
    package enum Segment: String, Sendable { case header, payload, signature }

    case tooLong(limitInBytes: Int)
    /// Not three segments: RFC 7515 §7.1. Five are a JWE (RFC 7516 §7.1).
    case segmentCount
    case emptySegment(Segment)
    /// RFC 7515 §2.
    case base64url(Segment)
    case json(Segment, JSONError)
    case notAnObject(Segment)
    /// `alg` is missing or not a string (RFC 7515 §4.1.1).
    case algorithm
    /// `kid` is not a string of the length that is accepted (RFC 7515 §4.1.4).
    case keyID
    /// `typ` or `cty` is not a string (RFC 7515 §4.1.9, §4.1.10).
    case type
    /// `crit`: no extension is implemented, so none can be understood (RFC 7515 §4.1.11).
    case criticalExtension
    /// `b64` (RFC 7797 §3).
    case unencodedPayload
    /// `zip` (RFC 7516 §4.1.3).
    case compressed
    /// `enc` (RFC 7516 §4.1.2).
    case encrypted
    /// `cty` is "JWT" (RFC 7519 §5.2).
    case nested
}

/// A claim whose value the package cannot believe in, signed or not.
package enum InvalidClaim: Equatable, Sendable {
    case missing(Name)
    case invalid(Name)
    /// `cnf` binds the token to a key (RFC 7800 §3.1), and possession of that key is not checked.
    case keyBound

    package enum Name: String, CaseIterable, Sendable {
        case iss, sub, aud, exp, nbf, iat, jti, azp
        case clientID = "client_id"
        case tokenUse = "token_use"
    }
}

extension TokenError {
    /// A stable identifier for logs, metrics and alarms. Never reworded, never reused.
    package var code: String {
        switch self {
        case .malformed: "malformed_token"
        case .unsupportedAlgorithm: "unsupported_algorithm"
        case .unknownIssuer: "unknown_issuer"
        case .unknownKey: "unknown_key"
        case .cryptographyFailed: "cryptography_failed"
        case .invalidSignature: "invalid_signature"
        case .invalidClaims: "invalid_claims"
        case .expired: "token_expired"
        case .notYetValid: "token_not_yet_valid"
        case .wrongAudience: "wrong_audience"
        case .wrongClient: "wrong_client"
        case .wrongTokenUse: "wrong_token_use"
        case .wrongType: "wrong_type"
        case .lifetimeTooLong: "lifetime_too_long"
        case .requiredClaimMissing: "required_claim_missing"
        }
    }
}

extension TokenError: CustomStringConvertible {
    /// One line for an operator: what was found, what was wanted, in which unit.
    package var description: String {
        switch self {
        case .malformed(let what): "token is malformed: \(what.description)"
        case .unsupportedAlgorithm: "token's alg is not one this issuer and key are used with"
        case .unknownIssuer: "token's iss is not a configured issuer"
        case .unknownKey: "no usable key of the issuer is the one the token names"
        case .cryptographyFailed: "signature could not be judged: the cryptographic library is out of memory"
        case .invalidSignature: "signature does not verify under the issuer's key"
        case .invalidClaims(let claim): claim.description
        case .expired(let exp, let now): "token expired \(now.secondsSinceEpoch - exp.secondsSinceEpoch) s ago"
        case .notYetValid(let date, let now):
            "token is not valid for another \(date.secondsSinceEpoch - now.secondsSinceEpoch) s"
        case .wrongAudience: "token's aud holds none of the configured audiences"
        case .wrongClient: "token is not of a configured client"
        case .wrongTokenUse(let expected): "token's token_use is not \(expected.rawValue)"
        case .wrongType: "token's typ is not the configured type"
        case .lifetimeTooLong(let seconds?, let limit): "token lives \(seconds) s, more than the \(limit) s allowed"
        case .lifetimeTooLong(nil, let limit): "token has no iat, so its life of at most \(limit) s cannot be checked"
        case .requiredClaimMissing(let name): "token lacks a required value of the claim \(name.description)"
        }
    }
}

extension Malformation: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let limit): "longer than \(limit) bytes"
        case .segmentCount: "not three segments"
        case .emptySegment(let segment): "empty \(segment.rawValue)"
        case .base64url(let segment): "\(segment.rawValue) is not base64url without padding"
        case .json(let segment, let error): "\(segment.rawValue) is not JSON: \(error.description)"
        case .notAnObject(let segment): "\(segment.rawValue) is not a JSON object"
        case .algorithm: "alg is missing or not a string"
        case .keyID: "kid is not a string of 1 to \(CompactJWS.keyIDLengthInBytes.upperBound) bytes"
        case .type: "typ or cty is not a string"
        case .criticalExtension: "crit asks for an extension that is not implemented"
        case .unencodedPayload: "b64 asks for an extension that is not implemented"
        case .compressed: "zip belongs to encrypted tokens"
        case .encrypted: "enc belongs to encrypted tokens"
        case .nested: "cty says that another token is inside"
        }
    }
}

extension InvalidClaim: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let name): "claim \(name.rawValue) is missing"
        case .invalid(let name): "claim \(name.rawValue) is not of its type or out of range"
        case .keyBound: "claim cnf binds the token to a key whose possession is not checked"
        }
    }
}

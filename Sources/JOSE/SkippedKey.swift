package import StrictJSON

/// A member of a JWK Set that no signature will be verified under.
package struct SkippedKey: Equatable, Sendable {
    /// Its `kid`, where that is a usable one.
    package let keyID: ExactString?
    package let reason: Reason

    package init(keyID: ExactString?, reason: Reason) {
        self.keyID = keyID
        self.reason = reason
    }

    /// In the order in which they are checked.
    package enum Reason: String, Error, Equatable, CaseIterable, Sendable {
        case notAnObject = "jwk_not_an_object"
        case invalidKeyID = "jwk_kid_invalid"
        /// `kty` is missing or not RSA, EC or OKP (RFC 7517 §4.1).
        case unsupportedType = "jwk_type_unsupported"
        /// `kty` is `oct`: a secret has no place in a published set.
        case symmetric = "jwks_symmetric_key_ignored"
        /// `use` is not `sig` (RFC 7517 §4.2).
        case wrongUse = "jwk_use_not_signature"
        /// `key_ops` does not hold `verify` (RFC 7517 §4.3).
        case wrongOperations = "jwk_key_ops_without_verify"
        /// `key_ops` holds an operation twice, or one of encryption though `use` is `sig` (RFC 7517 §4.3).
        case inconsistentOperations = "jwk_key_ops_inconsistent"
        case unsupportedCurve = "jwk_curve_unsupported"
        /// A member of the key is missing, or is not the base64url that RFC 7518 §6 or RFC 8037 §2 asks for.
        case malformed = "jwk_malformed"
        /// `alg` is not one that is implemented, or does not fit the type and curve (RFC 7517 §4.4).
        case wrongAlgorithm = "jwk_algorithm_unsuitable"
        /// Not 2048 to 8192 bits, or even (RFC 7518 §3.3).
        case weakModulus = "jwk_modulus_unsuitable"
        /// Not odd, or not 3 to 2^32 − 1.
        case weakExponent = "jwk_exponent_unsuitable"
        /// The modulus has the fingerprint of CVE-2017-15361 (ROCA).
        case predictablePrimes = "jwk_modulus_roca"
        /// A point that adds nothing to itself often enough to vanish: anyone can sign under it.
        case smallOrder = "jwk_point_of_small_order"
        /// The library does not take it: a point that is not on its curve, or an encoding that stands for none.
        case rejectedByLibrary = "jwk_point_invalid"
        /// Another key of the set has the same `kid` and other material.
        case ambiguousKeyID = "jwk_kid_ambiguous"

        /// Whether the key may be sound and is for something else.
        var isAboutPurpose: Bool {
            switch self {
            case .unsupportedType, .symmetric, .wrongUse, .wrongOperations, .inconsistentOperations, .unsupportedCurve,
                .wrongAlgorithm:
                true
            default: false
            }
        }

        /// Stable. Never reworded, never reused.
        package var code: String { rawValue }
    }
}

/// Why a text is no JWK Set.
package enum KeySetError: Error, Equatable, Sendable {
    case tooLong(limitInBytes: Int)
    case json(JSONError)
    /// Not an object with an array `keys` (RFC 7517 §5).
    case notAKeySet
    case tooManyKeys(limit: Int)
    /// The cryptographic library could not take one of the keys, which may be good: the set would not be whole.
    case cryptographyFailed
}

extension KeySetError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let limit): "key set is longer than \(limit) bytes"
        case .json(let error): "key set is not JSON: \(error.description)"
        case .notAKeySet: "key set is not an object with an array named keys"
        case .tooManyKeys(let limit): "key set holds more than \(limit) keys"
        case .cryptographyFailed: "key set could not be prepared: the cryptographic library is out of memory"
        }
    }
}

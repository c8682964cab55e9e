/// A signature algorithm this package implements: the one table (RFC 7518 §3.1, RFC 8037 §3.1). `none` and the
/// HMAC family are not representable, so no path of the program can be led to them.
package enum Algorithm: String, CaseIterable, Hashable, Sendable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case edDSA = "EdDSA"

    package enum Family: Hashable, Sendable {
        /// RSASSA-PKCS1-v1_5 (RFC 7518 §3.3).
        case rsaPKCS1(Hash)
        /// RSASSA-PSS; MGF1 with the same hash, the salt as long as the hash (RFC 7518 §3.5).
        case rsaPSS(Hash)
        /// ECDSA; the signature is R and S, each as long as a coordinate (RFC 7518 §3.4).
        case ecdsa(EllipticCurve, Hash)
        /// EdDSA over the key's own curve (RFC 8037 §3.1).
        case edwards
    }

    /// FIPS 180-4.
    package enum Hash: Hashable, Sendable {
        case sha256, sha384, sha512

        package var lengthInBytes: Int {
            switch self {
            case .sha256: 32
            case .sha384: 48
            case .sha512: 64
            }
        }
    }

    package var family: Family {
        switch self {
        case .rs256: .rsaPKCS1(.sha256)
        case .rs384: .rsaPKCS1(.sha384)
        case .rs512: .rsaPKCS1(.sha512)
        case .ps256: .rsaPSS(.sha256)
        case .ps384: .rsaPSS(.sha384)
        case .ps512: .rsaPSS(.sha512)
        case .es256: .ecdsa(.p256, .sha256)
        case .es384: .ecdsa(.p384, .sha384)
        case .es512: .ecdsa(.p521, .sha512)
        case .edDSA: .edwards
        }
    }

    /// - Parameter name: The value of `alg`, compared byte for byte: it is case-sensitive (RFC 7515 §4.1.1).
    package init?(name: some Collection<UInt8>) {
        guard let algorithm = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name) }) else { return nil }
        self = algorithm
    }

    /// Whether a key of this type and curve can be used with the algorithm.
    package func fits(_ key: KeyMaterial) -> Bool {
        switch (family, key) {
        case (.rsaPKCS1, .rsa), (.rsaPSS, .rsa), (.edwards, .edwards): true
        case (.ecdsa(let curve, _), .ellipticCurve(let keyCurve, _, _)): curve == keyCurve
        default: false
        }
    }

    /// How long a signature under this key is, always.
    package func signatureLengthInBytes(under key: KeyMaterial) -> Int {
        switch key {
        case .rsa(let modulus, _): modulus.count
        case .ellipticCurve(let curve, _, _): 2 * curve.coordinateLengthInBytes
        case .edwards(let curve, _): 2 * curve.keyLengthInBytes
        }
    }
}

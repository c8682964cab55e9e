import CLibcrypto
package import JOSE

/// A fresh key pair for tests. The product itself cannot sign.
///
/// The handle is never changed after it is made, and each signature has a context of its own.
@safe package final class SigningKey: @unchecked Sendable {
    package enum Kind: Hashable, Sendable {
        case rsa(bits: Int32)
        case ellipticCurve(EllipticCurve)
        case edwards(EdwardsCurve)
    }

    package let material: KeyMaterial
    /// `EVP_PKEY *`, owned.
    let handle: OpaquePointer

    package init(_ kind: Kind) {
        guard let handle = unsafe KeyGeneration.key(of: kind),
            let material = unsafe KeyGeneration.material(handle, kind)
        else { preconditionFailure("libcrypto made no key") }
        unsafe self.handle = handle
        self.material = material
    }

    deinit { unsafe EVP_PKEY_free(handle) }

    /// Made once per process: an RSA key takes a tenth of a second.
    package static let rsa = SigningKey(.rsa(bits: 2048))
    package static let otherRSA = SigningKey(.rsa(bits: 2048))
    package static let p256 = SigningKey(.ellipticCurve(.p256))
    package static let p384 = SigningKey(.ellipticCurve(.p384))
    package static let p521 = SigningKey(.ellipticCurve(.p521))
    package static let ed25519 = SigningKey(.edwards(.ed25519))
    package static let ed448 = SigningKey(.edwards(.ed448))

    /// A key of the kind that the algorithm is for; Ed25519 for EdDSA.
    package static func fitting(_ algorithm: Algorithm) -> SigningKey {
        switch algorithm.family {
        case .rsaPKCS1, .rsaPSS: rsa
        case .ecdsa(.p256, _): p256
        case .ecdsa(.p384, _): p384
        case .ecdsa(.p521, _): p521
        case .edwards: ed25519
        }
    }

    /// The number of points of an elliptic curve key's group, as libcrypto knows it.
    package var groupOrder: [UInt8]? { unsafe KeyGeneration.number(OSSL_PKEY_PARAM_EC_ORDER, of: handle) }

    /// The public JWK.
    ///
    /// - Parameters:
    ///   - keyID: `kid`; `nil` leaves it out.
    ///   - members: More members, or others in place of the key's own: a name, and a JSON text or `nil`.
    /// - Returns: A JSON object.
    package func jwk(keyID: String? = nil, replacing members: [String: String?] = [:]) -> String {
        var all = material.publicMembers.mapValues { "\"\($0)\"" }
        if let keyID { all["kid"] = "\"\(keyID)\"" }
        for (name, value) in members { all[name] = value }
        return jsonObject(all)
    }
}

extension KeyMaterial {
    /// The public JWK's members but for `kid`, `use`, `alg`: name and value, unescaped.
    package var publicMembers: [String: String] {
        switch self {
        case .rsa(let modulus, let exponent):
            let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: exponent >> $0) }.drop { $0 == 0 }
            return ["kty": "RSA", "n": Base64URL.encode(modulus), "e": Base64URL.encode(Array(bytes))]
        case .ellipticCurve(let curve, let x, let y):
            return ["kty": "EC", "crv": curve.rawValue, "x": Base64URL.encode(x), "y": Base64URL.encode(y)]
        case .edwards(let curve, let publicKey):
            return ["kty": "OKP", "crv": curve.rawValue, "x": Base64URL.encode(publicKey)]
        }
    }
}

extension Base64URL {
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var text = ""
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[Int(buffer >> UInt32(bits) & 0x3F)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(buffer << UInt32(6 - bits) & 0x3F)]) }
        return text
    }

    package static func encode(_ text: String) -> String { encode(text.utf8) }
}

/// A JSON object of members whose values are JSON texts already, sorted by name.
package func jsonObject(_ members: [String: String]) -> String {
    "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
}

/// A JWK Set of JWKs.
package func jwkSet(_ keys: String...) -> [UInt8] { Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8) }

extension NumericDate: ExpressibleByIntegerLiteral {
    package init(integerLiteral seconds: Int64) {
        guard let date = Self(secondsSinceEpoch: seconds) else { preconditionFailure("\(seconds)") }
        self = date
    }
}

/// Whether libcrypto's queue of errors, which each thread has for itself, is empty.
package func isErrorQueueEmpty() -> Bool { ERR_peek_error() == 0 }

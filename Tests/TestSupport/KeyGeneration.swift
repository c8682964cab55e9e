import CLibcrypto
import JOSE

enum KeyGeneration {
    static func key(of kind: SigningKey.Kind) -> OpaquePointer? {
        let name =
            switch kind {
            case .rsa: "RSA"
            case .ellipticCurve: "EC"
            case .edwards(.ed25519): "ED25519"
            case .edwards(.ed448): "ED448"
            }
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, name, nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_keygen_init(context) == 1, unsafe setParameters(of: kind, context) else { return nil }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_generate(context, &key) == 1 else { return nil }
        return unsafe key
    }

    private static func setParameters(of kind: SigningKey.Kind, _ context: OpaquePointer) -> Bool {
        switch kind {
        case .rsa(let bits): unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) == 1
        case .ellipticCurve(let curve): unsafe EVP_PKEY_CTX_set_group_name(context, curve.rawValue) == 1
        case .edwards: true
        }
    }

    static func material(_ key: OpaquePointer, _ kind: SigningKey.Kind) -> KeyMaterial? {
        switch kind {
        case .rsa:
            guard
                let modulus = unsafe number(OSSL_PKEY_PARAM_RSA_N, of: key),
                let exponent = unsafe number(OSSL_PKEY_PARAM_RSA_E, of: key)
            else { return nil }
            return .rsa(modulus: modulus, exponent: exponent.reduce(0) { $0 << 8 | UInt32($1) })
        case .ellipticCurve(let curve):
            guard let point = unsafe octets(OSSL_PKEY_PARAM_PUB_KEY, of: key) else { return nil }
            let length = curve.coordinateLengthInBytes
            return .ellipticCurve(curve, x: Array(point.dropFirst().prefix(length)), y: Array(point.suffix(length)))
        case .edwards(let curve):
            return unsafe octets(OSSL_PKEY_PARAM_PUB_KEY, of: key).map { .edwards(curve, publicKey: $0) }
        }
    }

    private static func octets(_ name: String, of key: OpaquePointer) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 200)
        var length = 0
        guard unsafe EVP_PKEY_get_octet_string_param(key, name, &bytes, bytes.count, &length) == 1 else { return nil }
        return Array(bytes.prefix(length))
    }

    static func number(_ name: String, of key: OpaquePointer) -> [UInt8]? {
        var number: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(key, name, &number) == 1, let number = unsafe number else { return nil }
        defer { unsafe BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: Int(unsafe (BN_num_bits(number) + 7) / 8))
        _ = unsafe BN_bn2bin(number, &bytes)
        return bytes
    }
}

import StrictJSON

/// The outer form of a JWK Set (RFC 7517 §5).
enum JWKSet {
    /// Bytes of one set. Issuers publish 1 to 10 KB; a transport may allow less.
    static let limitInBytes = 1 << 20
    /// Keys of one set. Issuers publish 1 to 10.
    static let keyLimit = 256

    static func elements(parsing bytes: [UInt8]) throws(KeySetError) -> [JSONValue] {
        guard bytes.count <= limitInBytes else { throw .tooLong(limitInBytes: limitInBytes) }
        let document: JSONDocument
        do throws(JSONError) { document = try JSONDocument(parsing: bytes) } catch { throw .json(error) }
        guard let elements = document.root["keys"]?.elements else { throw .notAKeySet }
        let keys = Array(elements)
        guard keys.count <= keyLimit else { throw .tooManyKeys(limit: keyLimit) }
        return keys
    }
}

/// One JSON Web Key (RFC 7517 §4) that is usable for verifying signatures, as far as arithmetic on a curve is not
/// needed to tell.
struct JWK {
    let keyID: ExactString?
    let algorithms: Set<Algorithm>
    let material: KeyMaterial
    let isPrivatePartPublished: Bool

    init(_ value: JSONValue) throws(SkippedKey.Reason) {
        guard value.kind == .object else { throw .notAnObject }
        keyID = Self.keyID(of: value)
        guard keyID != nil || value["kid"] == nil else { throw .invalidKeyID }
        let type = try Self.type(of: value)
        try Self.checkPurpose(of: value)
        material =
            switch type {
            case .rsa: try .rsa(value)
            case .ellipticCurve: try .ellipticCurve(value)
            case .octetKeyPair: try .edwards(value)
            }
        algorithms = try Self.algorithms(of: value, for: material)
        isPrivatePartPublished = value["d"] != nil
    }

    /// The key's `kid`, where it is one that a token may name.
    static func keyID(of value: JSONValue) -> ExactString? {
        guard let text = value["kid"]?.utf8, CompactJWS.keyIDLengthInBytes.contains(text.count) else { return nil }
        return ExactString(utf8: text)
    }

    private enum KeyType { case rsa, ellipticCurve, octetKeyPair }

    private static func type(of value: JSONValue) throws(SkippedKey.Reason) -> KeyType {
        guard let type = value["kty"] else { throw .unsupportedType }
        if type.isString("RSA") { return .rsa }
        if type.isString("EC") { return .ellipticCurve }
        if type.isString("OKP") { return .octetKeyPair }
        throw type.isString("oct") ? .symmetric : .unsupportedType
    }

    private static func checkPurpose(of value: JSONValue) throws(SkippedKey.Reason) {
        guard value["use"]?.isString("sig") ?? true else { throw .wrongUse }
        guard let operations = value["key_ops"] else { return }
        guard let elements = operations.elements else { throw .wrongOperations }
        var names: Set<ExactString> = []
        var hasDuplicate = false
        for element in elements {
            guard let name = element.exactString else { throw .wrongOperations }
            if !names.insert(name).inserted { hasDuplicate = true }
        }
        guard names.contains("verify") else { throw .wrongOperations }
        guard !hasDuplicate, value["use"] == nil || names.isDisjoint(with: encryptionOperations) else {
            throw .inconsistentOperations
        }
    }

    /// RFC 7517 §4.3: what a key of `use` `sig` is not for.
    private static let encryptionOperations: Set<ExactString> = [
        "encrypt", "decrypt", "wrapKey", "unwrapKey", "deriveKey", "deriveBits",
    ]

    private static func algorithms(
        of value: JSONValue, for material: KeyMaterial
    ) throws(SkippedKey.Reason) -> Set<Algorithm> {
        guard let name = value["alg"] else { return Set(Algorithm.allCases.filter { $0.fits(material) }) }
        guard let text = name.utf8, let algorithm = Algorithm(name: text), algorithm.fits(material) else {
            throw .wrongAlgorithm
        }
        return [algorithm]
    }
}

extension KeyMaterial {
    /// RFC 7518 §6.3.1.
    fileprivate static func rsa(_ value: JSONValue) throws(SkippedKey.Reason) -> Self {
        let modulus = try unsignedInteger(value["n"])
        let exponent = try unsignedInteger(value["e"])
        guard RSALimits.isModulusSuitable(modulus) else { throw .weakModulus }
        guard let exponent = RSALimits.exponent(exponent) else { throw .weakExponent }
        guard !ROCAFingerprint.matches(modulus) else { throw .predictablePrimes }
        return .rsa(modulus: modulus, exponent: exponent)
    }

    /// RFC 7518 §6.2.1.
    fileprivate static func ellipticCurve(_ value: JSONValue) throws(SkippedKey.Reason) -> Self {
        guard let curve = EllipticCurve.allCases.first(where: { value["crv"]?.isString($0.rawValue) ?? false }) else {
            throw .unsupportedCurve
        }
        let x = try octets(value["x"], count: curve.coordinateLengthInBytes)
        let y = try octets(value["y"], count: curve.coordinateLengthInBytes)
        return .ellipticCurve(curve, x: x, y: y)
    }

    /// RFC 8037 §2.
    fileprivate static func edwards(_ value: JSONValue) throws(SkippedKey.Reason) -> Self {
        guard let curve = EdwardsCurve.allCases.first(where: { value["crv"]?.isString($0.rawValue) ?? false }) else {
            throw .unsupportedCurve
        }
        let publicKey = try octets(value["x"], count: curve.keyLengthInBytes)
        guard curve.isCanonical(publicKey) else { throw .malformed }
        guard !curve.isOfSmallOrder(publicKey) else { throw .smallOrder }
        return .edwards(curve, publicKey: publicKey)
    }

    private static func octets(_ value: JSONValue?, count: Int) throws(SkippedKey.Reason) -> [UInt8] {
        guard let text = value?.utf8, let bytes = Base64URL.decode(text), bytes.count == count else {
            throw .malformed
        }
        return bytes
    }

    /// Base64urlUInt (RFC 7518 §2): as few octets as the value needs.
    private static func unsignedInteger(_ value: JSONValue?) throws(SkippedKey.Reason) -> [UInt8] {
        guard
            let text = value?.utf8, let bytes = Base64URL.decode(text),
            let first = bytes.first, first != 0 || bytes.count == 1
        else { throw .malformed }
        return bytes
    }
}

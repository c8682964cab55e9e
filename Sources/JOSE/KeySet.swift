package import StrictJSON

/// A public key that signatures can be verified under.
package struct VerificationKey<Prepared> {
    package let keyID: ExactString?
    /// What it may be used with: the JWK's own `alg`, or all that its type and curve fit.
    package fileprivate(set) var algorithms: Set<Algorithm>
    package let material: KeyMaterial
    /// The key as the cryptographic library keeps it.
    package let prepared: Prepared
    /// Whether the issuer published the private part too (RFC 7517 §9.2 wants it protected). It is not read.
    package let isPrivatePartPublished: Bool
}

extension VerificationKey: Sendable where Prepared: Sendable {}

/// The usable keys of a JWK Set (RFC 7517 §5), and why the others were skipped. One that cannot be used never
/// spoils the others.
package struct KeySet<Prepared> {
    package private(set) var keys: [VerificationKey<Prepared>] = []
    package private(set) var skipped: [SkippedKey] = []
    private var indices: [ExactString: Int] = [:]

    /// - Parameters:
    ///   - bytes: The JSON text of the set, as received.
    ///   - signatures: What prepares the keys.
    /// - Throws: ``KeySetError`` where the text is no JWK Set at all, or the library could not take a key. A set without
    ///   a usable key is not an error here: see ``isEmpty``.
    package init<Signatures: SignatureVerifier>(
        parsing bytes: [UInt8], using signatures: Signatures
    ) throws(KeySetError) where Signatures.PreparedKey == Prepared {
        let elements = try JWKSet.elements(parsing: bytes)
        var ambiguous: Set<ExactString> = []
        for element in elements {
            let key = try VerificationKey<Prepared>.read(element, using: signatures)
            do throws(SkippedKey.Reason) {
                try insert(key.get(), unlessAmongst: &ambiguous)
            } catch {
                skipped.append(SkippedKey(keyID: JWK.keyID(of: element), reason: error))
            }
        }
        removeKeys(named: ambiguous)
    }

    package var isEmpty: Bool { keys.isEmpty }

    /// The `kid` of every usable key that has one, in the order of the set.
    package var keyIDs: [ExactString] { keys.compactMap(\.keyID) }
}

extension KeySet: Sendable where Prepared: Sendable {}

extension KeySet: Equatable {
    /// Whether both hold the same keys under the same names, in the same order.
    package static func == (left: Self, right: Self) -> Bool {
        left.keys.elementsEqual(right.keys) {
            $0.keyID == $1.keyID && $0.material == $1.material && $0.algorithms == $1.algorithms
        }
    }
}

extension KeySet {
    package enum Selection {
        case key(VerificationKey<Prepared>)
        /// No usable key has this `kid`, or there is none and the choice is not clear. A newer set may help.
        case unknownKeyID
        /// The key with this `kid` is not for the algorithm. A newer set is no remedy.
        case unsuitable
    }

    /// The key for a token. It never falls back to another one than is named.
    ///
    /// - Parameters:
    ///   - keyID: The token's `kid`; without it a key is selected only if exactly one fits (RFC 7517 §4.5).
    ///   - algorithm: The token's `alg`.
    /// - Returns: The key, or why there is none.
    package func select(keyID: ExactString?, algorithm: Algorithm) -> Selection {
        guard let keyID else {
            let fitting = keys.filter { $0.algorithms.contains(algorithm) }
            return fitting.count == 1 ? fitting.first.map { .key($0) } ?? .unknownKeyID : .unknownKeyID
        }
        guard let index = indices[keyID] else {
            let isForSomethingElse = skipped.contains { $0.keyID == keyID && $0.reason.isAboutPurpose }
            return isForSomethingElse ? .unsuitable : .unknownKeyID
        }
        return keys[index].algorithms.contains(algorithm) ? .key(keys[index]) : .unsuitable
    }

    /// ``select(keyID:algorithm:)``, for whoever has no newer set to ask for.
    ///
    /// - Throws: ``TokenError/unknownKey`` or ``TokenError/unsupportedAlgorithm``.
    package func key(keyID: ExactString?, algorithm: Algorithm) throws(TokenError) -> VerificationKey<Prepared> {
        switch select(keyID: keyID, algorithm: algorithm) {
        case .key(let key): return key
        case .unknownKeyID: throw .unknownKey
        case .unsuitable: throw .unsupportedAlgorithm
        }
    }

    /// One `kid` twice: the same material is one key, other material makes the `kid` ambiguous (RFC 7517 §4.5).
    private mutating func insert(
        _ key: VerificationKey<Prepared>, unlessAmongst ambiguous: inout Set<ExactString>
    ) throws(SkippedKey.Reason) {
        guard let keyID = key.keyID else {
            if let twin = keys.firstIndex(where: { $0.keyID == nil && $0.material == key.material }) {
                keys[twin].algorithms.formUnion(key.algorithms)
            } else {
                keys.append(key)
            }
            return
        }
        guard let index = indices[keyID] else {
            indices[keyID] = keys.count
            return keys.append(key)
        }
        guard keys[index].material == key.material else {
            ambiguous.insert(keyID)
            throw .ambiguousKeyID
        }
        keys[index].algorithms.formUnion(key.algorithms)
    }

    private mutating func removeKeys(named ambiguous: Set<ExactString>) {
        guard !ambiguous.isEmpty else { return }
        for keyID in ambiguous.sorted() { skipped.append(SkippedKey(keyID: keyID, reason: .ambiguousKeyID)) }
        keys.removeAll { $0.keyID.map(ambiguous.contains) ?? false }
        indices = [:]
        for (index, key) in keys.enumerated() {
            if let keyID = key.keyID { indices[keyID] = index }
        }
    }
}

extension VerificationKey {
    /// - Returns: The key, or why it is skipped.
    fileprivate static func read<Signatures: SignatureVerifier>(
        _ element: JSONValue, using signatures: Signatures
    ) throws(KeySetError) -> Result<Self, SkippedKey.Reason> where Signatures.PreparedKey == Prepared {
        let jwk: JWK
        do throws(SkippedKey.Reason) {
            jwk = try JWK(element)
        } catch {
            return .failure(error)
        }
        do throws(CryptographyFailure) {
            guard let prepared = try signatures.prepare(jwk.material) else { return .failure(.rejectedByLibrary) }
            return .success(Self(jwk, prepared))
        } catch {
            throw .cryptographyFailed
        }
    }

    private init(_ jwk: JWK, _ prepared: Prepared) {
        self.prepared = prepared
        keyID = jwk.keyID
        algorithms = jwk.algorithms
        material = jwk.material
        isPrivatePartPublished = jwk.isPrivatePartPublished
    }
}

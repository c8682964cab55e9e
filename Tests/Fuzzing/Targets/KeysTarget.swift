import JOSE
import OpenSSLSignatures
import StrictJSON
import TestSupport

/// KeySet: keys that are taken are of the sizes that they may have, are found, are read alike when written again, and
/// hold no made-up signature to be theirs.
struct KeysTarget: FuzzTarget {
    /// Keys of one set under which signatures are tried: an RSA key of 8,192 bits takes a third of a millisecond.
    private static let triedLimit = 4

    private let verifier = OpenSSLVerifier()

    func test(_ input: [UInt8]) -> Bool {
        guard let set = try? KeySet(parsing: input, using: verifier) else { return true }
        let elements = JSONDocument(accepting: input)?.root["keys"]?.elements.map { Array($0) } ?? []
        require(elements.count <= 256, "a set is of 256 keys at the most")
        require(set.keys.count <= elements.count, "no key is made of nothing")
        require(Set(set.keyIDs).count == set.keyIDs.count, "a key id names one key")
        for key in set.keys { check(key, of: set) }
        for key in set.keys.prefix(Self.triedLimit) { tryMadeUpSignatures(under: key, input) }
        if set.keys.reduce(0, { $0 + $1.algorithms.count }) <= 256 {
            let again = try? KeySet(parsing: written(set), using: verifier)
            require(again == set, "keys that are written are read alike")
        }
        require(isErrorQueueEmpty(), "libcrypto's errors do not stay")
        return true
    }

    private func check(_ key: VerificationKey<PublicKey>, of set: KeySet<PublicKey>) {
        switch key.material {
        case .rsa(let modulus, let exponent):
            let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
            require((2048...8192).contains(bits), "a modulus is of 2048 to 8192 bits")
            require(modulus.last.map { $0 & 1 == 1 } ?? false, "a modulus is odd")
            require(exponent >= 3 && exponent & 1 == 1, "an exponent is odd, and 3 or more")
        case .ellipticCurve(let curve, let x, let y):
            let length = [EllipticCurve.p256: 32, .p384: 48, .p521: 66][curve]
            require(x.count == length && y.count == length, "a coordinate is as long as its field")
        case .edwards(let curve, let publicKey):
            require(publicKey.count == (curve == .ed25519 ? 32 : 57), "an encoded point is as long as its curve asks")
        }
        require((1...256).contains(key.keyID?.utf8.count ?? 1), "a key id is of 1 to 256 bytes")
        require(!key.algorithms.isEmpty, "a key is for some algorithm")
        for algorithm in Algorithm.allCases {
            let isFor = key.algorithms.contains(algorithm)
            require(!isFor || algorithm.fits(key.material), "a key is for algorithms that fit it")
            guard let keyID = key.keyID else { continue }
            switch set.select(keyID: keyID, algorithm: algorithm) {
            case .key(let selected): require(isFor && selected.material == key.material, "the key that is named is had")
            case .unsuitable: require(!isFor, "a key is had for what it is for")
            case .unknownKeyID: fatalError("property violated: a key is found by its name")
            }
        }
    }

    /// One byte again and again, and the input itself.
    private func tryMadeUpSignatures(under key: VerificationKey<PublicKey>, _ input: [UInt8]) {
        for algorithm in key.algorithms {
            let length = algorithm.signatureLengthInBytes(under: key.material)
            for byte: UInt8 in [0, 1, 0xFF] { tryOne([UInt8](repeating: byte, count: length)) }
            tryOne(Array((input + [UInt8](repeating: 0, count: length)).prefix(length)))

            func tryOne(_ signature: [UInt8]) {
                let isValid = try? verifier.isValid(
                    signature[...], over: input[...], under: key.prepared, using: algorithm)
                require(isValid != true, "a signature is not made up")
            }
        }
    }

    /// A JWK for each algorithm of each key: those of one name and one material are one key.
    private func written(_ set: KeySet<PublicKey>) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("keys")
        writer.beginArray()
        for key in set.keys {
            for algorithm in key.algorithms { write(key, algorithm, to: &writer) }
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private func write(_ key: VerificationKey<PublicKey>, _ algorithm: Algorithm, to writer: inout JSONWriter) {
        writer.beginObject()
        for (name, value) in key.material.publicMembers.sorted(by: { $0.key < $1.key }) {
            writer.name(name)
            writer.string(value)
        }
        writer.name("alg")
        writer.string(algorithm.rawValue)
        if let keyID = key.keyID {
            writer.name("kid")
            writer.string(keyID)
        }
        writer.endObject()
    }
}

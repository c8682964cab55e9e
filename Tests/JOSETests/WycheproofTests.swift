import Foundation
import JOSE
import OpenSSLSignatures
import StrictJSON
import TestSupport
import Testing

@Suite(
    "Project Wycheproof", .enabled(if: ExternalVectors.folder != nil, "TURNSTILE_VECTORS names no folder of vectors"))
struct WycheproofTests {
    static let tokenFiles = ["json_web_signature_test.json", "json_web_key_test.json"]
    static let signatureFiles: [(file: String, keyName: String, algorithm: Algorithm)] = [
        ("ed25519_test.json", "publicKeyJwk", .edDSA), ("rsa_signature_2048_sha256_test.json", "keyJwk", .rs256),
    ]
    static let ecdsaFile = "ecdsa_secp256r1_sha256_p1363_test.json"

    @Test(arguments: tokenFiles)
    func `tokens are judged as the vectors say, but for the exceptions`(_ file: String) throws {
        try expect(file) { group, test in
            let key = try #require(group["public"] ?? group["private"])
            let text = Array(key.text)
            let set = key["keys"] == nil ? Array(#"{"keys":["#.utf8) + text + Array("]}".utf8) : text
            let keys = try KeySet(parsing: set, using: OpenSSLVerifier())
            guard let token = test["jws"]?.utf8 else { return false }
            return refusal {
                let jws = try CompactJWS(parsing: token)
                let key = try keys.key(keyID: jws.keyID, algorithm: jws.algorithm())
                try verifier.verifySignature(of: jws, under: key)
            } == nil
        }
    }

    @Test(arguments: signatureFiles.indices)
    func `signatures are judged as the vectors say, but for the exceptions`(_ index: Int) throws {
        let (file, keyName, algorithm) = Self.signatureFiles[index]
        try expect(file) { group, test in
            let set = try keySet(String(decoding: try #require(group[keyName]).text, as: UTF8.self))
            guard let key = set.keys.first, key.algorithms.contains(algorithm) else { return false }
            return try isValid(test, under: key.prepared, algorithm)
        }
    }

    @Test func `ECDSA signatures are judged as the vectors say, but for the exceptions`() throws {
        try expect(Self.ecdsaFile) { group, test in
            let text = try #require(group["publicKey"]?["uncompressed"]?.utf8)
            let point = try #require(bytes(hexadecimal: text))
            let material = KeyMaterial.ellipticCurve(.p256, x: Array(point[1...32]), y: Array(point[33...]))
            return try isValid(test, under: #require(try OpenSSLVerifier().prepare(material)), .es256)
        }
    }

    /// Files that no test here judges would be vectors that nobody uses; and an exception of no file would never fail.
    @Test func `every file of vectors is judged`() throws {
        let folder = try #require(ExternalVectors.folder)
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/wycheproof")
        let judged = Self.tokenFiles + Self.signatureFiles.map(\.file) + [Self.ecdsaFile]
        #expect(Set(files.filter { $0.hasSuffix(".json") }) == Set(judged))
        #expect(Set(judged).isSuperset(of: WycheproofExceptions.reasons.keys))
    }

    private func isValid(_ test: JSONValue, under key: PublicKey, _ algorithm: Algorithm) throws -> Bool {
        let message = try #require(test["msg"]?.utf8.flatMap(bytes(hexadecimal:)))
        let signature = try #require(test["sig"]?.utf8.flatMap(bytes(hexadecimal:)))
        return try OpenSSLVerifier().isValid(signature[...], over: message[...], under: key, using: algorithm)
    }

    /// Judges every vector of a file. Those that are judged otherwise than the file says must be exactly the
    /// exceptions, so that one that no longer applies is found too.
    private func expect(_ file: String, judge: (JSONValue, JSONValue) throws -> Bool) throws {
        let root = try ExternalVectors.wycheproof(file)
        var deviations: Set<Int> = []
        var count = 0
        for group in try #require(root["testGroups"]?.elements) {
            for test in try #require(group["tests"]?.elements) {
                let identifier = try Int(#require(test["tcId"]?.number?.integer))
                // "acceptable" is what some accept; nothing of the kind is accepted here.
                let isValid = test["result"]?.isString("valid") ?? false
                if try judge(group, test) != isValid { deviations.insert(identifier) }
                count += 1
            }
        }
        #expect(try count == Int(#require(root["numberOfTests"]?.number?.integer)))
        #expect(deviations == Set(WycheproofExceptions.reasons[file]?.keys.map { $0 } ?? []))
    }
}

import Foundation
@testable import JOSE
import OpenSSLSignatures
import StrictJSON
import TestSupport

/// CompactJWS and UnverifiedToken: what is accepted has one text, and no signature is valid but those of the samples.
struct JWSTarget: FuzzTarget {
    private let verifier = OpenSSLVerifier()
    private let keys: [VerificationKey<PublicKey>]
    /// What the keys have signed.
    private let signingInputs: Set<[UInt8]>

    init() {
        let sets = ["events/keys/pool.json", "events/keys/partner.json"].map { [verifier] file in
            try? KeySet(parsing: contents(of: file), using: verifier)
        }
        keys = sets.flatMap { $0?.keys ?? [] }
        require(keys.count == 4, "the keys of the samples are usable")
        signingInputs = Set(
            SampleEvent.all.filter(\.isSigned).flatMap(\.tokens).compactMap { token in
                token.lastIndex(of: UInt8(ascii: ".")).map { Array(token[..<$0]) }
            })
    }

    func test(_ input: [UInt8]) -> Bool {
        guard let jws = try? CompactJWS(parsing: input[...]) else {
            require((try? UnverifiedToken(parsing: input[...])) == nil, "what is no JWS is no token")
            return true
        }
        let segments = input.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        require(segments.count == 3, "a compact JWS has three segments")
        require(Base64URL.encode(jws.payload).utf8.elementsEqual(segments[1]), "the payload has one text")
        require(Base64URL.encode(jws.signature).utf8.elementsEqual(segments[2]), "the signature has one text")
        let signed = input.prefix(segments[0].count + 1 + segments[1].count)
        require(jws.signingInput.elementsEqual(signed), "what is signed are the first two segments")
        let header = checkHeader(of: jws, segments[0])
        if let token = try? UnverifiedToken(parsing: input[...]) { check(token, header) }
        return true
    }

    private func checkHeader(of jws: CompactJWS, _ text: ArraySlice<UInt8>) -> JSONValue {
        guard let bytes = Base64URL.decode(text), let header = JSONDocument(accepting: bytes)?.root else {
            fatalError("property violated: a header is JSON in base64url")
        }
        require(Base64URL.encode(bytes).utf8.elementsEqual(text), "the header has one text")
        for name in ["crit", "b64", "zip", "enc"] { require(header[name] == nil, "a header without \(name)") }
        require(header["alg"]?.string != nil, "a header names its algorithm")
        require(header["kid"]?.exactString == jws.keyID, "the key is the one that the header names")
        require((1...256).contains(jws.keyID?.utf8.count ?? 1), "a key id is of 1 to 256 bytes")
        return header
    }

    private func check(_ token: UnverifiedToken, _ header: JSONValue) {
        require(header["alg"]?.isString(token.algorithm.rawValue) ?? false, "the algorithm is the one that is named")
        let claims = DocumentModel(token.payload)
        require(claims != nil, "the claims can be read")
        require(claims.flatMap { DocumentModel(reading: $0.written) } == claims, "the claims stay the same")
        require(token.payload["iss"]?.exactString == token.issuer, "the issuer is the one that is named")
        for key in keys where token.algorithm.fits(key.material) {
            let isValid = try? verifier.isValid(
                token.jws.signature[...], over: token.jws.signingInput, under: key.prepared, using: token.algorithm)
            let isKnown = signingInputs.contains(Array(token.jws.signingInput))
            require(isValid != true || isKnown, "a signature is not forged")
        }
        require(isErrorQueueEmpty(), "libcrypto's errors do not stay")
    }

    /// Half of the time within what a segment stands for, so that it stays base64url.
    func mutate(_ input: inout [UInt8], limit: Int, using random: inout SeededRandom) {
        input = random.oneIn(2) ? mutated(input, limit: limit) : mutatedWithinSegment(of: input, limit, using: &random)
    }
}

/// The token, one of its segments decoded, mutated and encoded.
func mutatedWithinSegment(of token: [UInt8], _ limit: Int, using random: inout SeededRandom) -> [UInt8] {
    var segments = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(Array.init)
    let index = Int.random(in: segments.indices, using: &random)
    guard let bytes = Base64URL.decode(segments[index][...]) else { return mutated(token, limit: limit) }
    segments[index] = Array(Base64URL.encode(mutated(bytes, limit: bytes.count + 64)).utf8)
    return Array(segments.joined(separator: [UInt8(ascii: ".")]))
}

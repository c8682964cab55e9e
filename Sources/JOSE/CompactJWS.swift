package import StrictJSON

/// A JWS in compact serialization (RFC 7515 §7.1), decoded and **not trusted**.
package struct CompactJWS: Sendable {
    /// The longest token, in bytes, tested before anything is decoded. API Gateway accepts headers of 10,240 bytes
    /// in all.
    package static let limitInBytes = 8192
    /// The length of a `kid`. RFC 7515 §4.1.4 sets none; keys in use have up to some sixty bytes.
    package static let keyIDLengthInBytes = 1...256

    package let keyID: ExactString?
    /// `nil` where `alg` names one that is not implemented.
    let namedAlgorithm: Algorithm?
    let type: MediaType?
    let payload: [UInt8]
    let signature: [UInt8]
    /// The text up to the second period, a part of what was given (RFC 7515 §5.2 step 8).
    let signingInput: ArraySlice<UInt8>

    /// - Throws: ``TokenError/malformed(_:)``. An `alg` that is not implemented is found by ``algorithm()`` only.
    package init(parsing token: ArraySlice<UInt8>) throws(TokenError) {
        let segments = try Segments(of: token)
        let header = try Header(parsing: segments.header)
        keyID = header.keyID
        namedAlgorithm = header.algorithm
        type = header.type
        payload = try Self.decode(segments.payload, .payload)
        signature = try Self.decode(segments.signature, .signature)
        signingInput = token[token.startIndex..<segments.payload.endIndex]
    }

    /// - Throws: ``TokenError/unsupportedAlgorithm``; ``Malformation/emptySegment(_:)`` where the algorithm is
    ///   implemented and there is no signature. Only `none` leaves it empty (RFC 7518 §3.6), so that is looked at
    ///   first.
    package func algorithm() throws(TokenError) -> Algorithm {
        guard let namedAlgorithm else { throw .unsupportedAlgorithm }
        guard !signature.isEmpty else { throw .malformed(.emptySegment(.signature)) }
        return namedAlgorithm
    }

    fileprivate static func decode(
        _ text: ArraySlice<UInt8>, _ segment: Malformation.Segment
    ) throws(TokenError) -> [UInt8] {
        guard let bytes = Base64URL.decode(text) else { throw .malformed(.base64url(segment)) }
        return bytes
    }

    fileprivate static func parseObject(
        _ bytes: [UInt8], _ segment: Malformation.Segment
    ) throws(TokenError) -> JSONValue {
        let document: JSONDocument
        do throws(JSONError) { document = try JSONDocument(parsing: bytes) } catch {
            throw .malformed(.json(segment, error))
        }
        guard document.root.kind == .object else { throw .malformed(.notAnObject(segment)) }
        return document.root
    }
}

/// A JWT (RFC 7519) that is decoded and **not trusted**.
///
/// It offers what is needed to choose an issuer and a key and nothing more: no other claim can be read, because
/// there is no property that returns one.
package struct UnverifiedToken: Sendable {
    package let algorithm: Algorithm
    /// What the token says of its issuer, solely to choose among those that are configured; `nil` where `iss` is
    /// missing or not a string.
    package let issuer: ExactString?
    let jws: CompactJWS
    let payload: JSONValue

    package var keyID: ExactString? { jws.keyID }

    /// - Throws: ``TokenError/malformed(_:)``, then ``TokenError/unsupportedAlgorithm``.
    package init(parsing token: ArraySlice<UInt8>) throws(TokenError) {
        jws = try CompactJWS(parsing: token)
        guard !jws.payload.isEmpty else { throw .malformed(.emptySegment(.payload)) }
        payload = try CompactJWS.parseObject(jws.payload, .payload)
        algorithm = try jws.algorithm()
        issuer = payload["iss"]?.exactString
    }
}

/// The three parts of the text (RFC 7515 §3.1), not decoded.
private struct Segments {
    let header: ArraySlice<UInt8>
    let payload: ArraySlice<UInt8>
    let signature: ArraySlice<UInt8>

    init(of token: ArraySlice<UInt8>) throws(TokenError) {
        guard token.count <= CompactJWS.limitInBytes else {
            throw .malformed(.tooLong(limitInBytes: CompactJWS.limitInBytes))
        }
        guard let (first, second) = Self.periods(in: token.span) else { throw .malformed(.segmentCount) }
        header = token.prefix(first)
        payload = token.dropFirst(first + 1).prefix(second - first - 1)
        signature = token.dropFirst(second + 1)
        guard !header.isEmpty else { throw .malformed(.emptySegment(.header)) }
    }

    /// The offsets of the two periods; `nil` where there are fewer or more.
    private static func periods(in text: Span<UInt8>) -> (Int, Int)? {
        let period = UInt8(ascii: ".")
        guard let first = text.firstIndex(of: period), let second = text.firstIndex(of: period, from: first + 1),
            text.firstIndex(of: period, from: second + 1) == nil
        else { return nil }
        return (first, second)
    }
}

/// The members of the JOSE header that mean something here (RFC 7515 §4.1). Keys and places of keys in it (`jwk`,
/// `jku`, `x5c`, `x5u`) mean nothing: the keys of an issuer come from its configuration only (RFC 8725 §3.10).
private struct Header {
    let algorithm: Algorithm?
    let keyID: ExactString?
    let type: MediaType?

    init(parsing text: ArraySlice<UInt8>) throws(TokenError) {
        let members = try CompactJWS.parseObject(try CompactJWS.decode(text, .header), .header)
        guard let name = members["alg"]?.utf8 else { throw .malformed(.algorithm) }
        guard members["crit"] == nil else { throw .malformed(.criticalExtension) }
        guard members["b64"] == nil else { throw .malformed(.unencodedPayload) }
        guard members["zip"] == nil else { throw .malformed(.compressed) }
        guard members["enc"] == nil else { throw .malformed(.encrypted) }
        if let contentType = try Self.mediaType(members["cty"]), contentType == MediaType("JWT") {
            throw .malformed(.nested)
        }
        keyID = try Self.keyID(members["kid"])
        type = try Self.mediaType(members["typ"])
        algorithm = Algorithm(name: name)
    }

    private static func keyID(_ value: JSONValue?) throws(TokenError) -> ExactString? {
        guard let value else { return nil }
        guard let text = value.utf8, CompactJWS.keyIDLengthInBytes.contains(text.count) else {
            throw .malformed(.keyID)
        }
        return ExactString(utf8: text)
    }

    private static func mediaType(_ value: JSONValue?) throws(TokenError) -> MediaType? {
        guard let value else { return nil }
        guard let text = value.utf8 else { throw .malformed(.type) }
        return MediaType(utf8: text)
    }
}

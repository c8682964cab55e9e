import StrictJSON

/// Where a token may stand in an event.
///
/// - REST TOKEN: `authorizationToken`, the value of the header that the authorizer is configured to read, with the
///   scheme `Bearer` or with none.
/// - The other shapes: the header `Authorization`, whichever way its name is written, with the scheme `Bearer`. Its
///   values in `headers` and `multiValueHeaders` must all be one.
/// - Payload 1.0 without that header: `authorizationToken`, where it is one identity source (several are joined with
///   commas) and starts with `Bearer`.
/// - WebSocket without that header: the query parameter `access_token` (RFC 6750 §2.3), since browsers cannot set a
///   header there. Anywhere else a token in the query is no token.
/// - Both the header and `access_token`: ambiguous (RFC 6750 §2 allows a client one method a request).
extension AuthorizerEvent {
    func credentials(of shape: EventShape) throws(EventError) -> Result<ArraySlice<UInt8>, CredentialsFault> {
        let headers: Values
        let queries: Values
        switch shape {
        case .restToken:
            return try tokenOfTypeTOKEN()
        case .httpPayload2:
            headers = try values(of: "authorization", ignoringCase: true, in: "headers")
            queries = try values(of: "access_token", ignoringCase: false, in: "queryStringParameters")
            guard headers.first?.contains(UInt8(ascii: ",")) != true else { return .failure(.ambiguous) }
        case .restRequest, .httpPayload1, .webSocketConnect:
            var all = try values(of: "authorization", ignoringCase: true, in: "headers")
            all.insert(try listedValues(of: "authorization", ignoringCase: true, in: "multiValueHeaders"))
            headers = all
            all = try values(of: "access_token", ignoringCase: false, in: "queryStringParameters")
            all.insert(try listedValues(of: "access_token", ignoringCase: false, in: "multiValueQueryStringParameters"))
            queries = all
        }
        guard !headers.areMany, headers.first == nil || queries.first == nil else { return .failure(.ambiguous) }
        if let header = headers.first {
            return Self.token { () throws(CredentialsFault) in try BearerCredentials.token(in: header) }
        }
        switch shape {
        case .webSocketConnect: return Self.token(ofQueries: queries)
        case .httpPayload1: return try tokenOfIdentitySource()
        default: return .failure(.missing)
        }
    }

    private func tokenOfTypeTOKEN() throws(EventError) -> Result<ArraySlice<UInt8>, CredentialsFault> {
        guard let value = root["authorizationToken"], !value.isNull else { return .failure(.missing) }
        guard let text = value.utf8 else { throw .wrongType("authorizationToken") }
        return Self.token { () throws(CredentialsFault) in
            try BearerCredentials.tokenWithOrWithoutScheme(in: text)
        }
    }

    private func tokenOfIdentitySource() throws(EventError) -> Result<ArraySlice<UInt8>, CredentialsFault> {
        guard let value = root["authorizationToken"], !value.isNull else { return .failure(.missing) }
        guard let text = value.utf8 else { throw .wrongType("authorizationToken") }
        guard !text.contains(UInt8(ascii: ",")) else { return .failure(.missing) }
        return Self.token { () throws(CredentialsFault) in try BearerCredentials.token(in: text) }
    }

    private static func token(ofQueries queries: Values) -> Result<ArraySlice<UInt8>, CredentialsFault> {
        guard !queries.areMany else { return .failure(.ambiguous) }
        guard let token = queries.first, !token.isEmpty else { return .failure(.missing) }
        return BearerCredentials.isToken(token) ? .success(token) : .failure(.malformed)
    }

    private static func token(
        _ read: () throws(CredentialsFault) -> ArraySlice<UInt8>
    ) -> Result<ArraySlice<UInt8>, CredentialsFault> {
        do { return .success(try read()) } catch { return .failure(error) }
    }
}

/// The values of one name, of which a request may have one only, said as often as it likes.
private struct Values {
    private(set) var first: ArraySlice<UInt8>?
    /// Whether one of them differs from the first.
    private(set) var areMany = false

    mutating func insert(_ value: ArraySlice<UInt8>) {
        guard let first else { return first = value }
        if !first.span.isEqual(to: value.span) { areMany = true }
    }

    mutating func insert(_ others: Values) {
        if let other = others.first { insert(other) }
        areMany = areMany || others.areMany
    }
}

/// Maps of an event. They are absent or null where there is nothing in them, and so may be their values. The names of
/// fields are ASCII and case-insensitive (RFC 9110 §5.1); those of query parameters are not.
extension AuthorizerEvent {
    private func values(of name: String, ignoringCase: Bool, in map: String) throws(EventError) -> Values {
        var values = Values()
        guard let members = try members(of: map) else { return values }
        for member in members where member.isNamed(name, ignoringCase: ignoringCase) {
            let value = member.value
            guard !value.isNull else { continue }
            guard let text = value.utf8 else { throw .wrongType(map) }
            values.insert(text)
        }
        return values
    }

    private func listedValues(of name: String, ignoringCase: Bool, in map: String) throws(EventError) -> Values {
        var values = Values()
        guard let members = try members(of: map) else { return values }
        for member in members where member.isNamed(name, ignoringCase: ignoringCase) {
            let list = member.value
            guard !list.isNull else { continue }
            guard let elements = list.elements else { throw .wrongType(map) }
            for element in elements {
                guard let text = element.utf8 else { throw .wrongType(map) }
                values.insert(text)
            }
        }
        return values
    }

    private func members(of map: String) throws(EventError) -> JSONMembers? {
        guard let object = root[map], !object.isNull else { return nil }
        guard let members = object.members else { throw .wrongType(map) }
        return members
    }
}

import StrictJSON

/// What a script reads.
enum TokenOutput {
    /// The members of RFC 6749 §5.1, with the seconds that are left, and when that is and where it came from.
    static func json(_ result: TokenSession.Result, at now: Int64) -> String {
        let token = result.token
        var json = JSONWriter()
        json.beginObject()
        json.name("access_token")
        json.string(token.text)
        json.name("token_type")
        json.string("Bearer")
        if let expiresAt = token.expiresAt {
            json.name("expires_in")
            json.integer(max(expiresAt - now, 0))
            json.name("expires_at")
            json.integer(expiresAt)
        }
        if let scope = token.scope {
            json.name("scope")
            json.string(scope)
        }
        json.name("cached")
        json.bool(result.isCached)
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    static func json(_ failure: TokenFailure) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.name("error")
        json.string(failure.code)
        json.name("message")
        json.string(failure.problem.description.printable)
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

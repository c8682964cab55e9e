import StrictJSON

extension TokenCache {
    /// One file of the cache, read as strictly as if somebody else had written it.
    struct Entry: Sendable {
        /// In hexadecimal.
        let proof: [UInt8]
        let token: AccessToken

        init(proof: [UInt8], token: AccessToken) {
            self.proof = proof
            self.token = token
        }

        init?(parsing bytes: [UInt8]) {
            guard let root = (try? JSONDocument(parsing: bytes))?.root, root["version"]?.number?.integer == 1,
                let proof = root["proof"]?.utf8, let text = root["access_token"]?.utf8,
                AccessToken.isBearerToken(text), let obtainedAt = root["obtained_at"]?.number?.integer,
                let expiresAt = root["expires_at"]?.number?.integer, let scope = root["scope"],
                scope.isNull || scope.kind == .string
            else { return nil }
            let (lifetime, overflow) = expiresAt.subtractingReportingOverflow(obtainedAt)
            guard !overflow, AccessToken.lifetimeRangeInSeconds.contains(lifetime) else { return nil }
            self.proof = Array(proof)
            token = AccessToken(
                text: String(decoding: text, as: UTF8.self), scope: scope.string, obtainedAt: obtainedAt,
                expiresAt: expiresAt)
        }

        func json(expiresAt: Int64) -> [UInt8] {
            var json = JSONWriter()
            json.beginObject()
            json.name("version")
            json.integer(1)
            json.name("proof")
            json.string(utf8: proof[...])
            json.name("access_token")
            json.string(token.text)
            json.name("scope")
            if let scope = token.scope { json.string(scope) } else { json.null() }
            json.name("obtained_at")
            json.integer(token.obtainedAt)
            json.name("expires_at")
            json.integer(expiresAt)
            json.endObject()
            return json.bytes
        }
    }
}

import AuthorizerService
import OpenSSLSignatures

/// Finds a token in the cache, or asks for one and caches it.
struct TokenSession: Sendable {
    let purpose: TokenPurpose
    let client: TokenClient
    /// Ask anew, whatever is cached.
    let isForced: Bool
    /// Seconds since 1970.
    let now: @Sendable () -> Int64
    let warn: @Sendable (String) -> Void

    struct Result {
        let token: AccessToken
        let isCached: Bool
    }

    func run(_ cache: borrowing TokenCache?) throws -> Result {
        let result =
            switch cache {
            case .none: Result(token: try fetch(), isCached: false)
            case .some(let cache): try run(using: cache)
            }
        // Each time: whoever takes a token out of the cache need not have seen how it was got.
        if let difference = purpose.scope.difference(from: result.token.scope) { warn(difference) }
        return result
    }

    private func run(using cache: borrowing TokenCache) throws -> Result {
        if let token = try lookUp(cache, warn: warn) { return Result(token: token, isCached: true) }
        return try cache.alone(purpose) {
            // Another process may have got one meanwhile.
            if let token = try lookUp(cache, warn: { _ in }) { return Result(token: token, isCached: true) }
            let token = try fetch()
            do throws(PrivateFileError) {
                try cache.store(token, for: purpose)
            } catch {
                warn("the token is not cached: \(error)")
            }
            return Result(token: token, isCached: false)
        }
    }

    private func lookUp(_ cache: borrowing TokenCache, warn: (String) -> Void) throws(OpenSSLError) -> AccessToken? {
        guard !isForced else { return nil }
        switch try cache.token(for: purpose, at: now()) {
        case .token(let token): return token
        case .nothing: return nil
        case .refused(let reason):
            warn("the cached token is not used: \(reason)")
            return nil
        }
    }

    private func fetch() throws(TokenFault) -> AccessToken {
        let answer = try client.token(
            from: purpose.endpoint, for: purpose.credentials, scope: purpose.scope, now: now())
        answer.warnings.forEach(warn)
        return answer.token
    }
}

package import StrictJSON

/// HMAC-SHA-256 (RFC 2104), which this module asks of cryptography without knowing any.
package protocol MessageAuthentication {
    /// - Returns: 32 bytes; `nil` where they could not be computed.
    func hmacSHA256(of message: [UInt8], key: [UInt8]) -> [UInt8]?
}

/// How a caller's API key is found. Only a caller that is allowed something is asked for one.
package enum UsageKeyStrategy: Sendable {
    /// The client id for machine tokens, nothing for people: what a user pool's tokens are worth by default.
    case automatic
    case clientID
    /// The value of a claim. Only for an issuer that decides by itself which key a client has.
    case claim(String)
    /// HMAC-SHA-256 under this secret of issuer, NUL and client id, in lower-case hexadecimal: two issuers that give
    /// the same client id do not share a quota.
    case hmac(secret: [UInt8])
    case map([ExactString: UsageKey], otherwise: Otherwise)
    case fixed(UsageKey)
    case none

    /// What becomes of a client that the map does not name.
    package enum Otherwise: String, CaseIterable, Sendable { case deny, none }

    /// - Returns: `nil` where the caller is not metered.
    package func key(
        for caller: Caller, hashing hash: some MessageAuthentication
    ) throws(UsageKeyFault) -> UsageKey? {
        switch self {
        case .automatic: caller.isMachine ? try UsageKey(try clientID(of: caller)) : nil
        case .clientID: try UsageKey(try clientID(of: caller))
        case .claim(let name): try UsageKey(try claim(name, of: caller))
        case .hmac(let secret): try key(for: caller, secret: secret, hashing: hash)
        case .map(let keys, let otherwise): try key(for: caller, in: keys, otherwise: otherwise)
        case .fixed(let key): key
        case .none: nil
        }
    }

    private func clientID(of caller: Caller) throws(UsageKeyFault) -> ExactString {
        guard let clientID = caller.clientID else { throw .noClientID }
        return clientID
    }

    private func claim(_ name: String, of caller: Caller) throws(UsageKeyFault) -> ExactString {
        guard let claim = caller.claim(named: name) else { throw .claimMissing(name) }
        guard let text = claim.exactString else { throw .claimNotAString(name) }
        return text
    }

    private func key(
        for caller: Caller, secret: [UInt8], hashing hash: some MessageAuthentication
    ) throws(UsageKeyFault) -> UsageKey {
        let message = caller.issuer.utf8 + [0] + (try clientID(of: caller)).utf8
        guard let code = hash.hmacSHA256(of: message, key: secret) else { throw .hashUnavailable }
        let digits = Array("0123456789abcdef".utf8)
        return try UsageKey(
            ExactString(utf8: code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }[...]))
    }

    private func key(
        for caller: Caller, in keys: [ExactString: UsageKey], otherwise: Otherwise
    ) throws(UsageKeyFault) -> UsageKey? {
        if let key = caller.clientID.flatMap({ keys[$0] }) { return key }
        switch otherwise {
        case .deny: throw .clientNotMapped
        case .none: return nil
        }
    }
}

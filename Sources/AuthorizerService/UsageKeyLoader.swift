import Authorization
import OpenSSLSignatures
import StrictJSON

extension IssuerLoader {
    /// The words of `usageKey.from`.
    private enum Source: String, CaseIterable { case clientID, claim, hmac, map, fixed, none }

    /// What may stand in `usageKey`. Several literals in one function could be confused by the linker of the Embedded
    /// mode; one to a constant cannot.
    private enum Members {
        static let all = ["from", "claim", "secret", "file", "otherwise", "value"]
        static let alone = ["from"]
        static let ofClaim = ["from", "claim"]
        static let ofHMAC = ["from", "secret"]
        static let ofMap = ["from", "file", "otherwise"]
        static let ofFixed = ["from", "value"]
    }

    func usageKey() throws(ConfigurationError) -> UsageKeyStrategy {
        guard let value = object.optional("usageKey") else { return pool == nil ? .none : .automatic }
        // A text in place of the object is likely to be a key.
        guard value.json.kind == .object else { throw value.secret.wrong(allowed: "an object") }
        let all = try value.object(allowing: Members.all)
        let from = try all.required("from", "clientID, claim, hmac, map, fixed or none")
        // So is one as long as a key in place of the word.
        let isLikelyKey = from.json.text.count >= UsageKey.lengthInCharacters.lowerBound
        switch try (isLikelyKey ? from.secret : from).choice(Source.self) {
        case .clientID:
            _ = try value.object(allowing: Members.alone)
            return .clientID
        case .none:
            _ = try value.object(allowing: Members.alone)
            return .none
        case .claim:
            return .claim(try value.object(allowing: Members.ofClaim).required("claim", "a claim's name").string())
        case .hmac:
            return .hmac(secret: try secret(of: value))
        case .map:
            return try map(value.object(allowing: Members.ofMap))
        case .fixed:
            let fixed = try value.object(allowing: Members.ofFixed).required("value", "an API key's value").secret
            return .fixed(try fixed.usageKey(fixed.exactString()))
        }
    }

    private func secret(of value: ConfigurationValue) throws(ConfigurationError) -> [UInt8] {
        let secret = try value.object(allowing: Members.ofHMAC).required("secret", "the secret of the HMAC").secret
        let bytes = Array(try secret.string().utf8)
        guard HMACSHA256(key: bytes) != nil else {
            let range = HMACSHA256.keyLengthInBytes
            throw secret.wrong(allowed: "a string of \(range.lowerBound) to \(range.upperBound) bytes")
        }
        return bytes
    }

    /// `{"client id": "usage key", …}` in a file of its own.
    private func map(_ members: ConfigurationObject) throws(ConfigurationError) -> UsageKeyStrategy {
        let file = try members.required("file", "the path of a JSON file of client ids and usage keys")
        let otherwise = try members.optional("otherwise")?.choice(UsageKeyStrategy.Otherwise.self) ?? .deny
        let (path, contents) = try file.fileContents()
        let root = try ConfigurationLoader.root(parsing: contents, file: path, environment: file.environment)
        var keys: [ExactString: UsageKey] = [:]
        for (client, value) in try root.secret.entries() {
            keys[ExactString(client)] = try value.usageKey(value.exactString())
        }
        return .map(keys, otherwise: otherwise)
    }
}

extension ConfigurationValue {
    /// The same value, never to be quoted.
    var secret: ConfigurationValue {
        var secret = self
        secret.isSecret = true
        return secret
    }

    func usageKey(_ text: ExactString) throws(ConfigurationError) -> UsageKey {
        do throws(UsageKeyFault) {
            return try UsageKey(text)
        } catch {
            throw fault(.inconsistent(error.description))
        }
    }
}

package import JOSE

/// Writes tokens, good ones and others, for tests.
package struct TestToken: Sendable {
    package var key: SigningKey
    package var algorithm: Algorithm
    /// The header's members: a name and a JSON text.
    package var header: [String: String]
    /// The payload's members: a name and a JSON text.
    package var claims: [String: String]

    package static let issuer = "https://issuer.example"
    package static let keyID = "key-1"
    /// The instant at which the claims are good.
    package static let now: NumericDate = 1_500

    /// A token that is good at ``now``.
    package init(_ algorithm: Algorithm = .rs256, key: SigningKey? = nil, claims: [String: String?] = [:]) {
        self.algorithm = algorithm
        self.key = key ?? .fitting(algorithm)
        header = ["alg": "\"\(algorithm.rawValue)\"", "kid": "\"\(Self.keyID)\""]
        self.claims = [
            "iss": "\"\(Self.issuer)\"", "sub": "\"client-1\"", "client_id": "\"client-1\"", "exp": "2000",
            "iat": "1000", "scope": "\"orders/read orders/write\"", "token_use": "\"access\"",
        ]
        for (name, value) in claims { self.claims[name] = value }
    }

    /// The same with other members in the header; `nil` takes one away.
    package func with(header members: [String: String?]) -> Self {
        var copy = self
        for (name, value) in members { copy.header[name] = value }
        return copy
    }

    /// The compact serialization.
    package var text: String { Self.text(header: jsonObject(header), payload: jsonObject(claims), algorithm, key) }

    package var bytes: [UInt8] { Array(text.utf8) }

    /// Signs whatever it is given.
    package static func text(
        header: String, payload: String, _ algorithm: Algorithm = .rs256, _ key: SigningKey? = nil
    ) -> String {
        let input = "\(Base64URL.encode(header)).\(Base64URL.encode(payload))"
        let signature = (key ?? .fitting(algorithm)).signature(over: input.utf8, algorithm)
        return "\(input).\(Base64URL.encode(signature))"
    }
}

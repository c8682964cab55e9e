package import StrictJSON

/// What the operator asks of the tokens of one issuer. The loader of the configuration is its author; nothing in
/// it comes from a caller.
package struct IssuerPolicy: Sendable {
    /// Clock skew that may be configured, in seconds (product contract: `leewaySeconds`).
    package static let leewayRangeInSeconds: ClosedRange<UInt16> = 0...300

    package enum Audiences: Hashable, Sendable {
        /// `aud` is not looked at.
        case any
        /// `aud` must hold one of these.
        case oneOf(Set<ExactString>)
    }

    /// The values of Cognito's `token_use`.
    package enum TokenUse: String, CaseIterable, Sendable { case access, id }

    /// The alias for logs, rules and context.
    package var name: ExactString
    /// What `iss` must be, byte for byte: no normalisation of URLs.
    package var issuer: ExactString
    package var audiences: Audiences
    /// Whose tokens these are; `nil` for every client's.
    package var clients: Set<ExactString>?
    /// `nil` where `token_use` is not looked at.
    package var tokenUse: TokenUse?
    /// The header's `typ`; `nil` where it is not looked at.
    package var type: MediaType?
    package var algorithms: Set<Algorithm>
    package var leewayInSeconds: UInt16
    /// The longest `exp` − `iat`; `nil` for no bound.
    package var maxLifetimeInSeconds: UInt32?
    package var requiredClaims: [RequiredClaim]
    /// The claim that holds the scopes: `scope` (RFC 8693 §4.2), or the name another issuer uses, such as `scp`.
    package var scopeClaim: String
    package var groupsClaim: String

    package init(
        name: ExactString, issuer: ExactString, audiences: Audiences, clients: Set<ExactString>? = nil,
        tokenUse: TokenUse? = nil, type: MediaType? = nil, algorithms: Set<Algorithm> = [.rs256],
        leewayInSeconds: UInt16 = 0, maxLifetimeInSeconds: UInt32? = nil, requiredClaims: [RequiredClaim] = [],
        scopeClaim: String = "scope", groupsClaim: String = "cognito:groups"
    ) {
        self.name = name
        self.issuer = issuer
        self.audiences = audiences
        self.clients = clients
        self.tokenUse = tokenUse
        self.type = type
        self.algorithms = algorithms
        self.leewayInSeconds = leewayInSeconds
        self.maxLifetimeInSeconds = maxLifetimeInSeconds
        self.requiredClaims = requiredClaims
        self.scopeClaim = scopeClaim
        self.groupsClaim = groupsClaim
    }
}

extension IssuerPolicy {
    /// Whether the tokens of a client, or with `nil` those that name none, are judged under this policy.
    package func admits(_ client: ExactString?) -> Bool {
        guard let clients else { return true }
        return client.map(clients.contains) ?? false
    }
}

/// A claim that must be there with one of these values.
package struct RequiredClaim: Sendable {
    package let name: ExactString
    package let values: [ClaimValue]

    /// - Parameters:
    ///   - name: The claim.
    ///   - values: One of them must be the claim's value, or an element of it where the claim is an array.
    package init(name: ExactString, values: [ClaimValue]) {
        self.name = name
        self.values = values
    }

    func isMet(by claim: JSONValue?) -> Bool {
        guard let claim else { return false }
        if let elements = claim.elements { return elements.contains(where: isOneOfTheValues) }
        return isOneOfTheValues(claim)
    }

    private func isOneOfTheValues(_ value: JSONValue) -> Bool {
        ClaimValue(value).map(values.contains) ?? false
    }
}

/// A scalar that a claim is compared with. Nothing is converted: `"1"`, `1` and `true` differ.
package enum ClaimValue: Hashable, Sendable {
    case string(ExactString)
    /// A whole number, however it is written: `1`, `1.0` and `1e0` are one.
    case integer(Int64)
    /// Any other number, by its text.
    case decimal(ExactString)
    case bool(Bool)

    /// - Returns: `nil` for null, an array or an object.
    package init?(_ value: JSONValue) {
        if let text = value.exactString {
            self = .string(text)
        } else if let number = value.number {
            self = number.integer.map { .integer($0) } ?? .decimal(ExactString(utf8: number.text))
        } else if let bool = value.bool {
            self = .bool(bool)
        } else {
            return nil
        }
    }
}

/// A `typ` as RFC 7515 §4.1.9 compares it: letters without case, `application/` left off. `at+jwt` and
/// `application/AT+JWT` are one.
package struct MediaType: Hashable, Sendable {
    private let canonical: [UInt8]

    package init(utf8 text: some Collection<UInt8>) {
        var lowered = text.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
        let prefix = "application/"
        // "It is RECOMMENDED that producers omit an 'application/' prefix […] when no other '/' appears."
        if lowered.starts(with: prefix.utf8), !lowered.dropFirst(prefix.utf8.count).contains(UInt8(ascii: "/")) {
            lowered.removeFirst(prefix.utf8.count)
        }
        canonical = lowered
    }

    package init(_ text: String) { self.init(utf8: text.utf8) }
}

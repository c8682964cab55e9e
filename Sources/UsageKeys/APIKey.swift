package import StrictJSON

/// An API key of API Gateway (API_ApiKey).
package struct APIKey: Equatable, Sendable {
    package let id: String
    /// Unique within an account and region, and never changed.
    package let value: ExactString
    package var name: String
    package var isEnabled: Bool
    package var description: String
    package let tags: [ExactString: ExactString]

    package init(
        id: String, value: ExactString, name: String, isEnabled: Bool, description: String,
        tags: [ExactString: ExactString]
    ) {
        self.id = id
        self.value = value
        self.name = name
        self.isEnabled = isEnabled
        self.description = description
        self.tags = tags
    }
}

/// Whose key it is, as its tags say. A key without these tags is never changed.
package struct KeyMark: Hashable, Sendable {
    /// The user pool that the key is kept in step with.
    package let pool: ExactString
    package let owner: KeyOwner

    package init(pool: ExactString, owner: KeyOwner) {
        self.pool = pool
        self.owner = owner
    }

    package static let poolTag: ExactString = "turnstile:pool"
    package static let clientTag: ExactString = "turnstile:client"

    /// - Returns: `nil` for a key that something else made.
    package init?(of key: APIKey) {
        guard let pool = key.tags[Self.poolTag], let owner = key.tags[Self.clientTag] else { return nil }
        self.init(pool: pool, owner: KeyOwner(tag: owner))
    }

    package var tags: [(name: ExactString, value: ExactString)] {
        [(Self.poolTag, pool), (Self.clientTag, owner.tag)]
    }
}

/// For whom a key is.
package enum KeyOwner: Hashable, Sendable {
    /// An app client, by its id.
    case client(ExactString)
    /// Every caller of an issuer whose `usageKey` is `fixed`, by the name of its entry in the configuration.
    case issuer(ExactString)

    /// No client id has a colon (Cognito API, `ClientId`), and a tag's value may (API Gateway API, `CreateApiKey`).
    private static let issuerPrefix = Array("issuer:".utf8)

    init(tag: ExactString) {
        let isIssuer = tag.utf8.starts(with: Self.issuerPrefix)
        self = isIssuer ? .issuer(ExactString(utf8: tag.utf8.dropFirst(Self.issuerPrefix.count))) : .client(tag)
    }

    var tag: ExactString {
        switch self {
        case .client(let id): id
        case .issuer(let name): ExactString(utf8: (Self.issuerPrefix + name.utf8)[...])
        }
    }

    /// The client's id, or the name of the issuer's entry.
    package var name: ExactString {
        switch self {
        case .client(let name), .issuer(let name): name
        }
    }
}

/// What the description of a key says, so that a key which a person disabled is told from one that was disabled
/// because its client had gone.
package enum KeyDescription {
    package static let made = "Made by turnstile keys"
    package static let disabled = "Disabled by turnstile keys: its client is gone"
}

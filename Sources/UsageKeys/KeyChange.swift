import StrictJSON

/// What is to be done about one key, step by step.
package struct KeyChange: Equatable, Sendable {
    /// What the key should be; `nil` for one that nobody wants any more.
    package let wanted: WantedKey?
    /// The key as it was found; `nil` for one that is to be made.
    package let key: APIKey?
    package let owner: KeyOwner
    /// In the order in which they are taken. At least one.
    package let steps: [KeyStep]

    package init(wanted: WantedKey?, key: APIKey?, owner: KeyOwner, steps: [KeyStep]) {
        self.wanted = wanted
        self.key = key
        self.owner = owner
        self.steps = steps
    }

    /// The client's name, or what the key is called.
    package var name: String { wanted?.name ?? key?.name ?? owner.name.description }
}

/// One call that changes something.
package enum KeyStep: Hashable, Sendable {
    case create
    case detach(plan: String)
    case attach(plan: String)
    case rename(String)
    case enable
    case disable
    case delete

    package enum Kind: String, CaseIterable, Sendable {
        case create, detach, attach, rename, enable, disable, delete
    }

    package var kind: Kind {
        switch self {
        case .create: .create
        case .detach: .detach
        case .attach: .attach
        case .rename: .rename
        case .enable: .enable
        case .disable: .disable
        case .delete: .delete
        }
    }
}

package import StrictJSON

/// The value of an API key, as `usageIdentifierKey` names it.
///
/// API Gateway takes 20 to 128 characters (developer guide, *Usage plans and API keys*), "alphanumeric" by its words
/// and with hyphens in AWS's own examples; the underscore is in use too.
package struct UsageKey: Hashable, Sendable {
    package static let lengthInCharacters = 20...128

    package let value: ExactString

    package init(_ value: ExactString) throws(UsageKeyFault) {
        guard Self.lengthInCharacters.contains(value.utf8.count) else {
            throw .unfitLength(value.utf8.count)
        }
        guard value.utf8.allSatisfy(Self.isKeyCharacter) else { throw .unfitCharacter }
        self.value = value
    }

    private static func isKeyCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// Why a caller that is to be metered has no usable API key. No case carries the key.
package enum UsageKeyFault: Error, Equatable, Sendable {
    case noClientID
    case claimMissing(String)
    case claimNotAString(String)
    case clientNotMapped
    case unfitLength(Int)
    case unfitCharacter
    /// The hash could not be computed.
    case hashUnavailable
}

extension UsageKeyFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noClientID: "usage key is made of the client id, and the token names no client"
        case .claimMissing(let claim): "usage key is taken from claim \(claim), which the token does not have"
        case .claimNotAString(let claim): "usage key is taken from claim \(claim), which is not a string"
        case .clientNotMapped: "usage key is looked up by client, and the map does not name this one"
        case .unfitLength(let length): "usage key has \(length) characters, and API Gateway takes 20 to 128"
        case .unfitCharacter: "usage key has a character other than A-Z a-z 0-9 - _"
        case .hashUnavailable: "usage key is an HMAC, which could not be computed"
        }
    }
}

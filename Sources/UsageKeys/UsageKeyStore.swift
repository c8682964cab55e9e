package import AWSClient
package import StrictJSON

/// API keys and the plans they are in, as API Gateway keeps them. Each call is one that may fail, and of which may be
/// unknown what came of it.
package protocol UsageKeyStore {
    /// - Returns: The new key's id.
    mutating func create(_ wanted: WantedKey, for pool: ExactString) throws(AWSError) -> String
    mutating func attach(_ key: String, to plan: String) throws(AWSError)
    mutating func detach(_ key: String, from plan: String) throws(AWSError)
    mutating func update(_ key: String, with changes: [KeyUpdate]) throws(AWSError)
    mutating func delete(_ key: String) throws(AWSError)

    /// The key with this value, whoever made it.
    mutating func key(valued value: ExactString) throws(AWSError) -> APIKey?
    mutating func isAttached(_ key: String, to plan: String) throws(AWSError) -> Bool
    /// The ids of the plans that a key is in.
    mutating func plans(of key: String) throws(AWSError) -> [String]

    /// Lets some time pass before a call is tried once more.
    ///
    /// - Parameter attempt: How often it was tried, from 1.
    mutating func wait(after attempt: Int)
}

/// One member of a key that is set anew.
package enum KeyUpdate: Hashable, Sendable {
    case name(String)
    case enabled(Bool)
    case description(String)
}

/// What proves to AWS who asks.
package struct AWSCredentials: Equatable, Sendable {
    package let accessKeyID: String
    package let secretAccessKey: String
    /// Of temporary credentials.
    package let sessionToken: String?
    /// Seconds since 1970-01-01T00:00:00Z; `nil` where nobody says when they end.
    package let expiration: Int64?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Int64? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }
}

extension AWSCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key id is no secret; the rest is.
    package var description: String { "credentials of \(accessKeyID)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}

extension AWSCredentials {
    /// A text of AWS without what it may repeat of these: a wrong signature is answered with all that was signed, the
    /// session token included.
    func withholdingSecrets(_ text: String) -> String {
        for secret in [secretAccessKey, sessionToken] where secret.map({ text.repeats($0) }) ?? false {
            return "(a message that repeats a secret)"
        }
        return text
    }
}

extension String {
    /// As much of a secret as tells it.
    private static let tellingLength = 12

    /// Whether the text holds a secret, or its beginning: a message that is long is cut, and the secret with it.
    func repeats(_ secret: String) -> Bool {
        !secret.isEmpty && contains(secret.prefix(Self.tellingLength))
    }
}

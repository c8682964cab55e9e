/// Why settings or credentials that were said to be somewhere could not be had from there. Holds no secret.
package struct CredentialsError: Error, Equatable, Sendable {
    /// Where: a variable, a file with its line, a program, an address.
    package let place: String
    package let reason: String
    package let remedy: String

    package init(_ place: String, _ reason: String, _ remedy: String) {
        self.place = place
        self.reason = reason
        self.remedy = remedy
    }
}

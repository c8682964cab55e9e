/// Why a configuration was not accepted: which file, which member of it, which rule it breaks.
package struct ConfigurationError: Error, Equatable, Sendable {
    package let file: String
    /// As `issuers[0].usageKey.from`; empty for the whole file.
    package let member: String
    package let fault: Fault

    /// `found` is the text of the file, before any `${NAME}` was replaced; it is left out of members that hold
    /// secrets.
    package enum Fault: Equatable, Sendable {
        case unreadable(FileError)
        case notJSON(String)
        case unknownMember(allowed: [String])
        case missing(allowed: String)
        case wrong(found: String, allowed: String)
        /// Members that cannot stand together, or other rules that concern more than one of them.
        case inconsistent(String)
        case variableUnset(String)
    }

    package init(file: String, member: String, fault: Fault) {
        self.file = file
        self.member = member
        self.fault = fault
    }

    /// Stable, for logs and for `errorType`.
    package var code: String { "configuration_wrong" }
}

extension ConfigurationError: CustomStringConvertible {
    package var description: String { member.isEmpty ? "\(file): \(fault)" : "\(file): \(member): \(fault)" }
}

extension ConfigurationError.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let error): error.description
        case .notJSON(let reason): reason
        case .unknownMember(let allowed): "there is no such member; allowed here: \(allowed.joined(separator: ", "))"
        case .missing(let allowed): "is missing; needed: \(allowed)"
        case .wrong(let found, let allowed): "found \(found); allowed: \(allowed)"
        case .inconsistent(let rule): rule
        case .variableUnset(let name): "the environment variable \(name) is not set"
        }
    }
}

package import StrictJSON

extension ClaimsSet {
    /// The scopes that a claim grants: a string divided at U+0020 only (RFC 6749 §3.3), or, for a claim other than
    /// `scope`, also an array of strings. Whatever is not wholly well-formed grants nothing.
    func scopes(named name: String) -> Set<ExactString> {
        guard let claim = payload[name] else { return [] }
        if let text = claim.utf8 { return Self.scopes(in: text) ?? [] }
        guard name != "scope", let elements = claim.elements else { return [] }
        var scopes: Set<ExactString> = []
        for element in elements {
            guard let text = element.utf8, !text.isEmpty, text.allSatisfy(ScopeToken.isCharacter) else { return [] }
            scopes.insert(ExactString(utf8: text))
        }
        return scopes
    }

    /// The groups that a claim names; none unless it is an array of strings.
    func groups(named name: String) -> Set<ExactString> {
        guard let elements = payload[name]?.elements else { return [] }
        var groups: Set<ExactString> = []
        for element in elements {
            guard let group = element.exactString else { return [] }
            groups.insert(group)
        }
        return groups
    }

    private static func scopes(in text: ArraySlice<UInt8>) -> Set<ExactString>? {
        let space = UInt8(ascii: " ")
        var scopes: Set<ExactString> = []
        var rest = text
        while true {
            let length = rest.span.firstIndex(of: space) ?? rest.count
            let scope = rest.prefix(length)
            // The plain text of JSON is the characters of a scope token and the space.
            guard PlainText.isAll(of: scope.span) else { return nil }
            if !scope.isEmpty { scopes.insert(ExactString(utf8: scope)) }
            guard length < rest.count else { return scopes }
            rest = rest.dropFirst(length + 1)
        }
    }
}

/// `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )` (RFC 6749 §3.3).
package enum ScopeToken {
    package static func isValid(_ text: ExactString) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isCharacter)
    }

    static func isCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x23...0x5B, 0x5D...0x7E: true
        default: false
        }
    }
}

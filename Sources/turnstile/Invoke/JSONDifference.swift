import StrictJSON

/// Compares two JSON values by what they mean: the order of members and the spelling of numbers do not count.
enum JSONDifference {
    /// What differs, as one line for a person; `nil` where nothing does. An expected `null` says that the member must
    /// not be there.
    static func between(expected: JSONValue, found: JSONValue?, _ name: String) -> String? {
        if expected.isNull, found?.isNull ?? true { return nil }
        guard let found, areEqual(expected, found) else {
            let wanted = expected.isNull ? "none" : text(expected)
            return "\(name): expected \(wanted), found \(found.map(text) ?? "none")"
        }
        return nil
    }

    static func areEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
        guard left.kind == right.kind else { return false }
        switch left.kind {
        case .null: return true
        case .boolean: return left.bool == right.bool
        case .string: return left.exactString == right.exactString
        case .number:
            guard let number = left.number?.integer else { return left.text.elementsEqual(right.text) }
            return number == right.number?.integer
        case .array:
            let (lefts, rights) = (left.elements.map { Array($0) } ?? [], right.elements.map { Array($0) } ?? [])
            return lefts.count == rights.count && zip(lefts, rights).allSatisfy(areEqual)
        case .object:
            let members = left.members.map { Array($0) } ?? []
            guard members.count == right.members.map({ Array($0) })?.count else { return false }
            return members.allSatisfy { member in right[member.name].map { areEqual(member.value, $0) } ?? false }
        }
    }

    private static func text(_ value: JSONValue) -> String { String(decoding: value.text, as: UTF8.self) }
}

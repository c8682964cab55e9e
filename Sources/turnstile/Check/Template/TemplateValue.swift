/// A value of a template, in YAML or in JSON. Scalars are kept as they are written: a template's `300` and `"300"` mean
/// the same to CloudFormation, and so does `!Ref X` and `{"Ref": "X"}`, which is how short forms are kept.
indirect enum TemplateValue: Equatable, Sendable {
    case null
    case scalar(String)
    case list([TemplateValue])
    case map([Member])

    struct Member: Equatable, Sendable {
        let name: String
        let value: TemplateValue
    }

    /// The member of this name, whose spelling is compared byte for byte.
    subscript(_ name: String) -> TemplateValue? {
        members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    var members: [Member] {
        guard case .map(let members) = self else { return [] }
        return members
    }

    var elements: [TemplateValue] {
        guard case .list(let elements) = self else { return [] }
        return elements
    }

    /// A scalar's text.
    var text: String? {
        guard case .scalar(let text) = self else { return nil }
        return text
    }

    /// `nil` also for what is not known before it is deployed.
    var bool: Bool? {
        switch text?.lowercased() {
        case "true"?: true
        case "false"?: false
        default: nil
        }
    }

    var integer: Int? { text.flatMap { Int($0) } }

    /// The function of CloudFormation that this is a call of.
    var function: (name: String, argument: TemplateValue)? {
        guard case .map(let members) = self, members.count == 1, let call = members.first,
            call.name == "Ref" || call.name == "Condition" || call.name.hasPrefix("Fn::")
        else { return nil }
        return (call.name, call.value)
    }

    /// The logical id that `Ref` or `Fn::GetAtt` names, without what of it is meant: `Api` of `Api.RootResourceId`.
    var reference: String? {
        guard let (name, argument) = function else { return nil }
        switch name {
        case "Ref": return argument.text.map(Self.logicalID)
        case "Fn::GetAtt": return (argument.text ?? argument.elements.first?.text).map(Self.logicalID)
        default: return nil
        }
    }

    private static func logicalID(_ text: String) -> String { String(text.prefix { $0 != "." }) }

    /// How SAM lays the properties of a resource over those of `Globals`: maps are joined, lists follow each other, and
    /// anything else takes the place of what was there (SAM specification, *Globals section*).
    func overlaid(with other: TemplateValue) -> TemplateValue {
        switch (self, other) {
        case (.map(let below), .map(let above)) where function == nil && other.function == nil:
            var members = below.map { member in
                Member(name: member.name, value: other[member.name].map(member.value.overlaid) ?? member.value)
            }
            members += above.filter { self[$0.name] == nil }
            return .map(members)
        case (.list(let below), .list(let above)): return .list(below + above)
        default: return other
        }
    }
}

/// A text of a template, as far as it can be told before it is deployed.
enum TemplateText: Equatable, Sendable {
    case known(String)
    /// With what the template says instead.
    case unknown(String)
    case absent

    var text: String? {
        guard case .known(let text) = self else { return nil }
        return text
    }

    /// The text, or what the template says instead.
    var shown: String? {
        switch self {
        case .known(let text), .unknown(let text): text
        case .absent: nil
        }
    }
}

/// A template of SAM or CloudFormation, and what is known of its parameters.
struct Template: Sendable {
    struct Resource: Sendable {
        let id: String
        let type: String
        let properties: TemplateValue
        /// The condition under which there is such a resource.
        let condition: String?
    }

    let resources: [Resource]
    /// What of it was not read, and why.
    let unread: [String]
    private let resourcesByID: [String: Resource]
    private let globals: TemplateValue
    private let parameters: [String: String]

    /// - Parameters:
    ///   - root: The whole.
    ///   - parameters: The values that are given for parameters. Defaults are not looked at: what is deployed may differ.
    init(_ root: TemplateValue, parameters: [String: String] = [:]) {
        let members = root["Resources"]?.members ?? []
        // `Fn::ForEach` and `Fn::Transform` make resources of their own.
        unread = members.filter { $0.name.hasPrefix("Fn::") }.map { "Resources: \($0.name) is not followed" }
        resources = members.map { member in
            Resource(
                id: member.name, type: member.value["Type"]?.text ?? "",
                properties: member.value["Properties"] ?? .map([]), condition: member.value["Condition"]?.text)
        }
        resourcesByID = Dictionary(resources.map { ($0.id, $0) }) { first, _ in first }
        globals = root["Globals"] ?? .map([])
        self.parameters = parameters
    }

    func resources(of types: String...) -> [Resource] { resources.filter { types.contains($0.type) } }

    func resource(_ id: String?) -> Resource? { id.flatMap { resourcesByID[$0] } }

    /// What `Globals` says for a kind of resource.
    func globals(for kind: String) -> TemplateValue { globals[kind] ?? .map([]) }

    // MARK: Texts

    func text(_ value: TemplateValue?) -> TemplateText {
        guard let value else { return .absent }
        if let text = value.text { return .known(text) }
        guard let (name, argument) = value.function else { return value == .null ? .absent : .unknown("no text") }
        switch name {
        case "Ref": return reference(argument.text ?? "")
        case "Fn::Sub": return substitute(argument)
        case "Fn::Join": return join(argument)
        default: return .unknown("!\(name.hasPrefix("Fn::") ? String(name.dropFirst(4)) : name)")
        }
    }

    private func reference(_ name: String) -> TemplateText {
        if name == "AWS::NoValue" { return .absent }
        return parameters[name].map { .known($0) } ?? .unknown("!Ref \(name)")
    }

    private func join(_ argument: TemplateValue) -> TemplateText {
        guard let separator = argument.elements.first?.text, argument.elements.count == 2 else {
            return .unknown("!Join")
        }
        var parts: [String] = []
        for element in argument.elements[1].elements {
            guard let part = text(element).text else { return .unknown("!Join") }
            parts.append(part)
        }
        return .known(parts.joined(separator: separator))
    }

    /// `${Name}` is replaced, `${!Name}` means `${Name}` (CloudFormation user guide, `Fn::Sub`).
    private func substitute(_ argument: TemplateValue) -> TemplateText {
        guard let pattern = argument.text ?? argument.elements.first?.text else { return .unknown("!Sub") }
        let variables = argument.elements.count > 1 ? argument.elements[1] : .map([])
        var result = ""
        var rest = pattern[...]
        while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            result += rest[..<start.lowerBound]
            let name = String(rest[start.upperBound..<end])
            if name.hasPrefix("!") {
                result += "${\(name.dropFirst())}"
            } else {
                let value = variables[name].map(text) ?? reference(name)
                guard let known = value.text else { return .unknown("!Sub \(pattern)") }
                result += known
            }
            rest = rest[rest.index(after: end)...]
        }
        return .known(result + rest)
    }

    // MARK: Functions

    private static let functionTypes = ["AWS::Serverless::Function", "AWS::Lambda::Function"]

    /// The functions of this template that a value names, as an ARN does that is put together of them.
    func functions(namedIn value: TemplateValue) -> [String] {
        if let name = value.reference { return function(name) }
        switch value {
        case .null: return []
        case .scalar(let text):
            return text.split(separator: "${").dropFirst().flatMap { part in
                function(String(part.prefix { $0 != "}" && $0 != "." }))
            }
        case .list(let elements): return elements.flatMap(functions)
        case .map(let members): return members.flatMap { functions(namedIn: $0.value) }
        }
    }

    /// A function, or the one that an alias or a version is of.
    private func function(_ id: String) -> [String] {
        guard let resource = resource(id) else { return [] }
        if Self.functionTypes.contains(resource.type) { return [id] }
        guard ["AWS::Lambda::Alias", "AWS::Lambda::Version"].contains(resource.type),
            let name = resource.properties["FunctionName"]?.reference, name != id
        else { return [] }
        return Self.functionTypes.contains(self.resource(name)?.type ?? "") ? [name] : []
    }
}

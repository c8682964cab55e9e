import Yams

/// One YAML document as a template's value.
struct YAMLTree {
    struct Fault: Error {
        let why: String
    }

    private var valuesLeft = TemplateReader.valueLimit

    static func parse(_ text: String) -> Result<TemplateValue, Fault> {
        do {
            // Nothing is resolved: a template's scalars stay as they are written. UTF-8 is what was read.
            let root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
            guard let root else { return .failure(Fault(why: "it is empty")) }
            var tree = YAMLTree()
            return .success(try tree.value(root, depth: 0))
        } catch let fault as Fault {
            return .failure(fault)
        } catch let error as YamlError {
            return .failure(Fault(why: error.explanation))
        } catch {
            return .failure(Fault(why: "it is not YAML"))
        }
    }

    private mutating func value(_ node: Node, depth: Int) throws(Fault) -> TemplateValue {
        guard depth < TemplateReader.depthLimit else {
            throw Fault(why: "it nests deeper than \(TemplateReader.depthLimit) levels")
        }
        valuesLeft -= 1
        guard valuesLeft > 0 else { throw Fault(why: "it has more than \(TemplateReader.valueLimit) values") }
        switch node {
        case .scalar(let scalar):
            let isNull = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            return Self.call(node.tag, isNull ? .null : .scalar(scalar.string))
        case .sequence(let sequence):
            var elements: [TemplateValue] = []
            for element in sequence { elements.append(try value(element, depth: depth + 1)) }
            return Self.call(node.tag, .list(elements))
        case .mapping(let mapping):
            return Self.call(node.tag, .map(try members(mapping, depth: depth)))
        case .alias:
            throw Fault(why: "it has an alias without an anchor")
        }
    }

    private mutating func members(_ mapping: Node.Mapping, depth: Int) throws(Fault) -> [TemplateValue.Member] {
        var members: [TemplateValue.Member] = []
        var merged: [TemplateValue.Member] = []
        for (key, value) in mapping {
            guard case .scalar(let name) = key else { throw Fault(why: "a name in it is a list or a map") }
            let value = try self.value(value, depth: depth + 1)
            if name.string == "<<", name.style == .plain {
                merged += (value.members.isEmpty ? value.elements.flatMap(\.members) : value.members)
            } else {
                members.append(TemplateValue.Member(name: name.string, value: value))
            }
        }
        // What is written stands before what is merged in, and what is merged first before the rest.
        for member in merged where !members.contains(where: { $0.name == member.name }) { members.append(member) }
        return members
    }

    /// `!Ref X` as `{"Ref": X}`, `!Sub X` as `{"Fn::Sub": X}`: the short form that CloudFormation has for its functions.
    private static func call(_ tag: Tag, _ argument: TemplateValue) -> TemplateValue {
        let text = tag.description
        guard text.hasPrefix("!"), text.count > 1 else { return argument }
        let short = String(text.dropFirst())
        let name = short == "Ref" || short == "Condition" ? short : "Fn::\(short)"
        return .map([TemplateValue.Member(name: name, value: argument)])
    }
}

extension YamlError {
    /// The rule and the place, without the lines around it.
    fileprivate var explanation: String {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return "line \(mark.line): \(problem)"
        case .duplicatedKeysInMapping(let duplicates, let context):
            return "line \(context.mark.line): \(duplicates.joined(separator: ", ")) stands there twice"
        case .reader(let problem, _, _, _): return problem
        default: return "it is not YAML"
        }
    }
}

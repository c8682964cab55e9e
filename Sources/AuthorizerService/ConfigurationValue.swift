import StrictJSON

/// One value of a configuration file, with the path that leads to it, so that every fault can name its place.
struct ConfigurationValue {
    let json: JSONValue
    let file: String
    let place: ConfigurationPlace
    /// Whether an error may quote the value.
    var isSecret = false
    let environment: (String) -> String?

    func fault(_ fault: ConfigurationError.Fault) -> ConfigurationError {
        ConfigurationError(file: file, member: place.description, fault: fault)
    }

    func wrong(allowed: String) -> ConfigurationError { fault(.wrong(found: found, allowed: allowed)) }

    /// The most of a value that an error quotes, in bytes.
    private static let quotedLimit = 80

    private var found: String {
        guard !isSecret else { return "a \(json.kind.rawValue) that is not shown" }
        switch json.kind {
        case .object, .array: return "an \(json.kind.rawValue)"
        case .string, .number, .boolean, .null:
            let text = json.text
            let isShort = text.count <= Self.quotedLimit
            return String(decoding: isShort ? text : text.prefix(Self.quotedLimit), as: UTF8.self)
                + (isShort ? "" : "…")
        }
    }

    // MARK: Objects

    /// The members of an object, all of whose names are allowed.
    func object(allowing names: [String]) throws(ConfigurationError) -> ConfigurationObject {
        guard let members = json.members else { throw wrong(allowed: "an object") }
        for member in members where !names.contains(where: { member.nameUTF8.elementsEqual($0.utf8) }) {
            throw child(named: member.name, member.value).fault(.unknownMember(allowed: names))
        }
        return ConfigurationObject(value: self)
    }

    /// The members of an object whose names are free.
    func entries() throws(ConfigurationError) -> [(name: String, value: ConfigurationValue)] {
        guard let members = json.members else { throw wrong(allowed: "an object") }
        return members.map { ($0.name, child(named: $0.name, $0.value)) }
    }

    func child(named name: String, _ json: JSONValue) -> ConfigurationValue {
        ConfigurationValue(
            json: json, file: file, place: .member(name, of: place), isSecret: isSecret, environment: environment)
    }

    // MARK: Scalars and arrays

    /// A string with every `${NAME}` replaced from the environment; never empty.
    func string(allowed: String = "a string that is not empty") throws(ConfigurationError) -> String {
        guard let text = json.string else { throw wrong(allowed: allowed) }
        let value = try expand(text)
        guard !value.isEmpty else { throw wrong(allowed: allowed) }
        return value
    }

    func exactString() throws(ConfigurationError) -> ExactString { ExactString(try string()) }

    /// An array of one element or more.
    func array(of elements: String) throws(ConfigurationError) -> [ConfigurationValue] {
        guard let all = json.elements else { throw wrong(allowed: "an array of \(elements)") }
        let values = all.enumerated().map { index, json in
            ConfigurationValue(
                json: json, file: file, place: .element(index, of: place), isSecret: isSecret,
                environment: environment)
        }
        guard !values.isEmpty else { throw wrong(allowed: "an array of \(elements), with one or more of them") }
        return values
    }

    /// An array of one or more different strings.
    func exactStrings() throws(ConfigurationError) -> [ExactString] {
        var strings: [ExactString] = []
        for element in try array(of: "strings") {
            let string = try element.exactString()
            guard !strings.contains(string) else { throw element.wrong(allowed: "each value once") }
            strings.append(string)
        }
        return strings
    }

    func integer(in range: ClosedRange<Int64>) throws(ConfigurationError) -> Int64 {
        guard let value = json.number?.integer, range.contains(value) else {
            throw wrong(allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// One of a few words.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _: Choice.Type
    ) throws(ConfigurationError) -> Choice where Choice.RawValue == String {
        let words = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        guard json.kind == .string, let choice = Choice(rawValue: try string(allowed: words)) else {
            throw wrong(allowed: words)
        }
        return choice
    }

    // MARK: Environment

    /// Replaces each `${NAME}`. A `$` that is not followed by `{` stands for itself.
    private func expand(_ text: String) throws(ConfigurationError) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var expanded: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.first {
            guard byte == UInt8(ascii: "$"), rest.dropFirst().first == UInt8(ascii: "{") else {
                expanded.append(byte)
                rest = rest.dropFirst()
                continue
            }
            let name = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "}") }
            guard rest.count > name.count + 2, Self.isVariableName(name) else {
                throw wrong(allowed: "${NAME}, with a NAME of letters, digits and _")
            }
            let variable = String(decoding: name, as: UTF8.self)
            guard let value = environment(variable) else { throw fault(.variableUnset(variable)) }
            expanded += value.utf8
            rest = rest.dropFirst(name.count + 3)
        }
        return String(decoding: expanded, as: UTF8.self)
    }

    private static func isVariableName(_ name: ArraySlice<UInt8>) -> Bool {
        guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else { return false }
        return name.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}

/// The way to a value from the top of its file, spelled out only for an error.
indirect enum ConfigurationPlace {
    case root
    case member(String, of: ConfigurationPlace)
    case element(Int, of: ConfigurationPlace)

    /// As `routes."GET /a".scopes[0]`.
    var description: String {
        switch self {
        case .root: ""
        case .member(let name, .root): Self.step(name)
        case .member(let name, let place): "\(place.description).\(Self.step(name))"
        case .element(let index, let place): "\(place.description)[\(index)]"
        }
    }

    private static func step(_ name: String) -> String {
        let isPlain = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x2E && $0 != 0x5B && $0 < 0x7F }
        return isPlain ? name : "\"\(name)\""
    }
}

/// An object of a configuration file, its names already checked.
struct ConfigurationObject {
    let value: ConfigurationValue

    func optional(_ name: String) -> ConfigurationValue? {
        value.json[name].map { value.child(named: name, $0) }
    }

    func required(_ name: String, _ allowed: String) throws(ConfigurationError) -> ConfigurationValue {
        guard let member = optional(name) else {
            throw value.child(named: name, value.json).fault(.missing(allowed: allowed))
        }
        return member
    }

    /// An optional whole number.
    func integer(_ name: String, in range: ClosedRange<Int64>, default: Int64) throws(ConfigurationError) -> Int64 {
        guard let member = optional(name) else { return `default` }
        return try member.integer(in: range)
    }

    func exactStrings(_ name: String) throws(ConfigurationError) -> [ExactString]? {
        guard let member = optional(name) else { return nil }
        return try member.exactStrings()
    }
}

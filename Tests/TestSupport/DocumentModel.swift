package import StrictJSON

/// A JSON value as data, with which what a document answers is compared. Numbers are texts.
package indirect enum DocumentModel: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(ExactString)
    case array([DocumentModel])
    case object([Member])

    package struct Member: Equatable, Sendable {
        package var name: ExactString
        package var value: DocumentModel

        package init(name: ExactString, value: DocumentModel) {
            self.name = name
            self.value = value
        }
    }

    /// What the accessors of a value answer, taken together; `nil` if they contradict one another.
    package init?(_ value: JSONValue) {
        switch value.kind {
        case .null:
            guard value.isNull else { return nil }
            self = .null
        case .boolean:
            guard let bool = value.bool else { return nil }
            self = .bool(bool)
        case .number:
            guard let number = value.number else { return nil }
            self = .number(String(decoding: number.text, as: UTF8.self))
        case .string:
            guard let string = value.exactString else { return nil }
            self = .string(string)
        case .array:
            guard let elements = value.elements else { return nil }
            let models = elements.map { Self($0) }
            guard !models.contains(nil) else { return nil }
            self = .array(models.compactMap { $0 })
        case .object:
            guard let members = value.members else { return nil }
            let models = members.map { member in
                Self(member.value).map { Member(name: ExactString(utf8: member.nameUTF8), value: $0) }
            }
            guard !models.contains(nil) else { return nil }
            self = .object(models.compactMap { $0 })
        }
    }

    package func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let bool): writer.bool(bool)
        case .number(let text): writer.raw(Array(text.utf8)[...])
        case .string(let string): writer.string(string)
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for member in members {
                writer.name(member.name.description)
                member.value.write(to: &writer)
            }
            writer.endObject()
        }
    }
}

// MARK: Generating

extension DocumentModel {
    package static func random(depth: Int, using random: inout SeededRandom) -> Self {
        let count = Int.random(in: 0...(random.oneIn(30) ? 60 : 4), using: &random)
        switch Int.random(in: depth > 0 ? 0..<8 : 0..<5, using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .number(randomNumber(using: &random))
        case 3, 4: return .string(randomString(using: &random))
        case 5: return .array((0..<count).map { _ in Self.random(depth: depth - 1, using: &random) })
        default:
            let names = Set((0..<count).map { _ in randomString(using: &random) }).sorted()
            return .object(names.map { Member(name: $0, value: .random(depth: depth - 1, using: &random)) })
        }
    }

    package static func randomNumber(using random: inout SeededRandom) -> String {
        func digits(_ random: inout SeededRandom) -> String {
            String((0..<Int.random(in: 1...5, using: &random)).map { _ in random.pick(Array("0123456789")) })
        }
        var text = random.oneIn(3) ? "-" : ""
        text += random.oneIn(3) ? "0" : "\(Int.random(in: 1..<100_000, using: &random))"
        if random.oneIn(3) { text += "." + digits(&random) }
        if random.oneIn(3) {
            text += random.pick(["e", "E", "e+", "E+", "e-", "E-"]) + random.pick(["0", "7", "00", "21"])
        }
        return text
    }

    /// Short and from a small alphabet, so that names come close to one another.
    package static func randomString(using random: inout SeededRandom) -> ExactString {
        let scalars: [Unicode.Scalar] = [
            "a", "b", "A", " ", "\"", "\\", "/", "\u{0}", "\n", "\u{1F}", "\u{7F}", "\u{80}", "é", "\u{301}", "e",
            "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}", "😀",
        ]
        let length = Int.random(in: 0...(random.oneIn(20) ? 40 : 4), using: &random)
        let chosen = (0..<length).map { _ in random.oneIn(2) ? "a" : random.pick(scalars) }
        return ExactString(String(String.UnicodeScalarView(chosen)))
    }
}

// MARK: Shrinking

extension DocumentModel {
    package var smaller: [Self] {
        switch self {
        case .null: []
        case .bool, .number("0"): [.null]
        case .number: [.number("0"), .null]
        case .string(let string): [.null] + Self.smaller(string).map { .string($0) }
        case .array(let elements):
            elements + shrunken(elements) { $0.smaller }.map { .array($0) } + (elements.isEmpty ? [.null] : [])
        case .object(let members):
            members.map { $0.value } + (members.isEmpty ? [.null] : [])
                + shrunken(members) { member in member.value.smaller.map { Member(name: member.name, value: $0) } }
                .map { .object($0) }
        }
    }

    private static func smaller(_ string: ExactString) -> [ExactString] {
        shrunken(Array(string.description.unicodeScalars)).map { ExactString(String(String.UnicodeScalarView($0))) }
    }
}

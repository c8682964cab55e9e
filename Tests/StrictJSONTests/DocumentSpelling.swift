import StrictJSON
import TestSupport

/// One of the many texts of a value: with white space, and with characters escaped that need not be.
struct DocumentSpelling: CustomStringConvertible {
    var model: DocumentModel
    /// Decides the white space and the escapes; it stays when the model is shrunken.
    let seed: UInt64

    /// What a text is made of, so that one piece can be spoilt.
    enum Token: Equatable {
        case punctuation(String)
        case literal(String)
        case number(String)
        case string(String)
        case whiteSpace(String)

        var text: String {
            switch self {
            case .punctuation(let text), .literal(let text), .number(let text), .whiteSpace(let text): text
            case .string(let text): "\"\(text)\""
            }
        }
    }

    static func random(using random: inout SeededRandom) -> Self {
        Self(model: .random(depth: 4, using: &random), seed: random.next())
    }

    var smaller: [Self] { model.smaller.map { Self(model: $0, seed: seed) } }
    var text: [UInt8] { Self.text(of: tokens) }
    var description: String { String(decoding: text, as: UTF8.self).debugDescription }

    static func text(of tokens: [Token]) -> [UInt8] { tokens.flatMap { Array($0.text.utf8) } }

    var tokens: [Token] {
        var random = SeededRandom(seed: seed)
        var tokens: [Token] = []
        Self.spell(model, into: &tokens, &random)
        return tokens
    }

    private static func spell(_ model: DocumentModel, into tokens: inout [Token], _ random: inout SeededRandom) {
        space(&tokens, &random)
        switch model {
        case .null: tokens.append(.literal("null"))
        case .bool(let bool): tokens.append(.literal(bool ? "true" : "false"))
        case .number(let text): tokens.append(.number(text))
        case .string(let string): tokens.append(.string(spelling(of: string.description, &random)))
        case .array(let elements):
            tokens.append(.punctuation("["))
            for (index, element) in elements.enumerated() {
                if index > 0 { tokens.append(.punctuation(",")) }
                spell(element, into: &tokens, &random)
            }
            space(&tokens, &random)
            tokens.append(.punctuation("]"))
        case .object(let members):
            tokens.append(.punctuation("{"))
            for (index, member) in members.enumerated() {
                if index > 0 { tokens.append(.punctuation(",")) }
                space(&tokens, &random)
                tokens.append(.string(spelling(of: member.name.description, &random)))
                space(&tokens, &random)
                tokens.append(.punctuation(":"))
                spell(member.value, into: &tokens, &random)
            }
            space(&tokens, &random)
            tokens.append(.punctuation("}"))
        }
        space(&tokens, &random)
    }

    private static func space(_ tokens: inout [Token], _ random: inout SeededRandom) {
        guard random.oneIn(6) else { return }
        tokens.append(.whiteSpace(random.pick([" ", "\n", "\t", "\r", "\r\n  "])))
    }

    /// RFC 8259 §7: any character may be escaped, some must be, a few have an escape of two characters.
    static func spelling(of string: String, _ random: inout SeededRandom) -> String {
        string.unicodeScalars.map { scalar in
            let short = shortEscapes[scalar]
            let mustBeEscaped = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            guard mustBeEscaped || random.oneIn(8) else { return String(Character(scalar)) }
            if let short, random.oneIn(2) { return short }
            return escape(scalar, capital: random.oneIn(2))
        }.joined()
    }

    static func escape(_ scalar: Unicode.Scalar, capital: Bool) -> String {
        String(Character(scalar)).utf16.map { unit in
            let digits = String(unit, radix: 16, uppercase: capital)
            return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        }.joined()
    }

    private static let shortEscapes: [Unicode.Scalar: String] = [
        "\"": #"\""#, "\\": #"\\"#, "/": #"\/"#, "\u{8}": #"\b"#, "\u{C}": #"\f"#, "\n": #"\n"#, "\r": #"\r"#,
        "\t": #"\t"#,
    ]
}

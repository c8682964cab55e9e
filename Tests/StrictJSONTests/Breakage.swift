import StrictJSON
import TestSupport

/// One small way in which a text stops being JSON. Each is certain to break the grammar, whatever text it is done to.
enum Breakage: String, CaseIterable, Sendable {
    case cutShort = "cut short inside its outermost brackets"
    case somethingBehind = "another value behind it"
    case byteOrderMark = "a byte order mark before it"
    case punctuationLost = "a bracket or colon lost"
    case punctuationTwice = "a comma or colon twice"
    case commaLost = "a comma lost"
    case commaAtTheEnd = "a comma before a closing bracket"
    case otherBracket = "a bracket of the other kind"
    case otherSpace = "white space that JSON has not"
    case wordBetween = "a value between two tokens"
    case leadingZero = "a zero before a number"
    case plusSign = "a plus sign before a number"
    case pointAtTheEnd = "a point behind a number"
    case exponentWithoutDigits = "an exponent without digits"
    case minusAlone = "a minus sign for a number"
    case capitalLetter = "a literal with a capital letter"
    case rawControl = "a control character in a string"
    case brokenUTF8 = "a byte in a string that no UTF-8 has"
    case loneSurrogate = "half a surrogate pair in a string"
    case unknownEscape = "an unknown escape in a string"
    case shortEscape = "an escape of three digits in a string"
    case rawQuote = "a quotation mark in a string"
    case apostrophes = "apostrophes instead of quotation marks"
    case comment = "a comment between two tokens"
    case repeatedName = "a name repeated in another spelling"

    /// A broken text, or `nil` where the text has nothing that can be broken in this way.
    func text(from spelling: DocumentSpelling, using random: inout SeededRandom) -> [UInt8]? {
        let tokens = spelling.tokens
        switch self {
        case .cutShort: return cutShort(spelling, using: &random)
        case .somethingBehind: return spelling.text + Array(random.pick([" {}", " 0", ",", "]", " null", "\"\""]).utf8)
        case .byteOrderMark: return [0xEF, 0xBB, 0xBF] + spelling.text
        case .repeatedName: return repeatedName(in: spelling.model, using: &random)
        default: return replaced(in: tokens, using: &random)
        }
    }

    private func replaced(in tokens: [DocumentSpelling.Token], using random: inout SeededRandom) -> [UInt8]? {
        let candidates = tokens.indices.filter { replacement(for: tokens[$0], at: 0) != nil }
        guard !candidates.isEmpty else { return nil }
        let index = random.pick(candidates)
        let before = DocumentSpelling.text(of: Array(tokens[..<index]))
        let behind = DocumentSpelling.text(of: Array(tokens[(index + 1)...]))
        return replacement(for: tokens[index], at: Int.random(in: 0..<100, using: &random)).map { before + $0 + behind }
    }

    /// What stands for a token that is broken in this way; `place` decides where in it, if there is a choice.
    private func replacement(for token: DocumentSpelling.Token, at place: Int) -> [UInt8]? {
        switch (self, token) {
        case (.punctuationLost, .punctuation(let mark)): mark == "," ? nil : []
        case (.punctuationTwice, .punctuation(let mark)): [",", ":"].contains(mark) ? Array((mark + mark).utf8) : nil
        case (.commaLost, .punctuation(let mark)): mark == "," ? [0x20] : nil
        case (.commaAtTheEnd, .punctuation(let mark)): ["]", "}"].contains(mark) ? Array(("," + mark).utf8) : nil
        case (.otherBracket, .punctuation(let mark)): Self.otherBrackets[mark].map { Array($0.utf8) }
        case (.otherSpace, .punctuation(let mark)):
            Array((mark + ["\u{0B}", "\u{0C}", "\u{A0}", "\u{0}", "\u{2028}"][place % 5]).utf8)
        case (.wordBetween, .punctuation(let mark)):
            ["]", "}"].contains(mark) ? Array((" null null" + mark).utf8) : nil
        case (.exponentWithoutDigits, .number(let text)): Array((text + ["e", "E+", "e-"][place % 3]).utf8)
        case (.minusAlone, .number): [UInt8(ascii: "-")]
        case (.shortEscape, .string(let text)): Array((#""\u00f"# + (text.isEmpty ? "" : "\\\\") + text + "\"").utf8)
        case (.rawQuote, .string(let text)): Array(("\"\"x" + text + "\"").utf8)
        case (.leadingZero, .number(let text)):
            Array((text.hasPrefix("-") ? "-0" + text.dropFirst() : "0" + text).utf8)
        case (.plusSign, .number(let text)): Array(("+" + text).utf8)
        case (.pointAtTheEnd, .number(let text)): Array((text + ".").utf8)
        case (.capitalLetter, .literal(let text)): Array((text.prefix(1).uppercased() + text.dropFirst()).utf8)
        case (.rawControl, .string(let text)): insert([UInt8(place % 0x20)], into: text, at: place)
        case (.brokenUTF8, .string(let text)): insert([place % 2 == 0 ? 0xC0 : 0xFF], into: text, at: place)
        case (.loneSurrogate, .string(let text)): Array((#""\uDFFF"# + text + "\"").utf8)
        case (.unknownEscape, .string(let text)): Array((#""\x"# + text + "\"").utf8)
        case (.apostrophes, .string(let text)): Array("'\(text)'".utf8)
        case (.comment, .punctuation(let mark)): Array((mark + "/**/").utf8)
        default: nil
        }
    }

    private static let otherBrackets = ["[": "{", "{": "[", "]": "}", "}": "]"]

    private func insert(_ bytes: [UInt8], into text: String, at place: Int) -> [UInt8] {
        let content = Array(text.utf8)
        let index = place % (content.count + 1)
        return [0x22] + content[..<index] + bytes + content[index...] + [0x22]
    }

    private func cutShort(_ spelling: DocumentSpelling, using random: inout SeededRandom) -> [UInt8]? {
        switch spelling.model {
        case .array, .object, .string:
            guard let end = spelling.text.lastIndex(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
                return nil
            }
            return Array(spelling.text[..<Int.random(in: 0...end, using: &random)])
        default: return nil
        }
    }

    private func repeatedName(in model: DocumentModel, using random: inout SeededRandom) -> [UInt8]? {
        guard case .object(let members) = model, !members.isEmpty else { return nil }
        let name = random.pick(members).name.description
        let again = DocumentSpelling.spelling(of: name, &random)
        let text = DocumentSpelling(model: model, seed: random.next()).text
        guard let end = text.lastIndex(of: UInt8(ascii: "}")) else { return nil }
        return text[..<end] + Array(",\"\(again)\":null}".utf8)
    }
}

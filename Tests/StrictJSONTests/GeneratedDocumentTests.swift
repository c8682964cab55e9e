import Foundation
import StrictJSON
import TestSupport
import Testing

@Suite("RFC 8259, generated documents")
struct GeneratedDocumentTests {
    @Test
    func `every spelling of a value is read as that value`() throws {
        try check(
            seed: 0x8259, count: 3_000, generate: { DocumentSpelling.random(using: &$0) }, shrink: { $0.smaller },
            property: { spelling in
                DocumentModel(try JSONDocument(parsing: spelling.text).root) == spelling.model
            })
    }

    @Test
    func `what is written is read as the same value`() throws {
        try check(
            seed: 0x8260, count: 3_000, generate: { DocumentModel.random(depth: 4, using: &$0) },
            shrink: { $0.smaller },
            property: { model in
                var writer = JSONWriter()
                model.write(to: &writer)
                return DocumentModel(try JSONDocument(parsing: writer.bytes).root) == model
            })
    }

    @Test
    func `every member is found by its name, and is the one that stands in its place`() throws {
        try check(
            seed: 0x8261, count: 2_000, generate: { DocumentSpelling.random(using: &$0) }, shrink: { $0.smaller },
            property: { spelling in
                let root = try JSONDocument(parsing: spelling.text).root
                guard case .object(let members) = spelling.model else { return root["a"] == nil }
                return members.allSatisfy { member in
                    root[member.name.description].flatMap { DocumentModel($0) } == member.value
                        && root[member.name.description + "b"].flatMap { DocumentModel($0) }
                            == members.first { $0.name == ExactString(member.name.description + "b") }?.value
                }
            })
    }

    @Test(arguments: Breakage.allCases)
    func `threat 33, threat 34, threat 35: a document minimally broken is refused`(_ breakage: Breakage) throws {
        var broken = 0
        try check(
            seed: 0x8262, count: 500, generate: { ($0.next(), DocumentSpelling.random(using: &$0)) },
            shrink: { seed, spelling in spelling.smaller.map { (seed, $0) } },
            property: { seed, spelling in
                var random = SeededRandom(seed: seed)
                guard let text = breakage.text(from: spelling, using: &random) else { return true }
                broken += 1
                return refusal(of: text) != nil
            })
        #expect(broken > 50)
    }

    /// Bytes changed at random are mostly, but not always, no JSON any more. Whatever is still accepted must also be
    /// JSON to a parser that others wrote, and an error must lie within the text.
    @Test
    func `threat 33, threat 35: a document changed at random is refused, or is JSON to Foundation too`() throws {
        var accepted = 0
        try check(
            seed: 0x8263, count: 5_000, generate: { Self.mutated(using: &$0) }, shrink: { shrunken($0) },
            property: { text in
                do {
                    let root = try JSONDocument(parsing: text).root
                    accepted += 1
                    guard let model = DocumentModel(root) else { return false }
                    return model.exceedsDouble || Self.isJSONToFoundation(text)
                } catch let error as JSONError {
                    return error.offset.map { (0...text.count).contains($0) } ?? false
                }
            })
        #expect(accepted > 100)
    }

    private static func mutated(using random: inout SeededRandom) -> [UInt8] {
        var text = DocumentSpelling.random(using: &random).text
        for _ in 0..<Int.random(in: 1...3, using: &random) where !text.isEmpty {
            let index = Int.random(in: text.indices, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: text[index] = .random(in: 0...255, using: &random)
            case 1: text[index] = random.pick(Array("{}[]:,\"\\ eE.+-0tfnu1".utf8))
            case 2: text.remove(at: index)
            default: text.insert(random.pick(Array("{}[]:,\"\\ eE.+-0".utf8)), at: index)
            }
        }
        return text
    }

    private static func isJSONToFoundation(_ text: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)) != nil
    }
}

extension DocumentModel {
    /// Whether it holds a number like `1e400`, which is JSON, but not to Foundation.
    fileprivate var exceedsDouble: Bool {
        switch self {
        case .null, .bool, .string: false
        case .number(let text): Double(text)?.isFinite != true
        case .array(let elements): elements.contains { $0.exceedsDouble }
        case .object(let members): members.contains { $0.value.exceedsDouble }
        }
    }
}

extension JSONError {
    /// Where the text is broken; `nil` where all of it is too much.
    var offset: Int? {
        switch self {
        case .unexpectedByte(let at), .unexpectedEnd(let at), .trailingBytes(let at), .invalidUnicode(let at),
            .duplicateMember(let at), .tooDeep(let at, _), .tooManyValues(let at, _), .numberTooLong(let at, _):
            at
        case .textTooLong: nil
        }
    }
}

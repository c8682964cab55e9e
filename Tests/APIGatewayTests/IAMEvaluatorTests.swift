import TestSupport
import Testing

@Suite("IAM JSON policy elements: Resource")
struct IAMEvaluatorTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let pattern: String
        let text: String
        var isMatch = true
    }

    static let vectors = [
        Vector(testDescription: "itself", pattern: "GET/a", text: "GET/a"),
        Vector(testDescription: "letters have their case", pattern: "GET/a", text: "GET/A", isMatch: false),
        Vector(testDescription: "a star takes slashes", pattern: "*/pets", text: "POST/x/y/pets"),
        Vector(testDescription: "a star takes nothing too", pattern: "a*b*", text: "ab"),
        Vector(testDescription: "a question mark takes one", pattern: "a?c", text: "abc"),
        Vector(testDescription: "a question mark takes a slash", pattern: "a?c", text: "a/c"),
        Vector(testDescription: "a question mark does not take nothing", pattern: "a?", text: "a", isMatch: false),
        Vector(testDescription: "the text is taken whole", pattern: "a*b", text: "abc", isMatch: false),
        Vector(testDescription: "both ends are not taken twice", pattern: "ab*bc", text: "abc", isMatch: false),
        Vector(testDescription: "a piece is looked for again", pattern: "*ab*abc", text: "abxabc"),
        Vector(testDescription: "a character of the text is no wildcard", pattern: "a", text: "*", isMatch: false),
    ]

    @Test(arguments: vectors)
    func `a pattern takes what the documentation says`(_ vector: Vector) {
        #expect(IAMEvaluator.matches(vector.pattern, vector.text) == vector.isMatch)
    }

    @Test
    func `an explicit deny wins, and what is not allowed is denied`() {
        let evaluator = IAMEvaluator(allow: ["a*"], deny: ["ab*"])

        #expect(evaluator.allows("ac"))
        #expect(!evaluator.allows("abc"))
        #expect(!evaluator.allows("b"))
    }

    @Test
    func `patterns are taken as by trying every place that a star may end at`() {
        func tries(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
            guard let symbol = pattern.first else { return text.isEmpty }
            if symbol == UInt8(ascii: "*") {
                return (text.startIndex...text.endIndex).contains { tries(pattern.dropFirst(), text[$0...]) }
            }
            guard let byte = text.first, symbol == UInt8(ascii: "?") || symbol == byte else { return false }
            return tries(pattern.dropFirst(), text.dropFirst())
        }
        var random = SeededRandom(seed: 8)
        for _ in 0..<20_000 {
            let pattern = (0..<Int.random(in: 0...8, using: &random)).map { _ in random.pick(Array("ab/*?*".utf8)) }
            let text = (0..<Int.random(in: 0...8, using: &random)).map { _ in random.pick(Array("ab/".utf8)) }
            let texts = (String(decoding: pattern, as: UTF8.self), String(decoding: text, as: UTF8.self))
            #expect(IAMEvaluator.matches(texts.0, texts.1) == tries(pattern[...], text[...]), "\(texts)")
        }
    }
}

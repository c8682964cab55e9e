import JOSE
import TestSupport
import Testing

@Suite("RFC 4648 §5 base64url, RFC 7515 §2 without padding")
struct Base64URLTests {
    /// RFC 4648 §10, the padding left off.
    static let vectors = [
        ("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob"), ("Zm9vYmE", "fooba"),
        ("Zm9vYmFy", "foobar"),
    ]

    @Test(arguments: vectors)
    func `a text decodes to the bytes it stands for`(_ text: String, _ value: String) {
        #expect(Base64URL.decode(Array(text.utf8)[...]) == Array(value.utf8))
        #expect(Base64URL.encode(value) == text)
    }

    @Test func `the last two characters of the alphabet are - and _`() {
        #expect(Base64URL.decode(Array("-_-_".utf8)[...]) == [0xFB, 0xFF, 0xBF])
    }

    @Test(arguments: [
        "Zg==", "Zm8=", "Zm9v=", "Z+8v", "Z/8v", "Zm 9v", "Zm9v\n", "\tZm9", "Zm9?", "####", "Zmé", "Zm9\u{0}",
    ])
    func `threat 27: padding, white space and characters outside the alphabet are refused`(_ text: String) {
        #expect(Base64URL.decode(Array(text.utf8)[...]) == nil)
    }

    @Test(arguments: ["AB", "AP", "A_", "AAB", "AAC", "AA_", "Zm9vAB"])
    func `threat 28: unused bits that are not zero are refused`(_ text: String) {
        #expect(Base64URL.decode(Array(text.utf8)[...]) == nil)
    }

    @Test(arguments: ["A", "AAAAA", "AAAAAAAAA"])
    func `threat 29: a length of 1 modulo 4 is refused`(_ text: String) {
        #expect(Base64URL.decode(Array(text.utf8)[...]) == nil)
    }

    @Test func `each byte outside the alphabet is refused wherever it stands`() {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        for byte in UInt8.min...UInt8.max where !alphabet.contains(byte) {
            for length in [2, 3, 4, 6, 7, 8] {
                for position in 0..<length {
                    var text = [UInt8](repeating: UInt8(ascii: "A"), count: length)
                    text[position] = byte
                    #expect(Base64URL.decode(text[...]) == nil, "byte \(byte) at \(position) of \(length)")
                }
            }
        }
    }

    @Test func `what is encoded decodes to itself, from any place in a buffer`() {
        var generator = SeededRandom(seed: 1)
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let text = Array("..\(Base64URL.encode(bytes)).".utf8)
            #expect(Base64URL.decode(text[2..<(text.count - 1)]) == bytes)
        }
    }
}

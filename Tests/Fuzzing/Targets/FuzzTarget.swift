import CLibFuzzer
import Foundation
import StrictJSON
import TestSupport

/// One part of the core that is given inputs, and what must hold of each.
protocol FuzzTarget: SendableMetatype {
    /// Everything that is made once.
    init()

    /// Tests one input; traps where a property does not hold.
    ///
    /// - Returns: Whether the input may be kept for the corpus.
    mutating func test(_ input: [UInt8]) -> Bool

    /// Makes another input of one; nothing else is known of it than that libFuzzer has seen it.
    ///
    /// - Parameters:
    ///   - input: Replaced.
    ///   - limit: The most bytes that it may have then.
    ///   - random: Decides.
    func mutate(_ input: inout [UInt8], limit: Int, using random: inout SeededRandom)
}

extension FuzzTarget {
    func mutate(_ input: inout [UInt8], limit: Int, using _: inout SeededRandom) {
        input = mutated(input, limit: limit)
    }
}

/// The targets by their names.
let fuzzTargets: [String: any FuzzTarget.Type] = [
    "json": JSONTarget.self, "jws": JWSTarget.self, "keys": KeysTarget.self, "event": EventTarget.self,
    "configuration": ConfigurationTarget.self, "runtime": RuntimeTarget.self,
]

/// Ends the process where a property does not hold; libFuzzer then keeps the input.
func require(_ isKept: Bool, _ property: @autoclosure () -> String) {
    guard isKept else { fatalError("property violated: \(property())") }
}

/// What libFuzzer's own mutations and the dictionary make of the bytes.
func mutated(_ bytes: [UInt8], limit: Int) -> [UInt8] {
    var buffer = bytes + [UInt8](repeating: 0, count: max(limit - bytes.count, 1))
    let count = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
        unsafe LLVMFuzzerMutate(buffer.baseAddress, min(bytes.count, limit), limit)
    }
    return Array(buffer.prefix(count))
}

extension JSONDocument {
    /// The document; `nil` where the text is not one.
    init?(accepting bytes: [UInt8]) {
        guard let document = try? JSONDocument(parsing: bytes) else { return nil }
        self = document
    }
}

extension DocumentModel {
    /// The meaning of a text; `nil` where it is not accepted.
    init?(reading text: [UInt8]) {
        guard let document = JSONDocument(accepting: text), let model = DocumentModel(document.root) else { return nil }
        self = model
    }

    /// The text that the product's writer has for it.
    var written: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }
}

/// The root of the checkout.
let checkout = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized

func contents(of file: String) -> [UInt8] {
    guard let data = try? Data(contentsOf: checkout.appending(path: file)) else { fatalError("\(file) cannot be read") }
    return Array(data)
}

/// The lines `NAME=value` of a file.
func environment(of file: String) -> [String: String] {
    var variables: [String: String] = [:]
    for line in String(decoding: contents(of: file), as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
        let parts = line.split(separator: "=", maxSplits: 1)
        if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
    }
    return variables
}

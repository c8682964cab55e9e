/// One JSON text (RFC 8259 §2), checked from its first byte to its last before any value can be read.
///
/// The text is kept, and beside it a list of nodes in the order of the text; a string is decoded only when it
/// is asked for. Member names are unique within their object, strings are valid Unicode, numbers are bounded.
package struct JSONDocument: Sendable {
    private let parsed: ParsedText

    /// The most text one document may hold: 64 MiB. Offsets are kept in 32 bits.
    package static let limitInBytes = 64 << 20

    /// - Throws: ``JSONError`` for the first rule that the text breaks, read from its start; whether names are
    ///   unique is asked where their object ends.
    /// - Complexity: O(n) in the text; O(n log m) where one object has very many members m.
    package init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        guard bytes.count <= Self.limitInBytes else { throw .textTooLong(limitInBytes: Self.limitInBytes) }
        parsed = ParsedText(bytes: bytes, nodes: try Self.parse(bytes.span, limits))
    }

    package var root: JSONValue { JSONValue(parsed: parsed, index: 0) }

    private static func parse(_ bytes: Span<UInt8>, _ limits: JSONLimits) throws(JSONError) -> [Node] {
        var parser = JSONParser(bytes, limits: limits)
        try parser.parseDocument()
        return parser.nodes
    }
}

/// One value or member name. A member's name node stands directly before its value's node.
struct Node: Sendable {
    enum Kind: UInt8, Sendable { case null, `false`, `true`, number, string, array, object }

    let kind: Kind
    /// Whether a string's text holds a backslash, and so differs from its value.
    let isEscaped: Bool
    /// The text of a value, of a string without its quotation marks, as offsets into the document.
    let start: Int32
    var end: Int32
    /// The index of the first node behind this one and all that it contains.
    var next: Int32

    var range: Range<Int> { Int(start)..<Int(end) }
}

/// What a document and all values read from it share: one reference, so that a value costs one count to copy.
final class ParsedText: Sendable {
    let bytes: [UInt8]
    let nodes: [Node]

    init(bytes: [UInt8], nodes: [Node]) {
        self.bytes = bytes
        self.nodes = nodes
    }

    /// A string's value.
    func utf8(of node: Node) -> ArraySlice<UInt8> {
        node.isEscaped ? decoded(node)[...] : bytes[node.range]
    }

    private func decoded(_ node: Node) -> [UInt8] {
        let bytes = bytes
        return StringText.decode(node.range, in: bytes.span)
    }

    func isString(_ node: Node, equalTo expected: Span<UInt8>) -> Bool {
        guard !node.isEscaped else { return isEscapedString(node, equalTo: expected) }
        guard expected.count == Int(node.end) - Int(node.start) else { return false }
        let bytes = bytes
        return bytes.span.extracting(node.range).isEqual(to: expected)
    }

    /// No escape is longer than six bytes for each byte of its value (`\u0041`), so a text much longer than what
    /// is expected is not decoded.
    private func isEscapedString(_ node: Node, equalTo expected: Span<UInt8>) -> Bool {
        guard node.range.count <= 6 * expected.count else { return false }
        let value = decoded(node)
        return value.span.isEqual(to: expected)
    }

    /// The index of the value that the object at `object` has under `name`.
    func indexOfValue(named name: Span<UInt8>, inObjectAt object: Int) -> Int? {
        let end = Int(nodes[object].next)
        var index = object + 1
        while index < end {
            let node = nodes[index]
            // Most names are told apart by their length.
            if node.isEscaped || Int(node.end) &- Int(node.start) == name.count, isString(node, equalTo: name) {
                return index + 1
            }
            index = Int(nodes[index + 1].next)
        }
        return nil
    }
}

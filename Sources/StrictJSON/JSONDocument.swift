/// One JSON text (RFC 8259 §2), checked from its first byte to its last before any value can be read.
///
/// The text is kept, and beside it a list of nodes in the order of the text; a string is decoded only when it
/// is asked for. Member names are unique within their object, strings are valid Unicode, numbers are bounded.
package struct JSONDocument: Sendable {
    let bytes: [UInt8]
    let nodes: [Node]

    /// The most text one document may hold: 64 MiB. Offsets are kept in 32 bits.
    package static let limitInBytes = 64 << 20

    /// - Throws: ``JSONError`` for the first rule that the text breaks, read from its start.
    /// - Complexity: O(n) in the text; O(m log m) in the members of one object.
    package init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        guard bytes.count <= Self.limitInBytes else { throw .textTooLong(limitInBytes: Self.limitInBytes) }
        self.bytes = bytes
        self.nodes = try Self.parse(bytes.span, limits)
    }

    package var root: JSONValue { JSONValue(document: self, index: 0) }

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
    /// The text of a number, or of a string without its quotation marks, as offsets into the document.
    var start: Int32
    var end: Int32
    /// The index of the first node behind this one and all that it contains.
    var next: Int32
}

extension JSONDocument {
    func text(of node: Node) -> ArraySlice<UInt8> {
        node.isEscaped
            ? StringText.decode(node, in: bytes.span)[...]
            : bytes[Int(node.start)..<Int(node.end)]
    }

    func isText(of node: Node, equalTo expected: String) -> Bool {
        guard !node.isEscaped else { return text(of: node).elementsEqual(expected.utf8) }
        let start = Int(node.start)
        guard expected.utf8.count == Int(node.end) - start else { return false }
        var position = start
        for byte in expected.utf8 {
            guard bytes[position] == byte else { return false }
            position += 1
        }
        return true
    }
}

/// One value of a ``JSONDocument``. Every accessor answers `nil` where the value is of another kind: nothing is
/// converted, and no two spellings of a name are the same.
package struct JSONValue: Sendable {
    let parsed: ParsedText
    let index: Int

    /// The kinds of value (RFC 8259 §3), in the words a message to a person uses.
    package enum Kind: String, Sendable { case null, boolean, number, string, array, object }

    private var node: Node { parsed.nodes[index] }

    package var kind: Kind {
        switch node.kind {
        case .null: .null
        case .false, .true: .boolean
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    package var isNull: Bool { node.kind == .null }

    package var bool: Bool? {
        switch node.kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    package var number: JSONNumber? {
        let node = node
        return node.kind == .number ? JSONNumber(text: parsed.bytes[node.range]) : nil
    }

    /// A string's value.
    package var string: String? {
        utf8.map { String(decoding: $0, as: UTF8.self) }
    }

    /// A string's value as UTF-8: a part of the document itself, not a copy, unless the text holds an escape.
    package var utf8: ArraySlice<UInt8>? {
        let node = node
        return node.kind == .string ? parsed.utf8(of: node) : nil
    }

    /// A string's value, to be compared byte for byte.
    package var exactString: ExactString? { utf8.map { ExactString(utf8: $0) } }

    /// Whether this is a string with exactly this value.
    package func isString(_ expected: String) -> Bool { isString(expected.utf8.span) }

    package func isString(_ expected: ExactString) -> Bool { isString(expected.utf8.span) }

    package func isString(_ expected: Span<UInt8>) -> Bool {
        let node = node
        return node.kind == .string && parsed.isString(node, equalTo: expected)
    }

    /// A string's text where it has no escape and nothing but printable ASCII: it is then spelled as a ``JSONWriter``
    /// would.
    package var plainText: ArraySlice<UInt8>? {
        let node = node
        guard node.kind == .string, !node.isEscaped else { return nil }
        let value = parsed.bytes[node.range]
        return PlainText.isAll(of: value.span) ? text : nil
    }

    /// The value of an object's member, whose name is compared byte for byte; `nil` also where this is not an
    /// object.
    ///
    /// - Complexity: O(m) in the object's members.
    package subscript(_ name: String) -> JSONValue? {
        guard node.kind == .object, let value = parsed.indexOfValue(named: name.utf8.span, inObjectAt: index) else {
            return nil
        }
        return JSONValue(parsed: parsed, index: value)
    }

    /// An object's members in the order of the text; `nil` where this is not an object.
    package var members: JSONMembers? {
        let node = node
        return node.kind == .object ? JSONMembers(parsed: parsed, position: index + 1, end: Int(node.next)) : nil
    }

    /// An array's elements; `nil` where this is not an array.
    package var elements: JSONElements? {
        let node = node
        return node.kind == .array ? JSONElements(parsed: parsed, position: index + 1, end: Int(node.next)) : nil
    }

    /// The value's own text, as it stands in the document.
    package var text: ArraySlice<UInt8> {
        let node = node
        let quotation = node.kind == .string ? 1 : 0
        return parsed.bytes[(Int(node.start) - quotation)..<(Int(node.end) + quotation)]
    }
}

package struct JSONMember: Sendable {
    let parsed: ParsedText
    let nameIndex: Int

    package var name: String { String(decoding: nameUTF8, as: UTF8.self) }
    package var nameUTF8: ArraySlice<UInt8> { parsed.utf8(of: parsed.nodes[nameIndex]) }
    package var value: JSONValue { JSONValue(parsed: parsed, index: nameIndex + 1) }

    /// Whether this is the member's name, which is in lower case where that of ASCII letters is ignored.
    package func isNamed(_ expected: String, ignoringCase: Bool) -> Bool {
        let node = parsed.nodes[nameIndex]
        // No escape is longer than six bytes for each byte of its value.
        let count = expected.utf8.count
        guard node.isEscaped ? node.range.count <= 6 * count : node.range.count == count else { return false }
        let name = nameUTF8
        return name.span.isEqual(to: expected.utf8.span, ignoringCase: ignoringCase)
    }
}

package struct JSONMembers: Sequence, IteratorProtocol, Sendable {
    let parsed: ParsedText
    var position: Int
    let end: Int

    package mutating func next() -> JSONMember? {
        guard position < end else { return nil }
        defer { position = Int(parsed.nodes[position + 1].next) }
        return JSONMember(parsed: parsed, nameIndex: position)
    }
}

package struct JSONElements: Sequence, IteratorProtocol, Sendable {
    let parsed: ParsedText
    var position: Int
    let end: Int

    package mutating func next() -> JSONValue? {
        guard position < end else { return nil }
        defer { position = Int(parsed.nodes[position].next) }
        return JSONValue(parsed: parsed, index: position)
    }
}

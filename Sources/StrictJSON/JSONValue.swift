/// One value of a ``JSONDocument``. Every accessor answers `nil` where the value is of another kind: nothing is
/// converted, and no two spellings of a name are the same.
package struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    /// The kinds of value (RFC 8259 §3), in the words a message to a person uses.
    package enum Kind: String, Sendable { case null, boolean, number, string, array, object }

    private var node: Node { document.nodes[index] }

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
        node.kind == .number ? JSONNumber(text: document.bytes[Int(node.start)..<Int(node.end)]) : nil
    }

    /// A string's value.
    package var string: String? {
        utf8.map { String(decoding: $0, as: UTF8.self) }
    }

    /// A string's value as UTF-8: a part of the document itself, not a copy, unless the text holds an escape.
    package var utf8: ArraySlice<UInt8>? {
        node.kind == .string ? document.text(of: node) : nil
    }

    /// A string's value, to be compared byte for byte.
    package var exactString: ExactString? { utf8.map { ExactString(utf8: $0) } }

    /// Whether this is a string with exactly this value.
    package func isString(_ expected: String) -> Bool {
        node.kind == .string && document.isText(of: node, equalTo: expected)
    }

    /// The value of an object's member; `nil` also where this is not an object.
    package subscript(_ name: String) -> JSONValue? {
        guard node.kind == .object else { return nil }
        var nameIndex = index + 1
        while nameIndex < Int(node.next) {
            let valueIndex = nameIndex + 1
            if document.isText(of: document.nodes[nameIndex], equalTo: name) {
                return JSONValue(document: document, index: valueIndex)
            }
            nameIndex = Int(document.nodes[valueIndex].next)
        }
        return nil
    }

    /// An object's members in the order of the text; `nil` where this is not an object.
    package var members: JSONMembers? {
        node.kind == .object ? JSONMembers(document: document, position: index + 1, end: Int(node.next)) : nil
    }

    /// An array's elements; `nil` where this is not an array.
    package var elements: JSONElements? {
        node.kind == .array ? JSONElements(document: document, position: index + 1, end: Int(node.next)) : nil
    }

    /// The value's own text, as it stands in the document.
    package var text: ArraySlice<UInt8> {
        let quotation = node.kind == .string ? 1 : 0
        return document.bytes[(Int(node.start) - quotation)..<(Int(node.end) + quotation)]
    }
}

package struct JSONMember: Sendable {
    let document: JSONDocument
    let nameIndex: Int

    package var name: String { String(decoding: nameUTF8, as: UTF8.self) }
    package var nameUTF8: ArraySlice<UInt8> { document.text(of: document.nodes[nameIndex]) }
    package var value: JSONValue { JSONValue(document: document, index: nameIndex + 1) }
}

package struct JSONMembers: Sequence, IteratorProtocol, Sendable {
    let document: JSONDocument
    var position: Int
    let end: Int

    package mutating func next() -> JSONMember? {
        guard position < end else { return nil }
        defer { position = Int(document.nodes[position + 1].next) }
        return JSONMember(document: document, nameIndex: position)
    }
}

package struct JSONElements: Sequence, IteratorProtocol, Sendable {
    let document: JSONDocument
    var position: Int
    let end: Int

    package mutating func next() -> JSONValue? {
        guard position < end else { return nil }
        defer { position = Int(document.nodes[position].next) }
        return JSONValue(document: document, index: position)
    }
}

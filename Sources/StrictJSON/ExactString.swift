/// A string that equals another only if their UTF-8 is the same, byte for byte.
///
/// Swift's `String` holds two spellings of one character to be equal. RFC 7515 §5.3 and RFC 7519 §2 want
/// identifiers compared with no transformation or canonicalization, so what is compared is kept in this type:
/// `kid`, `iss`, `aud`, client ids, scopes, groups, routes.
package struct ExactString: Sendable {
    package let utf8: [UInt8]

    /// - Parameter utf8: UTF-8, as a ``JSONDocument`` gives it.
    package init(utf8: ArraySlice<UInt8>) { self.utf8 = Array(utf8) }

    package init(_ text: String) { utf8 = Array(text.utf8) }

    package var isEmpty: Bool { utf8.isEmpty }

    /// The same as `==`, of a text that need not be copied for it.
    package func isEqual(to text: String) -> Bool { utf8.span.isEqual(to: text.utf8.span) }
}

extension ExactString: Hashable {
    package static func == (left: Self, right: Self) -> Bool { left.utf8.span.isEqual(to: right.utf8.span) }

    package func hash(into hasher: inout Hasher) {
        var rest = utf8.span
        while rest.count >= 8 {
            hasher.combine(rest.firstWord)
            rest = rest.extracting(droppingFirst: 8)
        }
        hasher.combine(rest.shortWord)
        hasher.combine(utf8.count)
    }
}

extension ExactString: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(text) }
}

extension ExactString: Comparable {
    /// The order of the bytes, which is also that of the Unicode scalar values.
    package static func < (left: Self, right: Self) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }
}

extension ExactString: CustomStringConvertible {
    package var description: String { String(decoding: utf8, as: UTF8.self) }
}

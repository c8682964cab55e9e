/// One header of a request (RFC 9110 §5) that cannot end its line and begin another.
package struct HTTPField: Equatable, Sendable {
    /// The most bytes name and value may have together; servers commonly refuse a line of more.
    package static let limitInBytes = 8_000

    package let name: String
    package let value: String

    /// - Returns: `nil` unless the name is a token (RFC 9110 §5.6.2) and the value is not empty, neither begins nor
    ///   ends with white space, and holds no control (RFC 9110 §5.5).
    package init?(name: String, value: String) {
        guard name.utf8.count + value.utf8.count <= Self.limitInBytes else { return nil }
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else { return nil }
        guard let first = value.utf8.first, let last = value.utf8.last else { return nil }
        guard !Self.isBlank(first), !Self.isBlank(last) else { return nil }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { return nil }
        self.name = name
        self.value = value
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: "!#$%&'*+^`|~".utf8.contains(byte)
        }
    }
}

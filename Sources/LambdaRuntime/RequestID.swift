/// The name of one invocation, as it stands in the address that its answer is posted to.
package struct RequestID: Equatable, Sendable {
    /// Lambda's are UUIDs of 36 characters; emulators have others.
    package static let limitInBytes = 128

    package let utf8: [UInt8]

    /// - Returns: `nil` unless the text is 1 through 128 characters of `A–Z a–z 0–9 -`: anything else could be
    ///   another path.
    package init?(utf8 text: ArraySlice<UInt8>) {
        guard (1...Self.limitInBytes).contains(text.count), text.allSatisfy(Self.isAllowed) else { return nil }
        utf8 = Array(text)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

extension RequestID: CustomStringConvertible {
    package var description: String { String(decoding: utf8, as: UTF8.self) }
}

/// Appends one JSON text to a buffer (RFC 8259). The caller keeps `begin` and `end` in balance; separators and
/// escapes are the writer's.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var needsSeparator = false

    package init(reservingBytes capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    /// A member's name; its value is the next thing written.
    package mutating func name(_ name: String) {
        separate()
        appendString(name.utf8)
        bytes.append(UInt8(ascii: ":"))
        needsSeparator = false
    }

    package mutating func string(_ value: String) {
        separate()
        appendString(value.utf8)
        needsSeparator = true
    }

    /// - Parameter value: UTF-8, as a ``JSONDocument`` or a `String` gives it.
    package mutating func string(utf8 value: ArraySlice<UInt8>) {
        separate()
        appendString(value)
        needsSeparator = true
    }

    package mutating func string(_ value: ExactString) { string(utf8: value.utf8[...]) }

    package mutating func integer(_ value: Int64) { raw(Decimals.text(of: value)[...]) }
    package mutating func bool(_ value: Bool) { value ? literal("true") : literal("false") }
    package mutating func null() { literal("null") }

    /// - Parameter text: One whole JSON value, as ``JSONValue/text`` gives it.
    package mutating func raw(_ text: ArraySlice<UInt8>) {
        separate()
        bytes += text
        needsSeparator = true
    }

    private mutating func literal(_ text: String) {
        separate()
        bytes += text.utf8
        needsSeparator = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsSeparator = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsSeparator = true
    }

    private mutating func separate() {
        if needsSeparator { bytes.append(UInt8(ascii: ",")) }
    }

    /// RFC 8259 §7: quotation mark, reverse solidus and U+0000 through U+001F must be escaped.
    private mutating func appendString(_ value: some Collection<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        for byte in value {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x0A: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case 0x00..<0x20, 0x7F: appendControl(byte)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendControl(_ byte: UInt8) {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
        bytes += "\\u00".utf8
        bytes += [digit(byte >> 4), digit(byte & 0xF)]
    }
}

/// Decimal digits without `String`'s formatting, for the hot path.
enum Decimals {
    static func text(of value: Int64) -> [UInt8] {
        var rest = value.magnitude
        var reversed: [UInt8] = []
        repeat {
            reversed.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        if value < 0 { reversed.append(UInt8(ascii: "-")) }
        return reversed.reversed()
    }
}

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
        append(name.utf8.span, isName: true)
    }

    package mutating func string(_ value: String) {
        append(value.utf8.span, isName: false)
    }

    /// - Parameter value: UTF-8, as a ``JSONDocument`` or a `String` gives it.
    package mutating func string(utf8 value: ArraySlice<UInt8>) {
        append(value.span, isName: false)
    }

    package mutating func string(_ value: ExactString) { string(utf8: value.utf8[...]) }

    package mutating func integer(_ value: Int64) {
        separate()
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDecimal(value.magnitude)
        needsSeparator = true
    }

    package mutating func bool(_ value: Bool) { value ? literal("true") : literal("false") }
    package mutating func null() { literal("null") }

    /// - Parameter text: One whole JSON value, as ``JSONValue/text`` gives it.
    package mutating func raw(_ text: ArraySlice<UInt8>) {
        separate()
        append(text.span)
        needsSeparator = true
    }

    private mutating func literal(_ text: String) {
        separate()
        append(text.utf8.span)
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

    // MARK: Bytes

    private mutating func append(_ text: Span<UInt8>, isName: Bool) {
        guard PlainText.isAll(of: text) else {
            separate()
            appendString(text)
            if isName { bytes.append(UInt8(ascii: ":")) }
            needsSeparator = !isName
            return
        }
        let isBehindAnother = needsSeparator
        // Room is made once for all of it, which is up to four bytes longer than the text.
        bytes.append(addingCapacity: text.count + 4) { output in
            if isBehindAnother { output.append(UInt8(ascii: ",")) }
            output.append(UInt8(ascii: "\""))
            for index in text.indices { output.append(text[index]) }
            output.append(UInt8(ascii: "\""))
            if isName { output.append(UInt8(ascii: ":")) }
        }
        needsSeparator = !isName
    }

    /// RFC 8259 §7: quotation mark, reverse solidus and U+0000 through U+001F must be escaped. So is U+007F, which
    /// terminals take for a command.
    private mutating func appendString(_ value: Span<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        while start < value.count {
            let end = PlainText.end(in: value, from: start)
            append(value.extracting(start..<end))
            guard end < value.count else { break }
            appendEscaped(value[end])
            start = end + 1
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Copied this way, and not by `+=`, long runs go by thirty-two bytes.
    private mutating func append(_ run: Span<UInt8>) {
        bytes.append(addingCapacity: run.count) { output in
            for index in run.indices { output.append(run[index]) }
        }
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0x0A:
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(UInt8(ascii: "n"))
        case 0x00..<0x20, 0x7F:
            append("\\u00".utf8.span)
            bytes.append(hexDigit(byte >> 4))
            bytes.append(hexDigit(byte & 0xF))
        default: bytes.append(byte)
        }
    }

    private func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private mutating func appendDecimal(_ value: UInt64) {
        var power: UInt64 = 1
        while value / power >= 10 { power *= 10 }
        while power > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / power % 10))
            power /= 10
        }
    }
}

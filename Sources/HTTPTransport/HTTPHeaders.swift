/// The headers of one response, as they came: the order, the repetitions and the case of the names are kept.
package struct HTTPHeaders: Sendable {
    private struct Line: Sendable {
        var name: Range<Int>
        var value: Range<Int>
    }

    private var bytes: [UInt8] = []
    private var lines: [Line] = []

    package init() {}

    /// Reads the head of a response with a status of 2xx out of the bytes of a connection.
    ///
    /// - Returns: `nil` unless the bytes begin with the whole of such a head.
    package init?(headOf response: [UInt8]) {
        var rest = response[...]
        guard let first = Self.takeLine(from: &rest), first.starts(with: "HTTP/1.1 2".utf8) else { return nil }
        while let line = Self.takeLine(from: &rest) {
            guard line.count > 2 else { return }
            guard append(line: line.span) else { return nil }
        }
        return nil
    }

    private static func takeLine(from rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return rest[...end]
    }

    package var count: Int { lines.count }

    /// The values of every header of this name, in any case (RFC 9110 §5.1), without white space around them.
    package func values(of name: String) -> [ArraySlice<UInt8>] {
        lines.filter { isName($0, name) }.map { bytes[$0.value] }
    }

    /// The value that the response gives for this name; `nil` if it gives none, or gives several that differ.
    package func value(of name: String) -> ArraySlice<UInt8>? {
        var found: ArraySlice<UInt8>?
        for line in lines where isName(line, name) {
            guard found == nil || found == bytes[line.value] else { return nil }
            found = bytes[line.value]
        }
        return found
    }

    /// ``value(of:)`` as text. A byte that is not UTF-8 becomes U+FFFD.
    package func text(of name: String) -> String? {
        value(of: name).map { String(decoding: $0, as: UTF8.self) }
    }

    private func isName(_ line: Line, _ expected: String) -> Bool {
        guard line.name.count == expected.utf8.count else { return false }
        let (name, expected) = (bytes.span.extracting(line.name), expected.utf8.span)
        for index in name.indices where name[index] != expected[index] {
            guard Self.lowercased(name[index]) == Self.lowercased(expected[index]) else { return false }
        }
        return true
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension HTTPHeaders {
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        lines.removeAll(keepingCapacity: true)
    }

    /// Takes one line as it came, its end included.
    ///
    /// - Returns: `false` if it is no header: it has no colon or no name, continues the line before it, which a server
    ///   must not send (RFC 9112 §5.2), or has a CR, LF or NUL in its value (RFC 9110 §5.5).
    mutating func append(line: Span<UInt8>) -> Bool {
        var colon = 0
        while colon < line.count, line[colon] != UInt8(ascii: ":") {
            guard !Self.isBlank(line[colon]) else { return false }
            colon += 1
        }
        guard colon > 0, colon < line.count else { return false }
        var start = colon + 1
        var end = line.count
        if line[end - 1] == 0x0A { end -= 1 }
        if line[end - 1] == 0x0D { end -= 1 }
        for index in start..<end where Self.isDangerous(line[index]) { return false }
        while start < end, Self.isBlank(line[start]) { start += 1 }
        while end > start, Self.isBlank(line[end - 1]) { end -= 1 }
        let base = bytes.count
        // Of a raw buffer the bytes are copied by `memcpy(3)`.
        unsafe line.extracting(first: end).bytes.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        lines.append(Line(name: base..<(base + colon), value: (base + start)..<(base + end)))
        return true
    }

    private static func isDangerous(_ byte: UInt8) -> Bool { byte == 0x0D || byte == 0x0A || byte == 0 }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }
}

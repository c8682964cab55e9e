/// A recursive-descent reader of the grammar of RFC 8259 §2–§7, in one pass over the bytes.
struct JSONParser: ~Escapable {
    private let bytes: Span<UInt8>
    private let limits: JSONLimits
    private var position = 0
    private var depth = 0
    private(set) var nodes: [Node] = []

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        nodes.reserveCapacity(bytes.count / 16 + 8)
    }

    mutating func parseDocument() throws(JSONError) {
        skipWhiteSpace()
        try parseValue()
        skipWhiteSpace()
        guard position == bytes.count else { throw .trailingBytes(at: position) }
    }

    private mutating func parseValue() throws(JSONError) {
        switch try peek() {
        case UInt8(ascii: "\""): try parseString()
        case UInt8(ascii: "{"): try parseObject()
        case UInt8(ascii: "["): try parseArray()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try parseNumber()
        case UInt8(ascii: "t"): try parseLiteral("true", .true)
        case UInt8(ascii: "f"): try parseLiteral("false", .false)
        case UInt8(ascii: "n"): try parseLiteral("null", .null)
        default: throw .unexpectedByte(at: position)
        }
    }

    // MARK: Objects and arrays (RFC 8259 §4, §5)

    private mutating func parseObject() throws(JSONError) {
        let object = try enter(.object)
        skipWhiteSpace()
        if try peek() == UInt8(ascii: "}") { return leave(object) }
        var memberCount = 0
        while true {
            skipWhiteSpace()
            guard try peek() == UInt8(ascii: "\"") else { throw .unexpectedByte(at: position) }
            try parseString()
            skipWhiteSpace()
            try consume(UInt8(ascii: ":"))
            skipWhiteSpace()
            try parseValue()
            memberCount += 1
            skipWhiteSpace()
            if try peek() == UInt8(ascii: "}") { break }
            try consume(UInt8(ascii: ","))
        }
        leave(object)
        try checkNamesAreUnique(in: object, count: memberCount)
    }

    private mutating func parseArray() throws(JSONError) {
        let array = try enter(.array)
        skipWhiteSpace()
        if try peek() == UInt8(ascii: "]") { return leave(array) }
        while true {
            skipWhiteSpace()
            try parseValue()
            skipWhiteSpace()
            if try peek() == UInt8(ascii: "]") { return leave(array) }
            try consume(UInt8(ascii: ","))
        }
    }

    private mutating func enter(_ kind: Node.Kind) throws(JSONError) -> Int {
        guard depth < limits.depth else { throw .tooDeep(at: position, limit: limits.depth) }
        depth += 1
        let index = nodes.count
        try append(kind, from: position, to: position)
        position += 1
        return index
    }

    private mutating func leave(_ container: Int) {
        position += 1
        depth -= 1
        nodes[container].end = Int32(truncatingIfNeeded: position)
        nodes[container].next = Int32(truncatingIfNeeded: nodes.count)
    }

    // MARK: Numbers and literals (RFC 8259 §3, §6)

    private mutating func parseNumber() throws(JSONError) {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        if try peek() == UInt8(ascii: "0") {
            position += 1
        } else {
            try skipDigits()
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            let sign = try peek()
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            try skipDigits()
        }
        guard position - start <= limits.numberLengthInBytes else {
            throw .numberTooLong(at: start, limitInBytes: limits.numberLengthInBytes)
        }
        try append(.number, from: start, to: position)
    }

    /// One digit or more.
    private mutating func skipDigits() throws(JSONError) {
        guard isDigit(try peek()) else { throw .unexpectedByte(at: position) }
        while position < bytes.count, isDigit(bytes[position]) { position += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private mutating func parseLiteral(_ literal: String, _ kind: Node.Kind) throws(JSONError) {
        let start = position
        for byte in literal.utf8 { try consume(byte) }
        try append(kind, from: start, to: position)
    }

    // MARK: Strings (RFC 8259 §7)

    private mutating func parseString() throws(JSONError) {
        position += 1
        let start = position
        var isEscaped = false
        while true {
            let byte = try peek()
            switch byte {
            case UInt8(ascii: "\""):
                try append(.string, from: start, to: position, isEscaped: isEscaped)
                position += 1
                return
            case UInt8(ascii: "\\"):
                isEscaped = true
                try skipEscape()
            case 0x20...0x7F: position += 1
            case 0x00...0x1F: throw .unexpectedByte(at: position)
            default: position = try UTF8Sequence.end(in: bytes, at: position)
            }
        }
    }

    private mutating func skipEscape() throws(JSONError) {
        let start = position
        position += 1
        switch try peek() {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            let unit = try readHexUnit()
            switch unit {
            case 0xD800...0xDBFF:
                guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u")
                else { throw .invalidUnicode(at: start) }
                position += 1
                guard 0xDC00...0xDFFF ~= (try readHexUnit()) else { throw .invalidUnicode(at: start) }
            case 0xDC00...0xDFFF: throw .invalidUnicode(at: start)
            default: break
            }
        default: throw .unexpectedByte(at: position)
        }
    }

    /// The four digits behind `u`, on which `position` stands.
    private mutating func readHexUnit() throws(JSONError) -> UInt16 {
        position += 1
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = hexDigitValue(try peek()) else { throw .unexpectedByte(at: position) }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    // MARK: The text

    @inline(__always)
    private func peek() throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw .unexpectedEnd(at: position) }
        return bytes[position]
    }

    private mutating func consume(_ byte: UInt8) throws(JSONError) {
        guard try peek() == byte else { throw .unexpectedByte(at: position) }
        position += 1
    }

    private mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func append(
        _ kind: Node.Kind, from start: Int, to end: Int, isEscaped: Bool = false
    ) throws(JSONError) {
        guard nodes.count < limits.values else { throw .tooManyValues(at: start, limit: limits.values) }
        nodes.append(
            Node(
                kind: kind, isEscaped: isEscaped, start: Int32(truncatingIfNeeded: start),
                end: Int32(truncatingIfNeeded: end), next: Int32(truncatingIfNeeded: nodes.count + 1)))
    }

    // MARK: Names

    /// Up to this many members every name is compared with every other, which allocates nothing; above it the
    /// names are sorted first, so that an object of 50,000 members does not take 10^9 comparisons.
    private static let sortingThreshold = 24

    private func checkNamesAreUnique(in object: Int, count: Int) throws(JSONError) {
        let end = Int(nodes[object].next)
        guard count <= Self.sortingThreshold else { return try checkManyNamesAreUnique(from: object + 1, to: end) }
        var left = object + 1
        while left < end {
            var right = Int(nodes[left + 1].next)
            while right < end {
                guard !haveSameText(nodes[left], nodes[right]) else {
                    throw .duplicateMember(at: Int(nodes[right].start))
                }
                right = Int(nodes[right + 1].next)
            }
            left = Int(nodes[left + 1].next)
        }
    }

    private func checkManyNamesAreUnique(from first: Int, to end: Int) throws(JSONError) {
        var names: [(text: [UInt8], offset: Int32)] = []
        var index = first
        while index < end {
            names.append((StringText.decode(nodes[index], in: bytes), nodes[index].start))
            index = Int(nodes[index + 1].next)
        }
        names.sort { $0.text.lexicographicallyPrecedes($1.text) }
        for index in names.indices.dropFirst() where names[index].text == names[index - 1].text {
            throw .duplicateMember(at: Int(max(names[index].offset, names[index - 1].offset)))
        }
    }

    private func haveSameText(_ left: Node, _ right: Node) -> Bool {
        if left.isEscaped || right.isEscaped {
            return StringText.decode(left, in: bytes) == StringText.decode(right, in: bytes)
        }
        guard left.end - left.start == right.end - right.start else { return false }
        for offset in 0..<Int(left.end - left.start)
        where bytes[Int(left.start) + offset] != bytes[Int(right.start) + offset] {
            return false
        }
        return true
    }
}

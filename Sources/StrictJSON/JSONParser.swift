/// A recursive-descent reader of the grammar of RFC 8259 §2–§7, in one pass over the bytes.
struct JSONParser: ~Escapable {
    let bytes: Span<UInt8>
    private let limits: JSONLimits
    var position = 0
    private var depth = 0
    private(set) var nodes: [Node] = []

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        nodes.reserveCapacity(min(bytes.count / 16 + 8, limits.values))
    }

    mutating func parseDocument() throws(JSONError) {
        skipWhiteSpace()
        try parseValue()
        skipWhiteSpace()
        guard position == bytes.count else { throw .trailingBytes(at: position) }
    }

    private mutating func parseValue() throws(JSONError) {
        let byte = try peek()
        guard nodes.count < limits.values else { throw tooManyValues }
        switch byte {
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
        while true {
            skipWhiteSpace()
            try parseMember()
            skipWhiteSpace()
            if try peek() == UInt8(ascii: "}") { break }
            try consume(UInt8(ascii: ","))
        }
        leave(object)
        try checkNamesAreUnique(inObjectAt: object)
    }

    private mutating func parseMember() throws(JSONError) {
        guard try peek() == UInt8(ascii: "\"") else { throw .unexpectedByte(at: position) }
        guard nodes.count < limits.values else { throw tooManyValues }
        try parseString()
        skipWhiteSpace()
        try consume(UInt8(ascii: ":"))
        skipWhiteSpace()
        try parseValue()
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
        append(kind, from: position, to: position)
        position += 1
        return nodes.count - 1
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
        append(.number, from: start, to: position)
    }

    /// One digit or more.
    private mutating func skipDigits() throws(JSONError) {
        guard isDigit(try peek()) else { throw .unexpectedByte(at: position) }
        while position < bytes.count, isDigit(bytes[position]) { position += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// `null`, the first of its bytes lowest.
    private static var null: UInt32 { 0x6C6C_756E }

    private mutating func parseLiteral(_ literal: String, _ kind: Node.Kind) throws(JSONError) {
        let start = position
        // An event is full of `null`.
        if kind == .null, bytes.extracting(droppingFirst: start).firstQuad == Self.null {
            position += 4
        } else {
            for byte in literal.utf8 { try consume(byte) }
        }
        append(kind, from: start, to: position)
    }

    // MARK: The text

    @inline(__always)
    func peek() throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw .unexpectedEnd(at: position) }
        return bytes[position]
    }

    @inline(__always)
    private mutating func consume(_ byte: UInt8) throws(JSONError) {
        guard try peek() == byte else { throw .unexpectedByte(at: position) }
        position += 1
    }

    @inline(__always)
    private mutating func skipWhiteSpace() {
        while position < bytes.count, isWhiteSpace(bytes[position]) { position += 1 }
    }

    @inline(__always)
    private func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte <= 0x20 && (byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09)
    }

    // MARK: The nodes

    private var tooManyValues: JSONError { .tooManyValues(at: position, limit: limits.values) }

    /// The caller has seen that the limit allows one more. ``JSONDocument/limitInBytes`` keeps every number
    /// within 32 bits.
    mutating func append(_ kind: Node.Kind, from start: Int, to end: Int, isEscaped: Bool = false) {
        nodes.append(
            Node(
                kind: kind, isEscaped: isEscaped, start: Int32(truncatingIfNeeded: start),
                end: Int32(truncatingIfNeeded: end), next: Int32(truncatingIfNeeded: nodes.count + 1)))
    }
}

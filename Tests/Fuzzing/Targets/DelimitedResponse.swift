/// A response that every reader of HTTP/1.1 takes for the same, and whose end it tells by itself (RFC 9112 §6.3): one
/// `Content-Length`, no coding, nothing but printable ASCII in its head, and a final status that has a body.
struct DelimitedResponse {
    let status: Int
    let body: [UInt8]
    private let fields: [(name: String, value: String)]

    init?(_ bytes: [UInt8]) {
        guard let (lines, bodyStart) = headLines(of: bytes), let status = Self.status(lines[0]) else { return nil }
        self.status = status
        var fields: [(name: String, value: String)] = []
        for line in lines.dropFirst() {
            guard let field = Self.field(line) else { return nil }
            fields.append(field)
        }
        self.fields = fields
        body = Array(bytes[bodyStart...])
        guard values(of: "transfer-encoding").isEmpty, values(of: "content-length") == ["\(body.count)"] else {
            return nil
        }
    }

    func values(of name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    private static func status(_ line: ArraySlice<UInt8>) -> Int? {
        guard line.starts(with: "HTTP/1.1 ".utf8), line.allSatisfy(isPrintable) else { return nil }
        let code = line.dropFirst(9).prefix(3)
        let rest = line.dropFirst(12)
        guard code.count == 3, code.allSatisfy(isDigit), rest.isEmpty || rest.first == UInt8(ascii: " ") else {
            return nil
        }
        let status = code.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return (200..<600).contains(status) && status != 204 && status != 304 ? status : nil
    }

    private static func field(_ line: ArraySlice<UInt8>) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), line.allSatisfy(isPrintable) else { return nil }
        let name = line[..<colon]
        guard !name.isEmpty, name.allSatisfy(isNameCharacter) else { return nil }
        let space = UInt8(ascii: " ")
        let value = line[(colon + 1)...].drop { $0 == space }
        let end = value.lastIndex { $0 != space }.map { $0 + 1 } ?? value.startIndex
        return (String(decoding: name, as: UTF8.self).lowercased(), String(decoding: value[..<end], as: UTF8.self))
    }

    private static func isPrintable(_ byte: UInt8) -> Bool { 0x20...0x7E ~= byte }
}

func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

/// A letter, a digit or a hyphen.
func isNameCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"): true
    default: isDigit(byte)
    }
}

/// The lines before the first empty one, none of which holds half a line's end, and where what follows begins; `nil`
/// where there is no empty line.
func headLines(of bytes: [UInt8]) -> (lines: [ArraySlice<UInt8>], end: Int)? {
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    while let end = bytes[start...].firstIndex(where: { $0 == 0x0D || $0 == 0x0A }) {
        guard bytes[end] == 0x0D, end + 1 < bytes.count, bytes[end + 1] == 0x0A else { return nil }
        guard end > start else { return lines.isEmpty ? nil : (lines, end + 2) }
        lines.append(bytes[start..<end])
        start = end + 2
    }
    return nil
}

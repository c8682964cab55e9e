/// Why a text is not the JSON this package accepts. Every case carries the offset, in bytes from the start of
/// the text, at which the rule was broken; none carries any of the text.
package enum JSONError: Error, Equatable, Sendable {
    /// A byte that the grammar does not allow here (RFC 8259 §2–§7), a byte order mark included (§8.1).
    case unexpectedByte(at: Int)
    case unexpectedEnd(at: Int)
    /// Something other than white space follows the value (RFC 8259 §2).
    case trailingBytes(at: Int)
    /// A string holds bytes that are not UTF-8 (RFC 3629 §3), or an escape of half a surrogate pair (RFC 8259 §8.2).
    case invalidUnicode(at: Int)
    /// An object names one member twice (RFC 7515 §4 allows a parser to refuse this; so does RFC 7519 §4).
    case duplicateMember(at: Int)
    case tooDeep(at: Int, limit: Int)
    case tooManyValues(at: Int, limit: Int)
    case numberTooLong(at: Int, limitInBytes: Int)
    case textTooLong(limitInBytes: Int)
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unexpectedByte(let at): "not JSON at byte \(at)"
        case .unexpectedEnd(let at): "JSON ends unfinished at byte \(at)"
        case .trailingBytes(let at): "more text follows the JSON value at byte \(at)"
        case .invalidUnicode(let at): "string is not valid Unicode at byte \(at)"
        case .duplicateMember(let at): "member is named twice in one object at byte \(at)"
        case .tooDeep(let at, let limit): "nested deeper than \(limit) levels at byte \(at)"
        case .tooManyValues(let at, let limit): "more than \(limit) values at byte \(at)"
        case .numberTooLong(let at, let limit): "number longer than \(limit) bytes at byte \(at)"
        case .textTooLong(let limit): "text longer than \(limit) bytes"
        }
    }
}

import StrictJSON
import Testing

/// A text that is refused, and why.
struct Refused: CustomTestStringConvertible {
    let text: [UInt8]
    let error: JSONError
    let circumstance: String

    init(_ text: String, _ error: JSONError, _ circumstance: String = "") {
        self.init(bytes: Array(text.utf8), error, circumstance)
    }

    init(bytes: [UInt8], _ error: JSONError, _ circumstance: String = "") {
        text = bytes
        self.error = error
        self.circumstance = circumstance
    }

    var testDescription: String {
        let start = String(decoding: text.prefix(40), as: UTF8.self).debugDescription
        return circumstance.isEmpty ? start : "\(circumstance): \(start)"
    }
}

/// The error with which a text is refused; `nil` where it is accepted.
func refusal(of text: [UInt8], limits: JSONLimits = JSONLimits()) -> JSONError? {
    do {
        _ = try JSONDocument(parsing: text, limits: limits)
        return nil
    } catch {
        return error
    }
}

func refusal(of text: String, limits: JSONLimits = JSONLimits()) -> JSONError? {
    refusal(of: Array(text.utf8), limits: limits)
}

func parse(_ text: String) throws(JSONError) -> JSONValue {
    try JSONDocument(parsing: Array(text.utf8)).root
}

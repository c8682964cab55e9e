import AWSClient
import StrictJSON

extension JSONValue {
    /// A member that every answer has.
    func requiredString(_ name: String, in action: String) throws(AWSError) -> String {
        guard let text = self[name]?.string, !text.isEmpty else {
            throw .malformedResponse(action: action, reason: "has an item without \(name)")
        }
        return text
    }
}

extension JSONWriter {
    mutating func member(_ name: String, _ value: String) {
        self.name(name)
        string(value)
    }
}

import StrictJSON

/// What becomes of an invocation.
package enum InvocationAnswer: Equatable, Sendable {
    /// One JSON value, posted as it is.
    case response([UInt8])
    case error(InvocationError)
}

/// A failed invocation, or a failed start, as the Runtime API is told of it.
package struct InvocationError: Error, Equatable, Sendable {
    /// Stands in the body as `errorType`, for instance `Authorizer.KeysUnavailable`.
    package let type: String
    /// Stands in the body as `errorMessage`. API Gateway answers 401 where this is exactly `Unauthorized`, else 500.
    package let message: String

    package init(type: String, message: String) {
        self.type = type
        self.message = message
    }
}

extension InvocationError {
    /// The type as `Lambda-Runtime-Function-Error-Type` may have it: `(Runtime|Function)\.[A-Z][a-zA-Z]+`. Of another
    /// type the part behind its last dot is kept; what does not fit even so is `Function.Unknown`, as Lambda itself
    /// would say.
    var headerValue: String {
        let parts = type.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard let name = parts.last, Self.isName(name) else { return "Function.Unknown" }
        let isRuntime = parts.count == 2 && parts[0].elementsEqual("Runtime".utf8)
        return "\(isRuntime ? "Runtime" : "Function").\(String(decoding: name, as: UTF8.self))"
    }

    /// The body of `error` and `init/error`. There is no stack to trace: nothing is thrown from unknown places.
    var body: [UInt8] {
        var writer = JSONWriter(reservingBytes: 128)
        writer.beginObject()
        writer.name("errorMessage")
        writer.string(message)
        writer.name("errorType")
        writer.string(type)
        writer.name("stackTrace")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    /// More than any real type; the header stays within what every server takes.
    private static let nameLimitInBytes = 64

    private static func isName(_ text: some Collection<UInt8>) -> Bool {
        guard let first = text.first, (2...nameLimitInBytes).contains(text.count) else { return false }
        return (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first)
            && text.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
    }
}

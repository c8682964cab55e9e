package import StrictJSON

/// `arn:{partition}:execute-api:{region}:{account}:{api}/{stage}/{VERB}/{path…}`, as `methodArn` or `routeArn` names
/// the request (API Gateway developer guide, *Control access for invoking an API*, "Resource format").
///
/// It is split at its first five colons and then at three slashes: a path may hold either character.
package struct MethodARN: Equatable, Sendable {
    package enum Operation: Equatable, Sendable {
        /// `path` starts with `/`; the root is `/`.
        case method(verb: ExactString, path: ExactString)
        /// `$connect`, which opens a WebSocket.
        case connect
        /// `$default`, an HTTP API's route for what no other takes.
        case `default`
    }

    package let text: ExactString
    package let apiID: ExactString
    package let stage: ExactString
    package let operation: Operation
    /// `arn:…:{api}/{stage}/`: what every resource of a policy for this API starts with.
    package let apiStagePrefix: ExactString

    /// API Gateway's quota, *Method ARN length*.
    package static let lengthLimitInBytes = 1_600

    package init(parsing text: ExactString) throws(MethodARNError) {
        guard text.utf8.count <= Self.lengthLimitInBytes else { throw .tooLong(limitInBytes: Self.lengthLimitInBytes) }
        let fields = text.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 5, omittingEmptySubsequences: false)
        guard fields.count == 6 else { throw .tooFewFields }
        guard fields[0].elementsEqual("arn".utf8), fields[2].elementsEqual("execute-api".utf8) else {
            throw .otherService
        }
        guard fields[1].starts(with: "aws".utf8), Self.isName(fields[1]) else { throw .invalid(.partition) }
        guard Self.isName(fields[3]) else { throw .invalid(.region) }
        guard Self.isName(fields[4]) else { throw .invalid(.account) }
        let parts = fields[5].split(separator: UInt8(ascii: "/"), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count >= 3 else { throw .tooFewParts }
        guard Self.isName(parts[0]) else { throw .invalid(.api) }
        guard Self.isStage(parts[1]) else { throw .invalid(.stage) }
        self.text = text
        apiID = ExactString(utf8: parts[0])
        stage = ExactString(utf8: parts[1])
        apiStagePrefix = ExactString(utf8: text.utf8[..<parts[2].startIndex])
        operation = try Self.operation(parts[2...], in: text)
    }

    private static func operation(
        _ parts: ArraySlice<ArraySlice<UInt8>>, in text: ExactString
    ) throws(MethodARNError) -> Operation {
        guard let verb = parts.first, let path = parts.dropFirst().first else {
            switch parts.first.map({ ExactString(utf8: $0) }) {
            case "$connect": return .connect
            case "$default": return .default
            default: throw .tooFewParts
            }
        }
        guard (1...verbLimitInBytes).contains(verb.count), verb.allSatisfy({ 0x41...0x5A ~= $0 }) else {
            throw .invalid(.verb)
        }
        return .method(verb: ExactString(utf8: verb), path: ExactString(utf8: text.utf8[(path.startIndex - 1)...]))
    }

    /// `OPTIONS` and `CONNECT` have seven letters; RFC 9110 §9.1 leaves room for others.
    private static let verbLimitInBytes = 32
    private static let nameLimitInBytes = 128

    /// Emulators put words where AWS puts an account's twelve digits, so only the characters are checked: none that
    /// a policy would read as a wildcard or a variable.
    private static func isName(_ text: ArraySlice<UInt8>) -> Bool {
        (1...nameLimitInBytes).contains(text.count)
            && text.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    private static func isStage(_ text: ArraySlice<UInt8>) -> Bool {
        text.elementsEqual("$default".utf8) || text.elementsEqual("*".utf8) || isName(text)
    }
}

/// Why a text is not the ARN of a request to API Gateway. No case carries the text.
package enum MethodARNError: Error, Equatable, Sendable {
    case tooLong(limitInBytes: Int)
    case tooFewFields
    case otherService
    case tooFewParts
    case invalid(Part)

    package enum Part: String, Sendable { case partition, region, account, api, stage, verb }
}

extension MethodARNError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let limit): "ARN is longer than \(limit) bytes"
        case .tooFewFields: "ARN has fewer than six fields between colons"
        case .otherService: "ARN does not start with arn: or is not of execute-api"
        case .tooFewParts: "ARN does not name api, stage and verb with a path, or $connect"
        case .invalid(let part): "ARN's \(part.rawValue) is not of the characters it may have"
        }
    }
}

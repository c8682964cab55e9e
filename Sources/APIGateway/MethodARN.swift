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
    package let operation: Operation
    /// Parts of ``text``.
    let apiIDUTF8: ArraySlice<UInt8>
    let stageUTF8: ArraySlice<UInt8>
    /// `arn:…:{api}/{stage}/`: what every resource of a policy for this API starts with.
    let apiStagePrefixUTF8: ArraySlice<UInt8>

    package var apiID: ExactString { ExactString(utf8: apiIDUTF8) }
    package var stage: ExactString { ExactString(utf8: stageUTF8) }
    package var apiStagePrefix: ExactString { ExactString(utf8: apiStagePrefixUTF8) }

    /// API Gateway's quota, *Method ARN length*.
    package static let lengthLimitInBytes = 1_600

    package init(parsing text: ExactString) throws(MethodARNError) {
        guard text.utf8.count <= Self.lengthLimitInBytes else { throw .tooLong(limitInBytes: Self.lengthLimitInBytes) }
        var rest = text.utf8[...]
        let colon = UInt8(ascii: ":")
        guard let arn = Self.field(of: &rest, before: colon), let partition = Self.field(of: &rest, before: colon),
            let service = Self.field(of: &rest, before: colon), let region = Self.field(of: &rest, before: colon),
            let account = Self.field(of: &rest, before: colon)
        else { throw .tooFewFields }
        guard Self.is(arn, "arn"), Self.is(service, "execute-api") else { throw .otherService }
        guard Self.is(partition.prefix(3), "aws"), Self.isName(partition) else { throw .invalid(.partition) }
        guard Self.isName(region) else { throw .invalid(.region) }
        guard Self.isName(account) else { throw .invalid(.account) }
        let slash = UInt8(ascii: "/")
        guard let api = Self.field(of: &rest, before: slash), let stage = Self.field(of: &rest, before: slash) else {
            throw .tooFewParts
        }
        guard Self.isName(api) else { throw .invalid(.api) }
        guard Self.isStage(stage) else { throw .invalid(.stage) }
        self.text = text
        apiIDUTF8 = api
        stageUTF8 = stage
        apiStagePrefixUTF8 = text.utf8[..<rest.startIndex]
        operation = try Self.operation(rest)
    }

    /// What stands before the separator, of which `text` is then what stands behind.
    private static func field(of text: inout ArraySlice<UInt8>, before separator: UInt8) -> ArraySlice<UInt8>? {
        guard let length = text.span.firstIndex(of: separator) else { return nil }
        defer { text = text.dropFirst(length + 1) }
        return text.prefix(length)
    }

    private static func operation(_ text: ArraySlice<UInt8>) throws(MethodARNError) -> Operation {
        guard let length = text.span.firstIndex(of: UInt8(ascii: "/")) else {
            if Self.is(text, "$connect") { return .connect }
            guard Self.is(text, "$default") else { throw .tooFewParts }
            return .default
        }
        let verb = text.prefix(length)
        guard (1...verbLimitInBytes).contains(verb.count), verb.allSatisfy({ 0x41...0x5A ~= $0 }) else {
            throw .invalid(.verb)
        }
        return .method(verb: ExactString(utf8: verb), path: ExactString(utf8: text.dropFirst(length)))
    }

    static func `is`(_ text: ArraySlice<UInt8>, _ word: String) -> Bool {
        text.span.isEqual(to: word.utf8.span)
    }

    /// `OPTIONS` and `CONNECT` have seven letters; RFC 9110 §9.1 leaves room for others.
    private static let verbLimitInBytes = 32
    private static let nameLimitInBytes = 128

    /// Emulators put words where AWS puts an account's twelve digits, so only the characters are checked: none that
    /// a policy would read as a wildcard or a variable.
    private static func isName(_ text: ArraySlice<UInt8>) -> Bool {
        (1...nameLimitInBytes).contains(text.count) && nameCharacters.containsAll(of: text.span)
    }

    private static let nameCharacters = ASCIISet(alphanumericsAnd: "-_")

    private static func isStage(_ text: ArraySlice<UInt8>) -> Bool {
        isName(text) || Self.is(text, "$default") || Self.is(text, "*")
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

package import Authorization
import StrictJSON

/// What one event asks, whichever of the shapes it has.
package struct AuthorizerRequest: Sendable {
    package let shape: EventShape
    package let arn: MethodARN
    /// The bearer token, or why there is none.
    package let credentials: Result<ArraySlice<UInt8>, CredentialsFault>
    /// What the table is asked for.
    package let target: RouteTarget

    /// Reads an event. Members that are not needed are ignored, since API Gateway adds new ones; those that are
    /// needed must have the type that API Gateway gives them.
    ///
    /// - Throws: ``EventError`` for what is not an event of the five shapes.
    package init(parsing event: [UInt8]) throws(EventError) {
        let root: JSONValue
        do { root = try JSONDocument(parsing: event).root } catch { throw .notJSON(error) }
        guard root.kind == .object else { throw .notAnObject }
        let event = AuthorizerEvent(root: root)
        shape = try event.shape()
        switch shape {
        case .restToken: (arn, target) = try event.tokenRequest()
        case .restRequest, .httpPayload1: (arn, target) = try event.request()
        case .httpPayload2: (arn, target) = try event.requestOfPayload2()
        case .webSocketConnect: (arn, target) = try event.connect()
        }
        credentials = try event.credentials(of: shape)
    }
}

/// The members of an event, with the tables of API Gateway's documentation beside them.
struct AuthorizerEvent {
    let root: JSONValue
    let context: JSONValue?

    init(root: JSONValue) {
        self.root = root
        context = root["requestContext"]
    }

    /// In this order: `version` alone tells nothing, since WebSocket events are seen with one of their own.
    func shape() throws(EventError) -> EventShape {
        let type = root["type"]
        if type?.isString("TOKEN") ?? false { return .restToken }
        let version = root["version"]
        if version?.isString("2.0") ?? false || root["routeArn"] != nil { return .httpPayload2 }
        guard type?.isString("REQUEST") ?? false else {
            throw type == nil && context?["queryString"] != nil ? .appSync : .unknownShape
        }
        if context?["eventType"]?.isString("CONNECT") ?? false { return .webSocketConnect }
        if isARNOfConnect { return .webSocketConnect }
        return version?.isString("1.0") ?? false ? .httpPayload1 : .restRequest
    }

    /// The end tells nearly all ARNs from one of `$connect` before they are read.
    private var isARNOfConnect: Bool {
        guard let text = root["methodArn"]?.utf8, MethodARN.is(text.suffix(8), "$connect") else { return false }
        return (try? arn("methodArn").operation) == .connect
    }

    /// REST, type TOKEN: nothing but the ARN says what is asked for.
    func tokenRequest() throws(EventError) -> (MethodARN, RouteTarget) {
        let arn = try arn("methodArn")
        guard case .method(let verb, let path) = arn.operation else { throw .contradiction("type") }
        return (arn, .path(path, httpMethod: verb))
    }

    /// REST and payload 1.0, type REQUEST.
    func request() throws(EventError) -> (MethodARN, RouteTarget) {
        let arn = try arn("methodArn")
        let method = try required("httpMethod")
        let resource = try required("resource")
        try checkAgreement(of: arn)
        try checkAgreement(of: arn, with: method, "httpMethod")
        try check(context?["httpMethod"], is: method.utf8.span, "requestContext.httpMethod")
        try check(context?["resourcePath"], is: resource.utf8.span, "requestContext.resourcePath")
        return (arn, slashed(arn) ?? .resource(resource, httpMethod: method))
    }

    /// HTTP API, payload 2.0. API and stage are not compared, nor, for the route `$default`, the method: the sample that
    /// AWS publishes (developer guide, *Lambda authorizers for HTTP APIs*) has others in its context than in its ARN.
    /// Where they differ the ARN is right.
    func requestOfPayload2() throws(EventError) -> (MethodARN, RouteTarget) {
        if let type = root["type"], !type.isString("REQUEST") { throw .unknownShape }
        let arn = try arn("routeArn")
        let key = try required("routeKey")
        guard let method = context?["http"]?["method"] else { throw .missing("requestContext.http.method") }
        guard let method = method.exactString else { throw .wrongType("requestContext.http.method") }
        try check(context?["routeKey"], is: key.utf8.span, "requestContext.routeKey")
        if key == "$default", case .method(let verb, _) = arn.operation {
            return (arn, slashed(arn) ?? .routeKey(key, httpMethod: verb))
        }
        try checkAgreement(of: arn, with: method, "requestContext.http.method")
        return (arn, slashed(arn) ?? .routeKey(key, httpMethod: method))
    }

    /// A path with a `/` at its end is asked for itself, since the route that API Gateway found for it need not be the
    /// one that the answer's policy is evaluated for; see ``RouteTree``.
    private func slashed(_ arn: MethodARN) -> RouteTarget? {
        guard case .method(let verb, let path) = arn.operation, path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/")
        else { return nil }
        return .path(path, httpMethod: verb)
    }

    /// WebSocket: asked once, when the connection opens.
    func connect() throws(EventError) -> (MethodARN, RouteTarget) {
        let arn = try arn("methodArn")
        guard arn.operation == .connect else { throw .contradiction("requestContext.eventType") }
        try checkAgreement(of: arn)
        try check(context?["routeKey"], is: "$connect".utf8.span, "requestContext.routeKey")
        return (arn, .connect)
    }

    private func arn(_ name: String) throws(EventError) -> MethodARN {
        let text = try required(name)
        do { return try MethodARN(parsing: text) } catch { throw .invalidARN(error) }
    }

    private func required(_ name: String) throws(EventError) -> ExactString {
        guard let value = root[name] else { throw .missing(name) }
        guard let text = value.exactString else { throw .wrongType(name) }
        return text
    }
}

/// The ARN is the authority; what is said twice must be the same (an event that somebody forged, who may invoke the
/// function, need not be).
extension AuthorizerEvent {
    private func checkAgreement(of arn: MethodARN) throws(EventError) {
        try check(context?["apiId"], is: arn.apiIDUTF8.span, "requestContext.apiId")
        let stage = context?["stage"]
        guard !isConsoleTest(arn, stage) else { return }
        try check(stage, is: arn.stageUTF8.span, "requestContext.stage")
    }

    /// The console's "Test" names its stage in two ways, and a stage of `*` stands for any.
    private func isConsoleTest(_ arn: MethodARN, _ stage: JSONValue?) -> Bool {
        MethodARN.is(arn.stageUTF8, "ESTestInvoke-stage") || MethodARN.is(arn.stageUTF8, "*")
            || stage?.isString("test-invoke-stage") ?? false
    }

    private func checkAgreement(
        of arn: MethodARN, with method: ExactString, _ name: String
    ) throws(EventError) {
        switch arn.operation {
        case .method(let verb, _): guard verb == method else { throw .contradiction(name) }
        case .default: break
        case .connect: throw .contradiction(name)
        }
    }

    /// Members that are absent or null say nothing.
    private func check(_ value: JSONValue?, is expected: Span<UInt8>, _ name: String) throws(EventError) {
        guard let value, !value.isNull else { return }
        guard value.kind == .string else { throw .wrongType(name) }
        guard value.isString(expected) else { throw .contradiction(name) }
    }
}

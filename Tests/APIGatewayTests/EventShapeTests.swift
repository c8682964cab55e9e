import APIGateway
import Authorization
import StrictJSON
import Testing

@Suite("The shapes of authorizer events")
struct EventShapeTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let event: [String: String]
        var changes: [String: String?] = [:]
        let shape: EventShape
        var target: RouteTarget = .resource("/orders/{id}", httpMethod: "GET")
    }

    static let vectors = [
        Vector(
            testDescription: "REST TOKEN", event: SampleEvents.token, shape: .restToken,
            target: .path("/orders/7", httpMethod: "GET")),
        Vector(testDescription: "REST REQUEST", event: SampleEvents.rest, shape: .restRequest),
        Vector(
            testDescription: "REST REQUEST without what may be absent", event: SampleEvents.rest,
            changes: [
                "multiValueHeaders": nil, "queryStringParameters": nil, "multiValueQueryStringParameters": nil,
                "pathParameters": nil, "stageVariables": nil, "requestContext": nil, "path": nil,
            ], shape: .restRequest),
        Vector(
            testDescription: "REST REQUEST with null wherever there may be", event: SampleEvents.rest,
            changes: [
                "multiValueHeaders": "null", "pathParameters": "null", "requestContext": "null",
                "queryStringParameters": "null",
            ], shape: .restRequest),
        Vector(
            testDescription: "REST REQUEST with members unknown", event: SampleEvents.rest,
            changes: ["news": #"{"deep":[1,{"x":null}]}"#], shape: .restRequest),
        Vector(
            testDescription: "the console's test", event: SampleEvents.rest,
            changes: [
                "methodArn": #""arn:aws:execute-api:eu-west-1:1:a1b2c3d4e5/ESTestInvoke-stage/GET/orders/7""#,
                "requestContext": #"{"stage":"test-invoke-stage","apiId":"a1b2c3d4e5","httpMethod":"GET"}"#,
            ], shape: .restRequest),
        Vector(testDescription: "payload 1.0", event: SampleEvents.payload1, shape: .httpPayload1),
        Vector(
            testDescription: "payload 1.0, $default", event: SampleEvents.payload1,
            changes: ["resource": #""$default""#, "requestContext": "null"], shape: .httpPayload1,
            target: .resource("$default", httpMethod: "GET")),
        Vector(
            testDescription: "payload 2.0", event: SampleEvents.payload2, shape: .httpPayload2,
            target: .routeKey("GET /orders/{id}", httpMethod: "GET")),
        Vector(
            testDescription: "payload 2.0 without version and identity source", event: SampleEvents.payload2,
            changes: ["version": nil, "identitySource": "null", "cookies": nil], shape: .httpPayload2,
            target: .routeKey("GET /orders/{id}", httpMethod: "GET")),
        Vector(
            testDescription: "payload 2.0, ANY", event: SampleEvents.payload2,
            changes: [
                "routeKey": #""ANY /orders/{id}""#,
                "requestContext": #"{"apiId":"a1b2c3d4e5","http":{"method":"GET"}}"#,
            ], shape: .httpPayload2, target: .routeKey("ANY /orders/{id}", httpMethod: "GET")),
        Vector(
            testDescription: "payload 2.0, an ARN of $default alone", event: SampleEvents.payload2,
            changes: [
                "routeKey": #""$default""#, "routeArn": #""\#(apiARN)$default""#,
                "requestContext": #"{"http":{"method":"GET"}}"#,
            ], shape: .httpPayload2, target: .routeKey("$default", httpMethod: "GET")),
        Vector(
            testDescription: "threat 60: REST REQUEST, a slash at the end", event: SampleEvents.rest,
            changes: ["methodArn": #""\#(apiARN)GET/orders/7/""#], shape: .restRequest,
            target: .path("/orders/7/", httpMethod: "GET")),
        Vector(
            testDescription: "threat 60: payload 2.0, a slash at the end", event: SampleEvents.payload2,
            changes: ["routeArn": #""\#(apiARN)GET/orders/7/""#], shape: .httpPayload2,
            target: .path("/orders/7/", httpMethod: "GET")),
        Vector(
            testDescription: "REST REQUEST, the root", event: SampleEvents.rest,
            changes: ["methodArn": #""\#(apiARN)GET/""#], shape: .restRequest),
        Vector(testDescription: "$connect", event: SampleEvents.connect, shape: .webSocketConnect, target: .connect),
        Vector(
            testDescription: "$connect with a version of its own", event: SampleEvents.connect,
            changes: ["version": #""$LATEST""#], shape: .webSocketConnect, target: .connect),
        Vector(
            testDescription: "$connect, told by its ARN alone", event: SampleEvents.connect,
            changes: ["requestContext": "{}"], shape: .webSocketConnect, target: .connect),
    ]

    @Test(arguments: vectors)
    func `threat 60: each shape is told from the others and gives what the table is asked for`(_ vector: Vector) throws
    {
        let request = try AuthorizerRequest(parsing: SampleEvents.json(vector.event, with: vector.changes))

        #expect(request.shape == vector.shape)
        #expect(request.target == vector.target)
        #expect(try request.credentials.get().elementsEqual("abc.def.ghi".utf8))
    }

    struct Fault: CustomTestStringConvertible {
        let testDescription: String
        let event: [String: String]
        var changes: [String: String?] = [:]
        let error: EventError
    }

    static let faults = [
        Fault(testDescription: "no members", event: [:], error: .unknownShape),
        Fault(
            testDescription: "an S3 event", event: ["Records": "[]"], error: .unknownShape),
        Fault(
            testDescription: "a Lambda proxy event, payload 1.0", event: SampleEvents.payload1, changes: ["type": nil],
            error: .unknownShape),
        Fault(
            testDescription: "AppSync",
            event: ["authorizationToken": #""x""#, "requestContext": #"{"queryString":"query {a}"}"#],
            error: .appSync),
        Fault(
            testDescription: "a type of the wrong type", event: SampleEvents.token, changes: ["type": "1"],
            error: .unknownShape),
        Fault(
            testDescription: "payload 2.0 of another type", event: SampleEvents.payload2,
            changes: ["type": #""OTHER""#], error: .unknownShape),
        Fault(
            testDescription: "no methodArn", event: SampleEvents.token, changes: ["methodArn": nil],
            error: .missing("methodArn")),
        Fault(
            testDescription: "methodArn null", event: SampleEvents.rest, changes: ["methodArn": "null"],
            error: .wrongType("methodArn")),
        Fault(
            testDescription: "methodArn malformed", event: SampleEvents.rest, changes: ["methodArn": #""arn:x""#],
            error: .invalidARN(.tooFewFields)),
        Fault(
            testDescription: "TOKEN for a WebSocket", event: SampleEvents.token,
            changes: ["methodArn": #""\#(apiARN)$connect""#], error: .contradiction("type")),
        Fault(
            testDescription: "authorizationToken a number", event: SampleEvents.token,
            changes: ["authorizationToken": "1"], error: .wrongType("authorizationToken")),
        Fault(
            testDescription: "payload 1.0, authorizationToken a number", event: SampleEvents.payload1,
            changes: ["headers": nil, "authorizationToken": "1"], error: .wrongType("authorizationToken")),
        Fault(
            testDescription: "no resource", event: SampleEvents.rest, changes: ["resource": nil],
            error: .missing("resource")),
        Fault(
            testDescription: "no httpMethod", event: SampleEvents.rest, changes: ["httpMethod": nil],
            error: .missing("httpMethod")),
        Fault(
            testDescription: "no routeKey", event: SampleEvents.payload2, changes: ["routeKey": nil],
            error: .missing("routeKey")),
        Fault(
            testDescription: "version 2.0 without routeArn", event: SampleEvents.payload2, changes: ["routeArn": nil],
            error: .missing("routeArn")),
        Fault(
            testDescription: "payload 2.0 without a method", event: SampleEvents.payload2,
            changes: ["requestContext": "{}"], error: .missing("requestContext.http.method")),
        Fault(
            testDescription: "payload 2.0, a method of the wrong type", event: SampleEvents.payload2,
            changes: ["requestContext": #"{"http":{"method":null}}"#],
            error: .wrongType("requestContext.http.method")),
        Fault(
            testDescription: "headers an array", event: SampleEvents.rest, changes: ["headers": "[]"],
            error: .wrongType("headers")),
        Fault(
            testDescription: "a header's value a number", event: SampleEvents.rest,
            changes: ["headers": #"{"authorization":1}"#], error: .wrongType("headers")),
        Fault(
            testDescription: "a list of header values that is a string", event: SampleEvents.rest,
            changes: ["multiValueHeaders": #"{"authorization":"x"}"#], error: .wrongType("multiValueHeaders")),
        Fault(
            testDescription: "a list of header values with a number", event: SampleEvents.rest,
            changes: ["multiValueHeaders": #"{"authorization":[1]}"#], error: .wrongType("multiValueHeaders")),
    ]

    @Test(arguments: faults)
    func `threat 88: any other event is an error, never an answer`(_ fault: Fault) {
        #expect(throws: fault.error) {
            try AuthorizerRequest(parsing: SampleEvents.json(fault.event, with: fault.changes))
        }
        #expect(fault.error.code == "event_unrecognised")
        #expect(fault.error.description.hasPrefix("event"))
    }

    @Test
    func `threat 88: what is not a JSON object is an error`() {
        #expect(throws: EventError.notJSON(.unexpectedEnd(at: 0))) { try AuthorizerRequest(parsing: []) }
        #expect(throws: EventError.notAnObject) { try AuthorizerRequest(parsing: Array("[]".utf8)) }
        #expect(throws: EventError.notJSON(.duplicateMember(at: 13))) {
            try AuthorizerRequest(parsing: Array(#"{"type":1,   "type":2}"#.utf8))
        }
        #expect(EventError.notAnObject.description.hasPrefix("event"))
        #expect(EventError.notJSON(.unexpectedEnd(at: 0)).description.contains("byte 0"))
    }

    @Test(arguments: [
        (SampleEvents.token, "authorizationToken", #""abc.def.ghi","authorizationToken":"x.y.z""#),
        (SampleEvents.rest, "headers", #"{"Authorization":"Bearer a.b.c","Authorization":"Bearer x.y.z"}"#),
        (SampleEvents.rest, "headers", #"{"Authorization":"Bearer a.b.c","Author\u0069zation":"Bearer x.y.z"}"#),
        (SampleEvents.rest, "methodArn", #""\#(apiARN)GET/a","methodArn":"\#(apiARN)GET/orders/7""#),
        (SampleEvents.payload2, "requestContext", #"{"http":{"method":"GET","method":"POST"}}"#),
        (SampleEvents.connect, "queryStringParameters", #"{"access_token":"a.b.c","access_token":"x.y.z"}"#),
    ])
    func `threat 34: an event that names a member twice, wherever it is, is an error`(
        _ event: [String: String], _ member: String, _ value: String
    ) throws {
        #expect {
            try AuthorizerRequest(parsing: SampleEvents.json(event, with: [member: value]))
        } throws: { error in
            guard case .notJSON(.duplicateMember)? = error as? EventError else { return false }
            return true
        }
    }

    static let contradictions: [(String, [String: String], [String: String?])] = [
        ("requestContext.apiId", SampleEvents.rest, ["requestContext": #"{"apiId":"other"}"#]),
        ("requestContext.stage", SampleEvents.rest, ["requestContext": #"{"stage":"dev"}"#]),
        ("requestContext.httpMethod", SampleEvents.rest, ["requestContext": #"{"httpMethod":"POST"}"#]),
        ("requestContext.resourcePath", SampleEvents.rest, ["requestContext": #"{"resourcePath":"/"}"#]),
        ("httpMethod", SampleEvents.rest, ["httpMethod": #""POST""#, "requestContext": nil]),
        ("httpMethod", SampleEvents.payload1, ["httpMethod": #""POST""#, "requestContext": nil]),
        ("requestContext.stage", SampleEvents.payload1, ["requestContext": #"{"stage":"dev"}"#]),
        (
            "requestContext.http.method", SampleEvents.payload2,
            ["requestContext": #"{"http":{"method":"POST"}}"#]
        ),
        (
            "requestContext.http.method", SampleEvents.payload2,
            ["routeArn": #""\#(apiARN)$connect""#, "requestContext": #"{"http":{"method":"GET"}}"#]
        ),
        (
            "requestContext.routeKey", SampleEvents.payload2,
            ["requestContext": #"{"routeKey":"GET /","http":{"method":"GET"}}"#]
        ),
        ("requestContext.apiId", SampleEvents.connect, ["requestContext": #"{"apiId":"other"}"#]),
        ("requestContext.routeKey", SampleEvents.connect, ["requestContext": #"{"routeKey":"$default"}"#]),
        (
            "requestContext.eventType", SampleEvents.connect,
            ["methodArn": #""\#(apiARN)GET/""#, "requestContext": #"{"eventType":"CONNECT"}"#]
        ),
    ]

    @Test(arguments: contradictions)
    func `threat 62: what is said twice must be the same`(
        _ member: String, _ event: [String: String], _ changes: [String: String?]
    ) {
        #expect(throws: EventError.contradiction(member)) {
            try AuthorizerRequest(parsing: SampleEvents.json(event, with: changes))
        }
    }

    @Test
    func `an event of payload 2.0 for the route $default may name another API, stage and method beside its ARN`() throws
    {
        let request = try AuthorizerRequest(
            parsing: SampleEvents.json(
                SampleEvents.payload2,
                with: [
                    "routeKey": #""$default""#, "routeArn": #""\#(apiARN)GET/request""#,
                    "requestContext": ##"""
                    {"apiId":"api-id","stage":"$default","routeKey":"$default","http":{"method":"POST"}}
                    """##,
                ]))
        #expect(request.target == .routeKey("$default", httpMethod: "GET"))
        #expect(request.arn.operation == .method(verb: "GET", path: "/request"))
    }

    @Test
    func `threat 62: a member that should agree must be a string`() {
        #expect(throws: EventError.wrongType("requestContext.apiId")) {
            try AuthorizerRequest(
                parsing: SampleEvents.json(SampleEvents.rest, with: ["requestContext": #"{"apiId":1}"#]))
        }
    }
}

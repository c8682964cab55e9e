import APIGateway
import Testing

@Suite("RFC 6750 §2 where a token may stand")
struct CredentialsTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let event: [String: String]
        let changes: [String: String?]
        var token: String?
        var fault: CredentialsFault?
    }

    private static func rest(_ text: String, _ headers: String, _ lists: String? = nil, _ query: String? = nil)
        -> Vector
    {
        Vector(
            testDescription: text, event: SampleEvents.rest,
            changes: ["headers": headers, "multiValueHeaders": lists, "queryStringParameters": query])
    }

    private static func vector(
        _ text: String, _ event: [String: String], _ changes: [String: String?], _ fault: CredentialsFault
    ) -> Vector {
        Vector(testDescription: text, event: event, changes: changes, fault: fault)
    }

    static let accepted: [Vector] = [
        rest("lower-case name", #"{"authorization":"Bearer t0.-_~+/="}"#),
        rest("upper-case name", #"{"AUTHORIZATION":"bearer t0.-_~+/="}"#),
        rest("mixed scheme", #"{"authorization":"bEaReR t0.-_~+/="}"#),
        rest("several spaces", #"{"authorization":"Bearer   t0.-_~+/="}"#),
        rest("only in the lists", "null", #"{"Authorization":["Bearer t0.-_~+/="]}"#),
        rest(
            "threat 54: one value, three times", #"{"Authorization":"Bearer t0.-_~+/="}"#,
            #"{"Authorization":["Bearer t0.-_~+/=","Bearer t0.-_~+/="],"authorization":["Bearer t0.-_~+/="]}"#),
        rest("null beside it", #"{"Authorization":"Bearer t0.-_~+/=","authorization":null}"#),
        Vector(
            testDescription: "TOKEN without a scheme", event: SampleEvents.token,
            changes: ["authorizationToken": #""t0.-_~+/=""#]),
        Vector(
            testDescription: "TOKEN, lower-case scheme", event: SampleEvents.token,
            changes: ["authorizationToken": #""bearer  t0.-_~+/=""#]),
        Vector(
            testDescription: "threat 55: payload 1.0 reads the header, not what was joined",
            event: SampleEvents.payload1,
            changes: [
                "headers": #"{"authorization":"Bearer t0.-_~+/="}"#,
                "authorizationToken": #""Bearer t0.-_~+/=,other""#,
            ]),
        Vector(
            testDescription: "payload 1.0, one identity source and no such header", event: SampleEvents.payload1,
            changes: ["headers": #"{"x-token":"Bearer t0.-_~+/="}"#, "authorizationToken": #""Bearer t0.-_~+/=""#]),
        Vector(
            testDescription: "$connect with the token in the query", event: SampleEvents.connect,
            changes: [
                "headers": "{}", "multiValueHeaders": "{}", "queryStringParameters": #"{"access_token":"t0.-_~+/="}"#,
                "multiValueQueryStringParameters": #"{"access_token":["t0.-_~+/="]}"#,
            ]),
        rest(
            "threat 69: a certificate's header is not looked at",
            #"{"Authorization":"Bearer t0.-_~+/=","X-Client-Cert":"a"}"#),
    ]

    @Test(arguments: accepted)
    func `threat 37, threat 54, threat 55, threat 69: one bearer token in its place is taken`(_ vector: Vector) throws {
        let request = try AuthorizerRequest(parsing: SampleEvents.json(vector.event, with: vector.changes))

        #expect(try String(decoding: request.credentials.get(), as: UTF8.self) == "t0.-_~+/=")
    }

    private static func header(_ value: String, _ fault: CredentialsFault) -> Vector {
        vector(
            "header \(value)", SampleEvents.rest,
            ["headers": #"{"Authorization":"\#(value)"}"#, "multiValueHeaders": nil], fault)
    }

    static let refused: [Vector] = [
        vector("no headers", SampleEvents.rest, ["headers": "null", "multiValueHeaders": "null"], .missing),
        header("", .missing),
        header("Basic YTpi", .missing),
        header("abc.def.ghi", .missing),
        header("Bearer", .malformed),
        header("Bearer ", .malformed),
        header(" Bearer a", .malformed),
        header("Bearer a ", .malformed),
        header("Bearer a b", .malformed),
        header(#"Bearer\ta"#, .malformed),
        header(#"Bearer \ta"#, .malformed),
        header("Bearer,Bearer a", .malformed),
        header("Bearer a,Bearer a", .malformed),
        header("Bearer ==", .malformed),
        header("Bearer a=b", .malformed),
        header("Bearer é", .malformed),
        header("é", .malformed),
        header("BearerBearer a", .missing),
        vector(
            "threat 54: two values in the lists", SampleEvents.rest,
            [
                "headers": #"{"Authorization":"Bearer b"}"#,
                "multiValueHeaders": #"{"Authorization":["Bearer a","Bearer b"]}"#,
            ], .ambiguous),
        vector(
            "threat 54: names that differ in case", SampleEvents.rest,
            ["headers": #"{"Authorization":"Bearer a","authorization":"Bearer b"}"#, "multiValueHeaders": nil],
            .ambiguous),
        vector(
            "threat 54: headers and lists differ", SampleEvents.rest,
            [
                "headers": #"{"Authorization":"Bearer a"}"#, "multiValueHeaders": #"{"Authorization":["Bearer b"]}"#,
            ], .ambiguous),
        vector(
            "threat 56: header and query", SampleEvents.rest, ["queryStringParameters": #"{"access_token":"a"}"#],
            .ambiguous),
        vector(
            "threat 56: header and query, payload 2.0", SampleEvents.payload2,
            ["queryStringParameters": #"{"access_token":"a"}"#], .ambiguous),
        vector(
            "threat 56: header and query, $connect", SampleEvents.connect,
            ["multiValueQueryStringParameters": #"{"access_token":["a"]}"#], .ambiguous),
        vector(
            "the query alone, REST", SampleEvents.rest,
            [
                "headers": "{}", "multiValueHeaders": "{}", "queryStringParameters": #"{"access_token":"a"}"#,
            ], .missing),
        vector(
            "the query alone, payload 2.0", SampleEvents.payload2,
            ["headers": "{}", "queryStringParameters": #"{"access_token":"a"}"#], .missing),
        vector(
            "two tokens in the query, $connect", SampleEvents.connect,
            [
                "headers": nil, "multiValueHeaders": nil,
                "multiValueQueryStringParameters": #"{"access_token":["a","b"]}"#,
            ], .ambiguous),
        vector(
            "an empty token in the query, $connect", SampleEvents.connect,
            ["headers": nil, "multiValueHeaders": nil, "queryStringParameters": #"{"access_token":""}"#], .missing),
        vector(
            "no token in the query, $connect", SampleEvents.connect,
            ["headers": nil, "multiValueHeaders": nil, "queryStringParameters": #"{"Access_Token":"a"}"#], .missing),
        vector(
            "a token with a space in the query, $connect", SampleEvents.connect,
            ["headers": nil, "multiValueHeaders": nil, "queryStringParameters": #"{"access_token":"a b"}"#],
            .malformed),
        vector(
            "threat 55: payload 1.0, several identity sources", SampleEvents.payload1,
            ["headers": nil, "authorizationToken": #""Bearer a,other""#], .missing),
        vector(
            "payload 1.0, an identity source that is no bearer token", SampleEvents.payload1,
            ["headers": nil, "authorizationToken": #""a.example""#], .missing),
        vector(
            "payload 1.0, no identity source", SampleEvents.payload1, ["headers": nil, "authorizationToken": "null"],
            .missing),
        vector(
            "payload 2.0, a comma", SampleEvents.payload2, ["headers": #"{"authorization":"Bearer a,Bearer b"}"#],
            .ambiguous),
        vector("TOKEN, nothing", SampleEvents.token, ["authorizationToken": nil], .missing),
        vector("TOKEN, empty", SampleEvents.token, ["authorizationToken": #""""#], .missing),
        vector("TOKEN, the scheme alone", SampleEvents.token, ["authorizationToken": #""Bearer""#], .malformed),
        vector("TOKEN, another scheme", SampleEvents.token, ["authorizationToken": #""Basic YTpi""#], .missing),
        vector("TOKEN, two words", SampleEvents.token, ["authorizationToken": #""Bearer a b""#], .malformed),
        vector("TOKEN, a comma", SampleEvents.token, ["authorizationToken": #""a,b""#], .malformed),
    ]

    @Test(arguments: refused)
    func `threat 37, threat 54, threat 55, threat 56: anything else is refused with its reason`(_ vector: Vector) throws
    {
        let request = try AuthorizerRequest(parsing: SampleEvents.json(vector.event, with: vector.changes))

        var fault: CredentialsFault?
        if case .failure(let found) = request.credentials { fault = found }
        #expect(fault == vector.fault)
    }

    @Test
    func `faults have the codes of the contract`() {
        let faults: [CredentialsFault] = [.missing, .ambiguous, .malformed]

        #expect(faults.map { $0.code } == ["missing_token", "ambiguous_credentials", "malformed_token"])
        #expect(faults.allSatisfy { $0.description.hasPrefix("request") })
    }
}

import APIGateway
import StrictJSON
import Testing

@Suite("methodArn and routeArn")
struct MethodARNTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let text: String
        var stage: ExactString = "prod"
        var verb: ExactString = "GET"
        var path: ExactString = "/orders"
        var prefix: ExactString?
    }

    static let vectors = [
        Vector(testDescription: "a path", text: apiARN + "GET/orders"),
        Vector(testDescription: "the root", text: apiARN + "GET/", path: "/"),
        Vector(
            testDescription: "China", text: "arn:aws-cn:execute-api:cn-north-1:123456789012:a1/prod/GET/orders",
            prefix: "arn:aws-cn:execute-api:cn-north-1:123456789012:a1/prod/"),
        Vector(
            testDescription: "GovCloud",
            text: "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:a1/prod/GET/orders"),
        Vector(
            testDescription: "European Sovereign Cloud",
            text: "arn:aws-eusc:execute-api:eusc-de-east-1:123456789012:a1/prod/GET/orders"),
        Vector(
            testDescription: "stage $default", text: "arn:aws:execute-api:eu-west-1:1:a1/$default/POST/orders",
            stage: "$default", verb: "POST"),
        Vector(testDescription: "stage *", text: "arn:aws:execute-api:eu-west-1:1:a1/*/GET/orders", stage: "*"),
        Vector(
            testDescription: "the console's test",
            text: "arn:aws:execute-api:eu-west-1:1:a1/ESTestInvoke-stage/GET/orders", stage: "ESTestInvoke-stage"),
        Vector(testDescription: "threat 61: colons in the path", text: apiARN + "GET/a:b/c:d:e", path: "/a:b/c:d:e"),
        Vector(testDescription: "slashes in the path", text: apiARN + "GET/a/b//c/", path: "/a/b//c/"),
        Vector(
            testDescription: "an ARN in the path", text: apiARN + "GET/" + apiARN + "GET/",
            path: ExactString("/\(apiARN)GET/")),
        Vector(
            testDescription: "an emulator's words for account and api",
            text: "arn:aws:execute-api:us-east-1:random-account-id:random-api-id/dev/GET/orders", stage: "dev"),
    ]

    @Test(arguments: vectors)
    func `threat 61: an ARN is split at five colons and then at three slashes`(_ vector: Vector) throws {
        let arn = try MethodARN(parsing: ExactString(vector.text))

        #expect(arn.operation == .method(verb: vector.verb, path: vector.path))
        #expect(arn.stage == vector.stage)
        #expect(arn.text == ExactString(vector.text))
        if let prefix = vector.prefix { #expect(arn.apiStagePrefix == prefix) }
    }

    @Test
    func `a WebSocket's ARN has $connect for its verb, and $default stands alone too`() throws {
        #expect(try arn("$connect").operation == .connect)
        #expect(try arn("$default").operation == .default)
        #expect(try arn("$connect").apiStagePrefix == ExactString(apiARN))
    }

    static let faults: [(String, MethodARNError)] = [
        ("", .tooFewFields),
        ("arn:aws:execute-api:eu-west-1:1", .tooFewFields),
        ("urn:aws:execute-api:eu-west-1:1:a1/prod/GET/", .otherService),
        ("arn:aws:lambda:eu-west-1:1:a1/prod/GET/", .otherService),
        ("arn:gcp:execute-api:eu-west-1:1:a1/prod/GET/", .invalid(.partition)),
        ("arn:aws*:execute-api:eu-west-1:1:a1/prod/GET/", .invalid(.partition)),
        ("arn:aws:execute-api:*:1:a1/prod/GET/", .invalid(.region)),
        ("arn:aws:execute-api::1:a1/prod/GET/", .invalid(.region)),
        ("arn:aws:execute-api:eu-west-1:?:a1/prod/GET/", .invalid(.account)),
        ("arn:aws:execute-api:eu-west-1:1:*/prod/GET/", .invalid(.api)),
        ("arn:aws:execute-api:eu-west-1:1:a1/pr*d/GET/", .invalid(.stage)),
        ("arn:aws:execute-api:eu-west-1:1:a1//GET/", .invalid(.stage)),
        ("arn:aws:execute-api:eu-west-1:1:a1/${x}/GET/", .invalid(.stage)),
        ("arn:aws:execute-api:eu-west-1:1:a1/prod", .tooFewParts),
        ("arn:aws:execute-api:eu-west-1:1:a1/prod/GET", .tooFewParts),
        ("arn:aws:execute-api:eu-west-1:1:a1/prod/$disconnect", .tooFewParts),
        ("arn:aws:execute-api:eu-west-1:1:a1/prod/get/", .invalid(.verb)),
        ("arn:aws:execute-api:eu-west-1:1:a1/prod/*/", .invalid(.verb)),
        ("arn:aws:execute-api:eu-west-1:1:a1/prod//x", .invalid(.verb)),
        (apiARN + "GET/" + String(repeating: "a", count: 1_600), .tooLong(limitInBytes: 1_600)),
    ]

    @Test(arguments: faults)
    func `anything else is no ARN of a request`(_ text: String, _ error: MethodARNError) {
        #expect(throws: error) { try MethodARN(parsing: ExactString(text)) }
        #expect(error.description.first?.isLowercase ?? true || error.description.hasPrefix("ARN"))
    }

    @Test
    func `an ARN of exactly 1,600 bytes is taken`() throws {
        let path = String(repeating: "a", count: 1_600 - apiARN.utf8.count - 4)

        #expect(try arn("GET/\(path)").text.utf8.count == 1_600)
    }
}

import AWSClient
import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite("Credentials of containers and instances")
struct EndpointCredentialsTests {
    static let answer = """
        {"RoleArn": "arn", "AccessKeyId": "ENDPOINT", "SecretAccessKey": "s3cret", "Token": "t0ken",
        "Expiration": "2030-01-01T00:00:00Z"}
        """

    func container(_ server: ScriptedServer, _ more: [String: String] = [:]) -> Surroundings {
        let surroundings = Surroundings(more)
        surroundings.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:\(server.port)/v2/c?id=1"
        return surroundings
    }

    @Test func `a container's endpoint is asked with its token`() throws {
        let server = try ScriptedServer([Step(Self.answer)])
        let identity = try container(server, ["AWS_CONTAINER_AUTHORIZATION_TOKEN": "Bearer abc"]).identity()
        #expect(identity.keyID == "ENDPOINT")
        #expect(identity.token == "t0ken")
        let received = try #require(try server.requests().first)
        #expect(received.method == "GET")
        #expect(received.target == "/v2/c?id=1")
        #expect(received.values(of: "Authorization") == ["Bearer abc"])
    }

    @Test func `a token's file comes before its variable, and is read for each request`() throws {
        let server = try ScriptedServer([Step(Self.answer)])
        let surroundings = container(
            server,
            [
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": "no", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token",
            ])
        surroundings.files["/token"] = "of-the-file\n"
        #expect(try surroundings.identity().keyID == "ENDPOINT")
        #expect(try server.requests().first?.values(of: "Authorization") == ["of-the-file"])
    }

    @Test func `the files come before a container's endpoint`() throws {
        let server = try ScriptedServer([Step(Self.answer)])
        let surroundings = container(server)
        surroundings.files["/home/someone/.aws/credentials"] =
            "[default]\naws_access_key_id=FILE\naws_secret_access_key=s"
        #expect(try surroundings.identity().keyID == "FILE")
        #expect(try server.requests().isEmpty)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var environment: [String: String] = [:]
        var body = EndpointCredentialsTests.answer
        var status = 200
        var line: String
    }

    static let uri = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    static let faults = [
        Fault(
            testDescription: "refused", status: 403,
            line: "\(uri): its address answered status 403; check the task's role"),
        Fault(testDescription: "not JSON", body: "<s3cret>", line: "\(uri): gave no JSON object; try it by itself"),
        Fault(
            testDescription: "no secret", body: "{\"AccessKeyId\": \"A\"}",
            line: "\(uri): gave no AccessKeyId and SecretAccessKey; try it by itself"),
        Fault(
            testDescription: "not at present", body: "{\"Code\": \"AssumeRoleUnauthorizedAccess\"}",
            line: "\(uri): has no credentials at present; try again later"),
        Fault(
            testDescription: "a token that ends its line",
            environment: ["AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\r\nb: c"],
            line:
                "AWS_CONTAINER_AUTHORIZATION_TOKEN: its token cannot stand in a header; leave it as the platform sets it"
        ),
        Fault(
            testDescription: "a token's file that is not there",
            environment: ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nowhere"],
            line: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: /nowhere does not exist; check the platform's agent"),
        Fault(
            testDescription: "a path without its slash", environment: ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "v2"],
            line:
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: not a path that begins with /; leave it as the platform sets it"
        ),
        Fault(
            testDescription: "a path that names another host",
            environment: ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/@example.com/ "],
            line:
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: URL holds a character it may not at byte 34; leave it as the platform sets it"
        ),
    ]

    @Test(arguments: faults)
    func `an endpoint that gives none is named, and nothing that it answered`(_ fault: Fault) throws {
        let server = try ScriptedServer([Step(fault.body, status: fault.status)])
        #expect(try container(server, fault.environment).failure()?.description == fault.line)
    }

    @Test(arguments: ["http://example.com/c", "http://169.254.169.253/c", "http://10.0.0.1/c", "http://[fd00::1]/c"])
    func `plain HTTP to any other host is refused before anything is sent`(_ url: String) throws {
        #expect(
            try Surroundings([Self.uri: url]).failure()?.description
                == "\(Self.uri): http:// to a host that is neither this machine nor a platform's own; "
                + "use https://, or an address such as http://169.254.169.254")
    }

    @Test func `an endpoint where nobody answers is named`() throws {
        let server = try ScriptedServer([Step("")])
        _ = try server.requests()
        #expect(
            try container(server).failure()?.description
                == "\(Self.uri): nobody answers at its address; check that the platform's agent runs")
    }

    @Test func `a busy endpoint is asked three times`() throws {
        let busy = Step("", status: 503)
        let server = try ScriptedServer([busy, busy, Step(Self.answer)])
        #expect(try container(server).identity().keyID == "ENDPOINT")
        #expect(try server.requests().count == 3)
    }

    // MARK: Instances

    func instance(_ server: ScriptedServer) -> Surroundings {
        Surroundings([
            "AWS_EC2_METADATA_DISABLED": "false",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:\(server.port)/",
        ])
    }

    @Test func `an instance's role is asked for by the second version of the metadata service`() throws {
        let server = try ScriptedServer([Step("t0ken=="), Step("a+role\n"), Step(Self.answer)])
        let identity = try instance(server).identity()
        #expect(identity.keyID == "ENDPOINT")
        let received = try server.requests()
        #expect(
            received.map { "\($0.method) \($0.target)" } == [
                "PUT /latest/api/token", "GET /latest/meta-data/iam/security-credentials/",
                "GET /latest/meta-data/iam/security-credentials/a+role",
            ])
        #expect(received[0].values(of: "X-aws-ec2-metadata-token-ttl-seconds") == ["21600"])
        #expect(received[0].values(of: "Content-Length") == ["0"])
        #expect(received[1].values(of: "X-aws-ec2-metadata-token") == ["t0ken=="])
        #expect(received[2].values(of: "X-aws-ec2-metadata-token") == ["t0ken=="])
    }

    @Test func `an instance without a role has no credentials`() throws {
        let server = try ScriptedServer([Step("t"), Step("", status: 404)])
        #expect(try instance(server).failure()?.code == "no_credentials")
    }

    /// EC2 user guide, *Use the Instance Metadata Service*: 403 where it is turned off.
    @Test func `an instance whose metadata is turned off has none`() throws {
        let server = try ScriptedServer([Step("", status: 403)])
        #expect(try instance(server).failure()?.code == "no_credentials")
    }

    @Test func `a machine that is no instance has none`() throws {
        let server = try ScriptedServer([Step("")])
        let surroundings = instance(server)
        _ = try server.requests()
        let error = try #require(try surroundings.failure())
        #expect(error.code == "no_credentials")
        #expect(error.description.contains(", the instance's metadata)"))
    }

    static let refusals: [([Step], String)] = [
        (
            [Step("", status: 400)],
            "the instance's metadata: gave no token (status 400); say --profile, or set AWS_EC2_METADATA_DISABLED=true"
        ),
        (
            [Step("t"), Step("", status: 200)],
            "the instance's metadata: named no role (status 200); attach a role to the instance"
        ),
        (
            [Step("t"), Step("r"), Step("", status: 404)],
            "the instance's metadata: gave no credentials of role r; check the instance's profile"
        ),
        (
            [Step("t"), Step("r"), Step("{}")],
            "the instance's metadata: gave no AccessKeyId and SecretAccessKey; try it by itself"
        ),
    ]

    @Test(arguments: refusals.indices)
    func `a metadata service that gives none is told`(_ index: Int) throws {
        let (steps, line) = Self.refusals[index]
        let server = try ScriptedServer(steps)
        #expect(try instance(server).failure()?.description == line)
        #expect(try server.requests().count == steps.count)
    }

    @Test func `a role that is no part of a path is not asked for`() throws {
        let server = try ScriptedServer([Step("t"), Step("a b"), Step(Self.answer)])
        let description = try #require(try instance(server).failure()?.description)
        #expect(description.hasPrefix("the instance's metadata: URL holds a character it may not"))
        #expect(try server.requests().count == 2)
    }

    @Test func `an instance is not asked when that is forbidden`() throws {
        let server = try ScriptedServer([Step("t")])
        let surroundings = instance(server)
        surroundings.environment["AWS_EC2_METADATA_DISABLED"] = "TRUE"
        #expect(try surroundings.failure()?.code == "no_credentials")
        #expect(try server.requests().isEmpty)
    }
}

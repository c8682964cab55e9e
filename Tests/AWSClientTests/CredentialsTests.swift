import AWSClient
import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite("Credentials of the environment and of programs")
struct CredentialsTests {
    static let files = ["/home/someone/.aws/credentials": "[default]\naws_access_key_id=FILE\naws_secret_access_key=s"]
    static let variables = [
        "AWS_ACCESS_KEY_ID": "ENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t0ken",
    ]

    @Test func `the environment comes before the files`() throws {
        let surroundings = Surroundings(Self.variables)
        surroundings.files = Self.files
        let identity = try surroundings.identity()
        #expect(identity.keyID == "ENVIRONMENT")
        #expect(identity.token == "t0ken")
        #expect(identity.scope == "eu-central-1/apigateway/aws4_request")
    }

    @Test func `a profile that is said comes before the environment, one of a variable does not`() throws {
        let surroundings = Surroundings(Self.variables)
        surroundings.files = Self.files
        #expect(try surroundings.identity(AWSOptions(profile: "default")).keyID == "FILE")
        surroundings.environment["AWS_PROFILE"] = "default"
        #expect(try surroundings.identity().keyID == "ENVIRONMENT")
    }

    @Test func `half a pair of variables is refused`() throws {
        #expect(
            try Surroundings(["AWS_ACCESS_KEY_ID": "A"]).failure()?.description
                == "AWS_SECRET_ACCESS_KEY: not set, though AWS_ACCESS_KEY_ID is; set both or neither")
        #expect(
            try Surroundings(["AWS_SECRET_ACCESS_KEY": "s"]).failure()?.description
                == "AWS_ACCESS_KEY_ID: not set, though AWS_SECRET_ACCESS_KEY is; set both or neither")
    }

    @Test func `a web identity is refused with a way out`() throws {
        let surroundings = Surroundings(["AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn"])
        #expect(
            try surroundings.failure()?.description
                == "AWS_WEB_IDENTITY_TOKEN_FILE: a web identity is not exchanged for credentials here; "
                + "let the AWS CLI do it: eval \"$(aws configure export-credentials --format env)\"")
    }

    @Test func `where there are none, it is said where they were looked for`() throws {
        #expect(
            try Surroundings().failure()?.description
                == "no AWS credentials found (looked in: AWS_ACCESS_KEY_ID, profile default in "
                + "/home/someone/.aws/credentials and /home/someone/.aws/config, "
                + "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI, "
                + "not in the instance's metadata, as AWS_EC2_METADATA_DISABLED says); run 'aws configure', "
                + "say --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    }

    // MARK: Time

    @Test func `credentials that have ended are not sent`() throws {
        let surroundings = Surroundings(Self.variables)
        surroundings.environment["AWS_CREDENTIAL_EXPIRATION"] = "2026-11-18T10:26:40Z"
        surroundings.now = 1_794_997_599
        #expect(try surroundings.failure() == nil)
        surroundings.now = 1_794_997_600
        let error = try #require(try surroundings.failure())
        #expect(
            error.description
                == "the AWS credentials of the environment have expired; renew them, as with 'aws sso login', and run it again"
        )
        #expect(error.code == "expired_credentials")
    }

    // MARK: Programs

    static let config = "/home/someone/.aws/config"
    static let answer = """
        {"Version": 1, "AccessKeyId": "PROGRAM", "SecretAccessKey": "s", "SessionToken": "t",
        "Expiration": "2026-11-18T10:26:40+00:00"}
        """

    @Test func `a program is started without a shell, and asked again shortly before its credentials end`() throws {
        let surroundings = Surroundings()
        surroundings.files[Self.config] = "[default]\ncredential_process = \"/opt/my tool\" --x \"a b\" 1"
        surroundings.program = { _ in Self.answer }
        surroundings.now = 1_794_990_000
        let server = try ScriptedServer([Step("{}")])
        surroundings.environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:\(server.port)"
        let client = try surroundings.client()
        for _ in 0..<3 { _ = try client.send(.rest(.get, ["apikeys"])) }
        #expect(surroundings.started == [["/opt/my tool", "--x", "a b", "1"]])
        surroundings.now = 1_794_997_301
        _ = try client.send(.rest(.get, ["apikeys"]))
        #expect(surroundings.started.count == 2)
        let identities = try server.requests().map { Identity($0) }
        #expect(identities.count == 4)
        #expect(identities.allSatisfy { $0.keyID == "PROGRAM" && $0.token == "t" })
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var command = "x"
        var output: String?
        var line: String
    }

    static let place = "/home/someone/.aws/config line 2"
    static let faults = [
        Fault(
            testDescription: "it fails",
            line: "\(place) (credential_process): it ended with status 1; run the command by itself"),
        Fault(
            testDescription: "no JSON", output: "s3cret",
            line: "\(place) (credential_process): gave no JSON object; try it by itself"),
        Fault(
            testDescription: "an array", output: "[]",
            line: "\(place) (credential_process): gave no JSON object; try it by itself"),
        Fault(
            testDescription: "another version", output: "{\"Version\": 2}",
            line:
                "\(place) (credential_process): gave a JSON object whose Version is not 1; see AWS's documentation of it"
        ),
        Fault(
            testDescription: "no key", output: "{\"Version\": 1, \"SecretAccessKey\": \"s3cret\"}",
            line: "\(place) (credential_process): gave no AccessKeyId and SecretAccessKey; try it by itself"),
        Fault(
            testDescription: "a number for a key", output: "{\"Version\": 1, \"AccessKeyId\": 1}",
            line:
                "\(place) (credential_process): gave something else than text as AccessKeyId; see AWS's documentation of it"
        ),
        Fault(
            testDescription: "a wrong time",
            output: "{\"Version\": 1, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"s\", \"Expiration\": \"soon\"}",
            line: "\(place) (credential_process): gave an Expiration that is no time; see AWS's documentation of it"),
        Fault(
            testDescription: "a shell's work", command: "x | y",
            line:
                "\(place): credential_process holds a character for a shell, and none is used; put the command into a script and name that"
        ),
        Fault(
            testDescription: "an open quotation", command: "\"x",
            line: "\(place): credential_process has a quotation mark that is not closed; close it"),
        Fault(
            testDescription: "a variable's setting", command: "A=B x",
            line: "\(place): credential_process names no program; name one"),
    ]

    @Test(arguments: faults)
    func `a program that gives none is named, and nothing that it wrote`(_ fault: Fault) throws {
        let surroundings = Surroundings()
        surroundings.files[Self.config] = "[default]\ncredential_process = \(fault.command)"
        surroundings.program = { _ in fault.output }
        #expect(try surroundings.failure()?.description == fault.line)
    }

    @Test func `keys of the credentials file come before a program, and a program before keys of the config file`()
        throws
    {
        let surroundings = Surroundings()
        surroundings.program = { _ in Self.answer }
        surroundings.now = 1_794_990_000
        surroundings.files[Self.config] =
            "[default]\ncredential_process=x\naws_access_key_id=CONFIG\naws_secret_access_key=s"
        #expect(try surroundings.identity().keyID == "PROGRAM")
        surroundings.files.merge(Self.files) { $1 }
        #expect(try surroundings.identity().keyID == "FILE")
    }

    @Test func `a real program is started with its words as they are`() throws {
        let output = try AWSSurroundings.system.run(["printf", "%s|", "a b", "$HOME", "--"])
        #expect(String(decoding: output, as: UTF8.self) == "a b|$HOME|--|")
        #expect(throws: FailedProgram(reason: "it ended with status 3")) {
            try AWSSurroundings.system.run(["sh", "-c", "exit 3"])
        }
        #expect(throws: FailedProgram(reason: "it ended with status 127")) {
            try AWSSurroundings.system.run(["/nonexistent/program"])
        }
        #expect(throws: FailedProgram(reason: "it writes too much")) {
            try AWSSurroundings.system.run(["head", "-c", "2000000", "/dev/zero"])
        }
    }
}

import AWSClient
import TestSupport
import Testing

@Suite("Shared files")
struct ProfileTests {
    static let credentials = "/home/someone/.aws/credentials"
    static let config = "/home/someone/.aws/config"

    struct Vector: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var credentials: String?
        var config: String?
        var profile: String?
        var environment: [String: String] = [:]
        var keyID: String?
        var token: String?
    }

    static let read = [
        Vector(
            testDescription: "the default profile",
            credentials: "[default]\naws_access_key_id = A\naws_secret_access_key=s",
            keyID: "A"),
        Vector(
            testDescription: "a session token, CR LF, comments, blanks and upper case",
            credentials: "# a\r\n; b\r\n\r\n[default] # c\r\n AWS_ACCESS_KEY_ID".replacing(" AWS", with: "AWS")
                + "=A\r\naws_secret_access_key = a=b\r\naws_session_token=\tt \r\n",
            keyID: "A", token: "t"),
        Vector(
            testDescription: "a named profile of the credentials file",
            credentials:
                "[default]\naws_access_key_id=A\naws_secret_access_key=s\n[b]\naws_access_key_id=B\naws_secret_access_key=s",
            profile: "b", keyID: "B"),
        Vector(
            testDescription: "AWS_PROFILE names one",
            credentials: "[b]\naws_access_key_id=B\naws_secret_access_key=s", environment: ["AWS_PROFILE": "b"],
            keyID: "B"),
        Vector(
            testDescription: "a profile of the config file",
            config: "[default]\nregion=eu-west-1\n[profile c d]\naws_access_key_id=C\naws_secret_access_key=s",
            profile: "c d", keyID: "C"),
        Vector(
            testDescription: "a quoted profile of the config file",
            config: "[profile \"c d\"]\naws_access_key_id=C\naws_secret_access_key=s", profile: "c d", keyID: "C"),
        Vector(
            testDescription: "the credentials file before the config file",
            credentials: "[x]\naws_access_key_id=A\naws_secret_access_key=s",
            config: "[profile x]\naws_access_key_id=B\naws_secret_access_key=s", profile: "x", keyID: "A"),
        Vector(
            testDescription: "nested settings and other sections are passed over",
            config:
                "[sso-session s]\nsso_region=a\n[default]\ns3 =\n  max_concurrent_requests = 20\naws_access_key_id=A\n"
                + "aws_secret_access_key=s\n[services s]\napi_gateway =\n  endpoint_url = http://a", keyID: "A"),
        Vector(
            testDescription: "files named by variables",
            environment: ["AWS_SHARED_CREDENTIALS_FILE": "/elsewhere/credentials", "AWS_CONFIG_FILE": "~/config"],
            keyID: "E"),
    ]

    @Test(arguments: read)
    func `a profile gives its keys`(_ vector: Vector) throws {
        let surroundings = Surroundings(vector.environment)
        surroundings.files = ["/elsewhere/credentials": "[default]\naws_access_key_id=E\naws_secret_access_key=s"]
        surroundings.files[Self.credentials] = vector.credentials
        surroundings.files[Self.config] = vector.config
        let identity = try surroundings.identity(AWSOptions(profile: vector.profile))
        #expect(identity.keyID == vector.keyID)
        #expect(identity.token == vector.token)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var credentials: String?
        var config: String?
        var profile: String?
        var line: String
    }

    static let faults = [
        Fault(
            testDescription: "no section", credentials: "aws_access_key_id=A",
            line: "/home/someone/.aws/credentials line 1: a setting before the first [section]; correct that line"),
        Fault(
            testDescription: "no equals sign", credentials: "[default]\n\naws_access_key_id A",
            line: "/home/someone/.aws/credentials line 3: neither [section] nor name = value; correct that line"),
        Fault(
            testDescription: "no name", credentials: "[default]\n=A",
            line: "/home/someone/.aws/credentials line 2: neither [section] nor name = value; correct that line"),
        Fault(
            testDescription: "an open section", config: "[profile a",
            line: "/home/someone/.aws/config line 1: a [section] without its ]; correct that line"),
        Fault(
            testDescription: "a nameless section", config: "[ ]",
            line: "/home/someone/.aws/config line 1: a [section] without a name; correct that line"),
        Fault(
            testDescription: "text behind a section", config: "[default] x",
            line: "/home/someone/.aws/config line 1: text behind a [section]; correct that line"),
        Fault(
            testDescription: "a profile twice", config: "[profile a]\n[default]\n[profile a]",
            line: "/home/someone/.aws/config line 3: profile a for a second time, after line 1; correct that line"),
        Fault(
            testDescription: "a setting twice", config: "[default]\nregion=a\nREGION=b",
            line: "/home/someone/.aws/config line 3: region for a second time; correct that line"),
        Fault(
            testDescription: "an indented line after a section", config: "[default]\n  a=b",
            line: "/home/someone/.aws/config line 2: an indented line that continues nothing; correct that line"),
        Fault(
            testDescription: "no secret", credentials: "[default]\naws_access_key_id=A",
            line:
                "/home/someone/.aws/credentials line 2: profile default has no aws_secret_access_key; add it, or remove both"
        ),
        Fault(
            testDescription: "no key id", credentials: "[default]\naws_access_key_id=\naws_secret_access_key=s",
            line:
                "/home/someone/.aws/credentials line 3: profile default has no aws_access_key_id; add it, or remove both"
        ),
        Fault(
            testDescription: "a secret that goes on",
            credentials: "[default]\naws_access_key_id=A\naws_secret_access_key=s\n  t",
            line:
                "/home/someone/.aws/credentials line 3: aws_secret_access_key goes on in the next line; write it in one line"
        ),
        Fault(
            testDescription: "a comment behind a secret",
            credentials: "[default]\naws_access_key_id=A\naws_secret_access_key=s # mine",
            line:
                "/home/someone/.aws/credentials line 3: aws_secret_access_key is followed by a comment; give the comment a line of its own"
        ),
        Fault(
            testDescription: "a profile that is nowhere", credentials: "[a]", profile: "b",
            line:
                "profile b: in neither /home/someone/.aws/credentials nor /home/someone/.aws/config; name one that is, or run 'aws configure --profile b'"
        ),
        Fault(
            testDescription: "a profile of the config file without its word", config: "[b]\naws_access_key_id=A",
            profile: "b",
            line:
                "profile b: in neither /home/someone/.aws/credentials nor /home/someone/.aws/config; name one that is, or run 'aws configure --profile b'"
        ),
        Fault(
            testDescription: "a role", config: "[profile r]\nrole_arn=arn:aws:iam::1:role/x\nsource_profile=default",
            profile: "r",
            line:
                "/home/someone/.aws/config line 2: profile r wants credentials by a role, which are not fetched here; "
                + "let the AWS CLI do it: eval \"$(aws configure export-credentials --profile r --format env)\""),
        Fault(
            testDescription: "single sign-on before keys",
            config: "[default]\nsso_session=s\naws_access_key_id=A\naws_secret_access_key=s",
            line:
                "/home/someone/.aws/config line 2: profile default wants credentials by single sign-on, which are not fetched here; "
                + "let the AWS CLI do it: eval \"$(aws configure export-credentials --profile default --format env)\""),
        Fault(
            testDescription: "a key that is none",
            credentials: "[default]\naws_access_key_id=A B\naws_secret_access_key=s",
            line:
                "profile default (/home/someone/.aws/credentials line 2): holds a key or token that cannot be one; copy it again, whole"
        ),
    ]

    @Test(arguments: faults)
    func `what two tools might read differently is refused by file and line`(_ fault: Fault) throws {
        let surroundings = Surroundings()
        surroundings.files[Self.credentials] = fault.credentials
        surroundings.files[Self.config] = fault.config
        let error = try #require(try surroundings.failure(AWSOptions(profile: fault.profile)))
        #expect(error.description == fault.line)
        #expect(error.code == "credentials_unreadable")
    }

    @Test func `a file that is not UTF-8, or cannot be read, is named`() throws {
        let surroundings = Surroundings(["AWS_CONFIG_FILE": "/unreadable"])
        #expect(
            try surroundings.failure()?.description
                == "/unreadable: it cannot be read; make it a file that you may read, or set AWS_CONFIG_FILE")
        let file = try TemporaryFile([0x5B, 0xFF, 0x5D])
        #expect(throws: AWSError.credentials(CredentialsError(file.path, "not UTF-8", "write it anew as plain text"))) {
            var system = AWSSurroundings.system
            system.environment = { ["AWS_CONFIG_FILE": file.path, "AWS_REGION": "eu-central-1"][$0] }
            _ = try AWSClient(surroundings: system)
        }
    }
}

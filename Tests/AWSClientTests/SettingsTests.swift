import AWSClient
import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite("Region and endpoint")
struct SettingsTests {
    @Test func `the region is taken from what is said, the variables, the profile, in that order`() throws {
        let surroundings = Surroundings(["AWS_REGION": "", "AWS_DEFAULT_REGION": ""])
        #expect(throws: AWSError.noRegion) { try surroundings.client() }
        surroundings.files["/home/someone/.aws/config"] = "[default]\nregion = eu-west-1\n[profile a]\nregion=eu-west-2"
        #expect(try surroundings.client().region == "eu-west-1")
        #expect(try surroundings.client(AWSOptions(profile: "a")).region == "eu-west-2")
        surroundings.environment["AWS_DEFAULT_REGION"] = "eu-north-1"
        #expect(try surroundings.client().region == "eu-north-1")
        surroundings.environment["AWS_REGION"] = "us-east-1"
        #expect(try surroundings.client().region == "us-east-1")
        #expect(try surroundings.client(AWSOptions(region: "sa-east-1")).region == "sa-east-1")
        #expect(
            AWSError.noRegion.description
                == "no AWS region is set; say --region, set AWS_REGION, or set region in the profile")
    }

    @Test(arguments: [
        "", "a b", "EU-WEST-1", "eu-west-1.example.com", "-", "eu-west-1-", "x@y", String(repeating: "a", count: 33),
    ])
    func `a region that would make another host is refused`(_ region: String) {
        #expect(throws: AWSError.invalidRegion) { try Surroundings().client(AWSOptions(region: region)) }
    }

    static let hosts = [
        ("eu-central-1", "apigateway.eu-central-1.amazonaws.com"),
        ("cn-north-1", "apigateway.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "apigateway.us-gov-west-1.amazonaws.com"),
        ("us-iso-east-1", "apigateway.us-iso-east-1.c2s.ic.gov"),
        ("us-isob-east-1", "apigateway.us-isob-east-1.sc2s.sgov.gov"),
        ("eusc-de-east-1", "apigateway.eusc-de-east-1.amazonaws.eu"),
    ]

    /// Nothing leaves the machine: the proxy refuses every connection.
    @Test(arguments: hosts)
    func `each partition has its domain`(_ region: String, _ host: String) async {
        await #expect(processExitsWith: .success) { [region, host] in
            let proxy = try ScriptedServer([Step("", status: 403)])
            #expect(unsafe setenv("https_proxy", "http://127.0.0.1:\(proxy.port)", 1) == 0)
            for name in ["NO_PROXY", "no_proxy"] { #expect(unsafe unsetenv(name) == 0) }
            let surroundings = Surroundings(["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"])
            let client = try surroundings.client(
                AWSOptions(region: region, retries: RetryPolicy(attempts: 1)))
            #expect(throws: AWSError.self) { try client.send(.rest(.get, ["apikeys"])) }
            #expect(try proxy.requests().map { $0.target } == ["\(host):443"])
        }
    }

    @Test func `a service's variable comes before the common one, and that before the profile`() throws {
        let own = try ScriptedServer([Step("{}")])
        let common = try ScriptedServer([Step("{}")])
        let stated = try ScriptedServer([Step("{}")])
        let surroundings = Surroundings.signed(to: common)
        surroundings.environment["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] = "http://127.0.0.1:\(own.port)/"
        surroundings.files["/home/someone/.aws/config"] = "[default]\nendpoint_url = http://localhost:\(stated.port)"
        var client = try surroundings.client()
        _ = try client.send(.rest(.get, ["apikeys"]))
        _ = try client.send(.userPools("ListUserPools", json: Array("{}".utf8)))
        surroundings.environment["AWS_ENDPOINT_URL"] = nil
        client = try surroundings.client()
        _ = try client.send(.rest(.get, ["apikeys"]))
        let pools = try #require(try own.requests().first)
        #expect(pools.method == "POST" && pools.target == "/" && pools.body == "{}")
        #expect(pools.values(of: "X-Amz-Target") == ["AWSCognitoIdentityProviderService.ListUserPools"])
        #expect(pools.values(of: "Content-Type") == ["application/x-amz-json-1.1"])
        #expect(Identity(pools).scope == "eu-central-1/cognito-idp/aws4_request")
        #expect(try common.requests().map { $0.target } == ["/apikeys"])
        #expect(try stated.requests().count == 1)
    }

    static let endpoints = [
        (
            "http://example.com",
            "AWS_ENDPOINT_URL: URL is http:// and not of a loopback address; make it https://HOST or http://127.0.0.1:PORT"
        ),
        (
            "ftp://a",
            "AWS_ENDPOINT_URL: URL is neither https:// nor http://; make it https://HOST or http://127.0.0.1:PORT"
        ),
        ("https://a/b", "AWS_ENDPOINT_URL: URL holds a path or a query; make it https://HOST or http://127.0.0.1:PORT"),
        (
            "https://u:s3cret@a",
            "AWS_ENDPOINT_URL: URL holds a user name or password; make it https://HOST or http://127.0.0.1:PORT"
        ),
    ]

    @Test(arguments: endpoints)
    func `an endpoint that is no origin is refused`(_ url: String, _ line: String) throws {
        #expect(try Surroundings(["AWS_ENDPOINT_URL": url]).failure()?.description == line)
    }

    @Test func `roots are taken from AWS_CA_BUNDLE, then SSL_CERT_FILE, then the system`() throws {
        let certificates = try TestCertificates.shared.get()
        let server = try ScriptedServer([Step("{}")], tls: certificates.valid)
        let surroundings = Surroundings(["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"])
        surroundings.environment["AWS_ENDPOINT_URL"] = "https://localhost:\(server.port)"
        let call = AWSRequest.rest(.get, ["apikeys"])
        let distrust = TransportError(.tls(.peerNotVerified), mayHaveBeenSent: false)
        let unreachable = AWSError.unreachable(host: "localhost:\(server.port)", distrust)
        #expect(throws: unreachable) { try surroundings.client().send(call) }
        #expect(
            unreachable.description
                == "localhost:\(server.port): the server's certificate could not be verified; "
                + "if a proxy of yours stands between, name its root in AWS_CA_BUNDLE")
        surroundings.environment["SSL_CERT_FILE"] = certificates.root
        #expect(try surroundings.client().send(call).status == 200)
        surroundings.environment["AWS_CA_BUNDLE"] = certificates.path(of: "self-signed")
        #expect(throws: unreachable) { try surroundings.client().send(call) }
        #expect(surroundings.sleeps.isEmpty)
    }
}

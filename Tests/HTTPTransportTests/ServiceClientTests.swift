import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite("Requests of the tool")
struct ServiceClientTests {
    let client = ServiceClient(trust: .system, userAgent: "turnstile/test")

    func request(
        _ method: ServiceRequest.Method, _ url: String, fields: [HTTPField] = [], body: [UInt8]? = nil
    ) throws -> ServiceRequest {
        ServiceRequest(
            method, to: .unsigned(try SecureURL(parsing: url)), fields: fields, body: body,
            timeoutInMilliseconds: patienceInMilliseconds, connectTimeoutInMilliseconds: patienceInMilliseconds,
            bodyLimitInBytes: 1_000)
    }

    func signature(token: String? = nil) throws -> AWSSignature {
        try #require(
            AWSSignature(
                accessKeyID: "AKIAEXAMPLE", secretAccessKey: "s3cret", sessionToken: token, region: "eu-central-1",
                service: "apigateway"))
    }

    static let methods: [ServiceRequest.Method] = [.get, .post, .put, .patch, .delete]

    @Test(arguments: methods, [nil, "", "a body"])
    func `every method is sent with its body`(_ method: ServiceRequest.Method, _ body: String?) throws {
        let server = try ScriptedServer([Step("{}", status: 201)])
        let type = try #require(HTTPField(name: "Content-Type", value: "application/json"))
        let sent = try request(
            method, "http://127.0.0.1:\(server.port)/a?b=%20", fields: body == nil ? [] : [type],
            body: body.map { Array($0.utf8) })
        #expect(try client.send(sent).status == 201)
        let received = try #require(try server.requests().first)
        #expect(received.method == method.rawValue)
        #expect(received.target == "/a?b=%20")
        #expect(received.body == body ?? "")
        #expect(received.values(of: "Content-Type") == (body == nil ? [] : ["application/json"]))
        #expect(received.values(of: "Expect").isEmpty)
        #expect(received.values(of: "Authorization").isEmpty)
        let anticipates = body != nil || ![.get, .delete].contains(method)
        #expect(received.values(of: "Content-Length") == (anticipates ? ["\(body?.utf8.count ?? 0)"] : []))
    }

    @Test(arguments: [301, 302, 307, 308, 401, 403, 407])
    func `threat 76: a signed request follows no redirect and is not asked again`(_ status: Int) throws {
        let elsewhere = try ScriptedServer([Step("{}")])
        let headers = [
            ["Location", "http://127.0.0.1:\(elsewhere.port)/"], ["WWW-Authenticate", "Basic realm=\"a\""],
        ]
        let server = try ScriptedServer([Step("{}", status: status, headers: headers)])
        let target = try #require(CanonicalTarget(segments: ["apikeys"]))
        let origin = try SecureURL(parsing: "http://127.0.0.1:\(server.port)")
        var sent = try request(.get, "http://127.0.0.1:\(server.port)/")
        sent.destination = .signed(origin, target, try signature(token: "t0ken"))
        #expect(try client.send(sent).status == status)
        #expect(try server.requests().count == 1)
        #expect(try elsewhere.requests().isEmpty)
    }

    static let unusable: [[String]] = [
        ["", "s", "r", "s"], ["A/B", "s", "r", "s"], ["A,B", "s", "r", "s"], ["A", "", "r", "s"],
        ["A", "s\n", "r", "s"],
        ["A", "s\0", "r", "s"], ["A", "s", "eu:1", "s"], ["A", "s", "", "s"], ["A", "s", "r", ""],
        ["A", "s", "r", "a b"],
        ["A", "s", "r", "é"],
    ]

    @Test(arguments: unusable)
    func `what cannot stand in a signature makes none`(_ parts: [String]) {
        #expect(
            AWSSignature(
                accessKeyID: parts[0], secretAccessKey: parts[1], sessionToken: nil, region: parts[2], service: parts[3]
            )
                == nil)
    }

    @Test(arguments: ["", "a b", "a\r\nb", String(repeating: "x", count: 8_000)])
    func `a session token that no header can carry makes no signature`(_ token: String) {
        #expect(
            AWSSignature(
                accessKeyID: "A", secretAccessKey: "s", sessionToken: token, region: "r", service: "s") == nil)
    }

    @Test func `a signature as text holds no secret`() throws {
        let signature = try signature(token: "t0ken")
        for text in ["\(signature)", String(reflecting: signature)] {
            #expect(text == "signature by AKIAEXAMPLE for apigateway in eu-central-1")
        }
    }

    @Test func `only the fixed addresses are asked by plain HTTP`() throws {
        for host in MetadataURL.hosts {
            #expect(MetadataURL(try HTTPURL(parsing: "http://\(host)/x")) != nil)
            #expect(MetadataURL(try HTTPURL(parsing: "https://\(host)/x")) == nil)
            #expect(throws: HTTPURLError.plaintext) { try SecureURL(parsing: "http://\(host)/x") }
        }
        for other in ["169.254.169.253", "169.254.170.24", "example.com", "127.0.0.1", "[fd00:ec2::255]"] {
            #expect(MetadataURL(try HTTPURL(parsing: "http://\(other)/")) == nil)
        }
    }
}

/// Each in a process of its own, since the environment belongs to the whole process.
@Suite("The proxy of the environment")
struct ServiceProxyTests {
    @Test func `a client that heeds proxies tunnels https through the one named, and only that`() async {
        await #expect(processExitsWith: .success) {
            let proxy = try ScriptedServer([Step("no", status: 403)])
            let server = try ScriptedServer([Step("direct")])
            for name in ["https_proxy", "http_proxy", "ALL_PROXY"] {
                #expect(unsafe setenv(name, "http://127.0.0.1:\(proxy.port)", 1) == 0)
            }
            #expect(unsafe setenv("NO_PROXY", "direct.invalid", 1) == 0)
            func send(_ url: String, _ setting: ServiceClient.Proxy) throws(TransportError) -> HTTPResponse {
                guard let url = try? SecureURL(parsing: url) else {
                    throw TransportError(.invalidTarget, mayHaveBeenSent: false)
                }
                return try ServiceClient(trust: .system, userAgent: "turnstile/test", proxy: setting).send(
                    ServiceRequest(
                        .get, to: .unsigned(url), timeoutInMilliseconds: patienceInMilliseconds,
                        connectTimeoutInMilliseconds: patienceInMilliseconds, bodyLimitInBytes: 100))
            }
            #expect(text(try send("http://127.0.0.1:\(server.port)/", .environment).body) == "direct")
            #expect(throws: TransportError(.couldNotResolve, mayHaveBeenSent: false)) {
                try send("https://direct.invalid/", .environment)
            }
            #expect(throws: TransportError(.couldNotResolve, mayHaveBeenSent: false)) {
                try send("https://far.invalid/", .none)
            }
            #expect(throws: TransportError.self) { try send("https://far.invalid/", .environment) }
            let received = try proxy.requests()
            #expect(received.map { "\($0.method) \($0.target)" } == ["CONNECT far.invalid:443"])
        }
    }
}

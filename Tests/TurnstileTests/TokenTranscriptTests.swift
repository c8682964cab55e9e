import Foundation
import JOSE
import TestSupport
import Testing

private typealias Endpoint = TokenEndpointUnderTest

@Suite("turnstile token")
struct TokenTranscriptTests {
    @Test
    func `RFC 6749 §4.4.2: the request is a form with Basic authentication`() throws {
        let endpoint = try Endpoint([Endpoint.answer("a.b.c")])
        let run = try endpoint.run("--scope", Endpoint.scope, "--scope", "orders/read")
        #expect(run.status == 0)
        #expect(run.output == "a.b.c\n")
        #expect(run.errors.isEmpty)
        let request = try #require(try endpoint.server.requests().first)
        #expect(request.method == "POST")
        #expect(request.target == "/oauth2/token")
        #expect(
            request.body == "grant_type=client_credentials&scope="
                + "https%3A%2F%2Fapi.example.com%2Fprod%2Fexternal%2Fapi.readwrite+orders%2Fread")
        let basic = Data("\(Endpoint.id):\(Endpoint.secret)".utf8).base64EncodedString()
        #expect(
            request.headers.filter { !["Host", "User-Agent"].contains($0[0]) } == [
                ["Authorization", "Basic \(basic)"], ["Content-Type", "application/x-www-form-urlencoded"],
                ["Accept", "application/json"], ["Content-Length", "\(request.body.utf8.count)"],
            ])
    }

    @Test
    func `without a scope none is asked for`() throws {
        let endpoint = try Endpoint([Endpoint.answer("t")])
        #expect(try endpoint.run().output == "t\n")
        #expect(try endpoint.server.requests().map(\.body) == ["grant_type=client_credentials"])
    }

    @Test
    func `the token is printed bare, as a header, or in one object`() throws {
        let endpoint = try Endpoint([Endpoint.answer("t")])
        #expect(try endpoint.run("--header").output == "Authorization: Bearer t\n")
        let run = try endpoint.run("--json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(Set(object.keys) == ["access_token", "token_type", "expires_in", "expires_at", "cached"])
        #expect(object["access_token"] as? String == "t")
        #expect(object["token_type"] as? String == "Bearer")
        #expect(object["cached"] as? Bool == true)
        let left = try #require(object["expires_in"] as? Int)
        let end = try #require(object["expires_at"] as? Int)
        #expect((3_500...3_600).contains(left))
        #expect(abs(Double(end) - Date().timeIntervalSince1970 - 3_600) < 100)
    }

    @Test
    func `scopes that differ from those asked for are said`() throws {
        let endpoint = try Endpoint([
            Step(#"{"access_token":"t","expires_in":60,"token_type":"bearer","scope":"a"}"#)
        ])
        let run = try endpoint.run("--scope", "a", "--scope", "b", "--json")
        #expect(run.status == 0)
        #expect(run.output.contains(#""scope":"a""#))
        #expect(run.errors == "Warning: the server granted other scopes than were asked for: a\n")
    }

    @Test(arguments: ["--token-url", "--issuer"])
    func `an endpoint that is discovered is asked like one that is given`(_ option: String) throws {
        let endpoint = try Endpoint([], waits: true)
        let issuer = "http://127.0.0.1:\(endpoint.server.port)"
        if option == "--issuer" {
            try endpoint.server.add(Step(#"{"issuer":"\#(issuer)","token_endpoint":"\#(endpoint.url)"}"#))
        }
        try endpoint.server.add(Endpoint.answer("t"))
        let place = [option, option == "--issuer" ? issuer : endpoint.url]
        for _ in 1...2 {
            let run = try endpoint.start(place + endpoint.usual.dropFirst(2)).finish()
            #expect(run.output == "t\n")
        }
        let requests = try endpoint.server.requests().map { "\($0.method) \($0.target)" }
        let discovery = option == "--issuer" ? ["GET /.well-known/openid-configuration"] : []
        #expect(requests == discovery + ["POST /oauth2/token"], "the cache needs no discovery either")
    }

    // MARK: The secret

    @Test(arguments: ["file", "variable", "default variable", "standard input"])
    func `the secret comes from a file, a variable or standard input`(_ source: String) throws {
        let endpoint = try Endpoint([Endpoint.answer("t")])
        let (options, environment, input): ([String], [String: String], String) =
            switch source {
            case "file": (["--secret-file", endpoint.scratch.path("secret")], [:], "")
            case "variable": (["--secret-env", "HERE"], ["HERE": Endpoint.secret], "")
            case "default variable": ([], ["TURNSTILE_CLIENT_SECRET": Endpoint.secret], "")
            default: (["--secret-stdin"], [:], Endpoint.secret + "\n")
            }
        let run = try endpoint.start(
            ["--token-url", endpoint.url, "--client-id", Endpoint.id] + options, environment: environment
        ).finish(input: Data(input.utf8))
        #expect(run.output == "t\n")
        #expect(run.errors.isEmpty)
        let basic = Data("\(Endpoint.id):\(Endpoint.secret)".utf8).base64EncodedString()
        #expect(try endpoint.server.requests().first?.values(of: "Authorization") == ["Basic \(basic)"])
    }

    @Test
    func `a secret on the command line is refused, and not repeated`() throws {
        let endpoint = try Endpoint([Endpoint.answer("t")])
        for arguments in [["--secret", Endpoint.secret], ["--client-secret=\(Endpoint.secret)"]] {
            let run = try endpoint.start(endpoint.usual + arguments).finish()
            #expect(run.status == 64)
            #expect(run.errors.contains("A secret is never an argument"))
            #expect(!run.all.contains(Endpoint.secret))
        }
        #expect(try endpoint.requestCount() == 0)
    }

    /// The secret where a path or a name should stand.
    @Test(arguments: ["--secret-file", "--secret-env"])
    func `what is given in the wrong place is not repeated`(_ option: String) throws {
        let endpoint = try Endpoint([Endpoint.answer("t")])
        let run = try endpoint.start(Array(endpoint.usual.dropLast(2)) + [option, Endpoint.secret]).finish()
        #expect(run.status == 66)
        #expect(!run.all.contains(Endpoint.secret))
    }

    @Test
    func `a secret's file that others may read is said, and used`() throws {
        let endpoint = try Endpoint([Endpoint.answer("t")])
        try setPermissions(0o644, of: endpoint.scratch.path("secret"))
        let run = try endpoint.run()
        #expect(run.output == "t\n")
        #expect(run.errors == "Warning: others may read the file of --secret-file; chmod 600 keeps it to you\n")
    }

    @Test
    func `while it waits, no list of processes shows secret or token`() throws {
        let endpoint = try Endpoint([], waits: true)
        let tool = try endpoint.start(endpoint.usual)
        #expect(try eventually { try endpoint.requestCount() == 1 })
        let arguments = try Data(contentsOf: URL(filePath: "/proc/\(tool.process.processIdentifier)/cmdline"))
        #expect(String(decoding: arguments, as: UTF8.self).contains(Endpoint.id))
        #expect(!String(decoding: arguments, as: UTF8.self).contains(Endpoint.secret))
        try endpoint.server.add(Endpoint.answer("t"))
        #expect(try tool.finish().output == "t\n")
    }

    // MARK: Variables

    /// `NAME= command` is how a shell takes a variable away for one command.
    @Test func `a variable that is empty is none`() throws {
        let roots = ["SSL_CERT_FILE": "", "S": "s"]
        let usual = ["--client-id", "a", "--secret-env", "S", "--no-cache"]
        let run = try Tool.start(["token", "--token-url", "https://a.invalid/"] + usual, environment: roots).finish()
        #expect(run.errors.contains("host name could not be resolved"))
        let regions = roots.merging(["AWS_REGION": "", "AWS_DEFAULT_REGION": ""]) { $1 }
        let other = try Tool.start(["token", "--domain", "prefix"] + usual, environment: regions).finish()
        #expect(other.status == 64)
        #expect(other.errors.contains("needs the region of the pool"))
    }

    // MARK: TLS

    @Test(arguments: ["option", "variable"])
    func `threat 74: a server is believed under the given roots only`(_ how: String) throws {
        let certificates = try TestCertificates.shared.get()
        let endpoint = try Endpoint([Endpoint.answer("t")], tls: certificates.valid)
        let run = try endpoint.start(
            endpoint.usual + (how == "option" ? ["--ca-file", certificates.root] : []),
            environment: how == "option" ? [:] : ["SSL_CERT_FILE": certificates.root]
        ).finish()
        #expect(run.output == "t\n")
        let other = try endpoint.run("--force", "--ca-file", certificates.path(of: "self-signed"))
        #expect(other.status == 1)
        #expect(other.output.isEmpty)
        #expect(try endpoint.requestCount() == 1, "nothing is sent to a server that is not believed")
    }

    /// Many a machine reaches the web by a proxy only, and has HTTPS_PROXY set.
    @Test
    func `threat 74: the proxy of the environment passes on what it cannot read`() throws {
        let certificates = try TestCertificates.shared.get()
        let endpoint = try Endpoint([Endpoint.answer("t")], tls: certificates.valid)
        let proxy = try ScriptedServer([Step("").with { $0.tunnel = UInt16(endpoint.server.port) }])
        let usual = endpoint.usual + ["--no-cache", "--ca-file"]
        let environment = ["HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)"]
        let run = try endpoint.start(usual + [certificates.root], environment: environment).finish()
        #expect(run.output == "t\n", "\(run.errors)")
        let trusted = certificates.path(of: "self-signed")
        #expect(try endpoint.start(usual + [trusted], environment: environment).finish().status == 1)
        let past = environment.merging(["NO_PROXY": "127.0.0.1"]) { $1 }
        #expect(try endpoint.start(usual + [certificates.root], environment: past).finish().output == "t\n")
        #expect(try endpoint.server.requests().map(\.target) == ["/oauth2/token", "/oauth2/token"])
        let asked = try proxy.requests()
        #expect(
            asked.map { "\($0.method) \($0.target)" }
                == Array(repeating: "CONNECT 127.0.0.1:\(endpoint.server.port)", count: 2))
        #expect(asked.allSatisfy { $0.values(of: "Authorization").isEmpty && $0.body.isEmpty })
    }

    @Test(arguments: [403, 407, 502])
    func `a proxy that refuses is no answer of the server`(_ status: Int) throws {
        let proxy = try ScriptedServer([Endpoint.answer("hidden").with { $0.status = status }])
        let run = try Tool.start(
            ["token", "--token-url", "https://a.invalid/", "--client-id", "a", "--secret-env", "S", "--no-cache"],
            environment: ["S": "s", "https_proxy": "http://127.0.0.1:\(proxy.port)"]
        ).finish()
        #expect(run.status == 1)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasSuffix("see that the proxy of HTTPS_PROXY lets this host through\n"), "\(run.errors)")
        #expect(try proxy.requests().count == 1)
    }

    // MARK: Usage

    @Test(arguments: [
        [], ["--token-url", "https://a.example"], ["--client-id", "a"],
        ["--token-url", "https://a.example", "--domain", "b.example", "--client-id", "a"],
        ["--token-url", "http://a.example", "--client-id", "a", "--secret-env", "PATH"],
        ["--token-url", "https://a.example", "--client-id", "a", "--secret-env", "PATH", "--secret-stdin"],
        ["--token-url", "https://a.example", "--client-id", "a"],
        ["--token-url", "https://a.example", "--client-id", "", "--secret-env", "PATH"],
        ["--token-url", "https://a.example", "--client-id", "a", "--secret-env", "PATH", "--json", "--header"],
        ["--token-url", "https://a.example", "--client-id", "a", "--secret-env", "PATH", "--scope", "a\"b"],
        ["--domain", "prefix", "--client-id", "a", "--secret-env", "PATH"],
        ["--token-url", "https://a.example", "--region", "eu-west-1", "--client-id", "a", "--secret-env", "PATH"],
    ])
    func `wrong usage ends with 64`(_ arguments: [String]) throws {
        let run = try Tool.start(["token"] + arguments).finish()
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix("Error: "))
    }
}

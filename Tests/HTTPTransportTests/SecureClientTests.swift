import Foundation
import HTTPTransport
import TestSupport
import Testing

typealias Step = ScriptedServer.Step

/// Long enough for a machine that does other things; no test waits for it.
let patienceInMilliseconds = 20_000

func request(
    _ url: String, fields: [HTTPField] = [], timeoutInMilliseconds: Int = patienceInMilliseconds,
    bodyLimitInBytes: Int = 1_000
) throws -> HTTPRequest {
    HTTPRequest(
        url: try SecureURL(parsing: url), fields: fields, timeoutInMilliseconds: timeoutInMilliseconds,
        bodyLimitInBytes: bodyLimitInBytes)
}

func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

@Suite("TLS of a fetch")
struct SecureClientTLSTests {
    let certificates: TestCertificates
    let client: SecureClient

    init() throws {
        certificates = try TestCertificates.shared.get()
        client = SecureClient(trust: TrustAnchors(file: certificates.root), userAgent: "turnstile/test")
    }

    @Test(arguments: ["localhost", "127.0.0.1"])
    func `a server whose certificate names the host and leads to the given root is believed`(_ host: String) throws {
        let server = try ScriptedServer([Step("{\"keys\":[]}")], tls: certificates.valid)
        let response = try client.send(request("https://\(host):\(server.port)/keys"))
        #expect(response.status == 200)
        #expect(text(response.body) == "{\"keys\":[]}")
    }

    @Test(arguments: ["wrong name", "expired", "self-signed"])
    func `threat 74: a certificate that is not the host's own is refused before anything is sent`(_ fault: String)
        throws
    {
        let tls =
            switch fault {
            case "wrong name": certificates.wrongName
            case "expired": certificates.expired
            default: certificates.selfSigned
            }
        let server = try ScriptedServer([Step("{}")], tls: tls)
        #expect(throws: TransportError(.tls(.peerNotVerified), mayHaveBeenSent: false)) {
            try client.send(request("https://localhost:\(server.port)/"))
        }
        #expect(try server.requests().isEmpty)
    }

    @Test func `a root that is not among those given is not believed, whatever the system believes`() throws {
        let other = SecureClient(
            trust: TrustAnchors(file: certificates.path(of: "self-signed")), userAgent: "turnstile/test")
        let server = try ScriptedServer([Step("{}")], tls: certificates.valid)
        #expect(throws: TransportError(.tls(.peerNotVerified), mayHaveBeenSent: false)) {
            try other.send(request("https://localhost:\(server.port)/"))
        }
        #expect(throws: TransportError(.tls(.peerNotVerified), mayHaveBeenSent: false)) {
            try SecureClient(trust: .system, userAgent: "turnstile/test")
                .send(request("https://localhost:\(server.port)/"))
        }
    }

    @Test func `a file of roots that cannot be read is named as the fault`() throws {
        let client = SecureClient(
            trust: TrustAnchors(file: certificates.path(of: "missing")), userAgent: "turnstile/test")
        let server = try ScriptedServer([Step("{}")], tls: certificates.valid)
        #expect(throws: TransportError(.tls(.trustAnchorsUnreadable), mayHaveBeenSent: false)) {
            try client.send(request("https://localhost:\(server.port)/"))
        }
    }

    @Test func `TLS older than 1.2 is refused`() throws {
        var tls = certificates.valid
        tls.maximumVersion = "1.1"
        let server = try ScriptedServer([Step("{}")], tls: tls)
        #expect(throws: TransportError(.tls(.handshakeFailed), mayHaveBeenSent: false)) {
            try client.send(request("https://localhost:\(server.port)/"))
        }
    }

    @Test func `https to a server without TLS fails before anything is sent`() throws {
        let server = try ScriptedServer([Step("{}")])
        #expect(throws: TransportError(.timedOut, mayHaveBeenSent: false)) {
            try client.send(request("https://localhost:\(server.port)/", timeoutInMilliseconds: 500))
        }
    }

    @Test func `a response cut off under TLS is no response`() throws {
        let server = try ScriptedServer([Step("{\"keys\":[]}").with { $0.cutAfter = 45 }], tls: certificates.valid)
        #expect(throws: TransportError(.cutOff, mayHaveBeenSent: true)) {
            try client.send(request("https://localhost:\(server.port)/"))
        }
    }

    @Test func `every request has a connection of its own`() throws {
        let server = try ScriptedServer([Step("{}")], tls: certificates.valid)
        for _ in 0..<3 { _ = try client.send(request("https://localhost:\(server.port)/")) }
        #expect(try server.requests().map(\.connection) == [1, 2, 3])
    }
}

@Suite("What a fetch sends and takes")
struct SecureClientTests {
    let client = SecureClient(trust: .system, userAgent: "turnstile/1.2.3")

    @Test func `a GET carries its fields and the program's name, and asks for no coding`() throws {
        let server = try ScriptedServer([Step("{}")])
        let tag = try #require(HTTPField(name: "If-None-Match", value: "\"a\""))
        _ = try client.send(request("http://127.0.0.1:\(server.port)/keys?x=%20", fields: [tag]))
        let received = try #require(try server.requests().first)
        #expect(received.method == "GET")
        #expect(received.target == "/keys?x=%20")
        #expect(received.version == "HTTP/1.1")
        #expect(received.values(of: "Host") == ["127.0.0.1:\(server.port)"])
        #expect(received.values(of: "User-Agent") == ["turnstile/1.2.3"])
        #expect(received.values(of: "If-None-Match") == ["\"a\""])
        for name in ["Accept-Encoding", "Cookie", "Authorization", "Expect", "Referer"] {
            #expect(received.values(of: name).isEmpty, "\(name)")
        }
    }

    @Test(arguments: ["", "grant_type=client_credentials", String(repeating: "x", count: 3_000)])
    func `a POST carries its body whole`(_ body: String) throws {
        let server = try ScriptedServer([Step("{}")])
        let type = try #require(HTTPField(name: "Content-Type", value: "application/x-www-form-urlencoded"))
        var request = try HTTPRequest(
            .post(body: Array(body.utf8)), url: SecureURL(parsing: "http://localhost:\(server.port)/oauth2/token"),
            timeoutInMilliseconds: patienceInMilliseconds, bodyLimitInBytes: 100)
        request.fields = [type]
        #expect(try client.send(request).status == 200)
        let received = try #require(try server.requests().first)
        #expect(received.method == "POST")
        #expect(received.body == body)
        #expect(received.values(of: "Content-Type") == ["application/x-www-form-urlencoded"])
        #expect(received.values(of: "Expect").isEmpty)
    }

    @Test(arguments: [200, 204, 301, 302, 304, 307, 404, 429, 500, 503])
    func `threat 76: a response of any status is returned as it is, and no redirect followed`(_ status: Int) throws {
        let target = try ScriptedServer([Step("{}")])
        let moved = [["Location", "http://127.0.0.1:\(target.port)/"], ["Retry-After", "120"]]
        let bodiless = status == 204 || status == 304
        let server = try ScriptedServer([
            Step(bodiless ? "" : "<html>", status: status, headers: moved).with { if bodiless { $0.framing = "none" } }
        ])
        let response = try client.send(request("http://127.0.0.1:\(server.port)/"))
        #expect(response.status == status)
        #expect(response.headers.text(of: "retry-after") == "120")
        #expect(text(response.body) == (bodiless ? "" : "<html>"))
        #expect(try server.requests().count == 1)
        #expect(try target.requests().isEmpty)
    }

    @Test func `threat 75: a coded body is not decoded`() throws {
        let server = try ScriptedServer([Step("not gzip", headers: [["Content-Encoding", "gzip"]])])
        let response = try client.send(request("http://127.0.0.1:\(server.port)/"))
        #expect(text(response.body) == "not gzip")
        #expect(response.headers.text(of: "Content-Encoding") == "gzip")
    }

    @Test(arguments: ["length", "chunked", "none"])
    func `threat 75: a body of just the limit is taken, and one byte more refused`(_ framing: String) throws {
        let server = try ScriptedServer([
            Step().with { step in
                step.bodyBytes = 100_000
                step.framing = framing
                step.ending = "close"
            }
        ])
        let url = "http://127.0.0.1:\(server.port)/"
        #expect(try client.send(request(url, bodyLimitInBytes: 100_000)).body.count == 100_000)
        #expect(throws: TransportError(.bodyTooLarge(limitInBytes: 99_999), mayHaveBeenSent: true)) {
            try client.send(request(url, bodyLimitInBytes: 99_999))
        }
    }

    @Test func `threat 75: a head without end is refused`() throws {
        let headers = (0..<300).map { ["X-\($0)", String(repeating: "x", count: 1_000)] }
        let server = try ScriptedServer([Step("{}", headers: headers)])
        #expect(throws: TransportError(.headTooLarge(limitInBytes: 262_144), mayHaveBeenSent: true)) {
            try client.send(request("http://127.0.0.1:\(server.port)/"))
        }
    }

    @Test func `threat 75: a server that sends a byte at a time is left at the total timeout`() throws {
        let server = try ScriptedServer([
            Step("{}").with { step in
                step.pieces = .bytes
                step.millisecondsPerByte = 50
                step.bodyBytes = 10_000
            }
        ])
        #expect(throws: TransportError(.timedOut, mayHaveBeenSent: true)) {
            try client.send(request("http://127.0.0.1:\(server.port)/", timeoutInMilliseconds: 400))
        }
    }

    @Test func `threat 75: a server that never answers is left at the total timeout`() throws {
        let server = try ScriptedServer([Step().with { $0.answer = "never" }])
        #expect(throws: TransportError(.timedOut, mayHaveBeenSent: true)) {
            try client.send(request("http://127.0.0.1:\(server.port)/", timeoutInMilliseconds: 300))
        }
    }

    @Test func `a timeout of nothing is not a timeout of ever`() throws {
        let server = try ScriptedServer([Step().with { $0.answer = "never" }])
        #expect(throws: TransportError.self) {
            try client.send(request("http://127.0.0.1:\(server.port)/", timeoutInMilliseconds: 0))
        }
    }

    @Test func `a name that does not exist is not resolved`() throws {
        #expect(throws: TransportError(.couldNotResolve, mayHaveBeenSent: false)) {
            try client.send(request("https://turnstile.invalid/"))
        }
    }

    @Test func `a port where nobody listens is not connected to`() throws {
        let server = try ScriptedServer([Step("{}")])
        _ = try server.requests()
        #expect(throws: TransportError(.couldNotConnect, mayHaveBeenSent: false)) {
            try client.send(request("http://127.0.0.1:\(server.port)/"))
        }
    }
}

import HTTPTransport
import TestSupport
import Testing

@Suite("RFC 9112 §4, §5 the head of a response")
struct ResponseHeadTests {
    let client = SecureClient(trust: .system, userAgent: "turnstile/test")

    private func response(to raw: String) throws -> HTTPResponse {
        let server = try ScriptedServer([
            Step().with { step in
                step.raw = raw
                step.ending = "close"
            }
        ])
        return try client.send(request("http://127.0.0.1:\(server.port)/"))
    }

    @Test func `a header is found in any case, without the white space around it`() throws {
        let headers = try response(
            to: "HTTP/1.1 200 OK\r\neTaG:  \"a b\"\t \r\nCACHE-CONTROL:max-age=60\r\nX-Empty:\r\n\r\n{}"
        ).headers
        #expect(headers.text(of: "ETag") == "\"a b\"")
        #expect(headers.text(of: "etag") == "\"a b\"")
        #expect(headers.text(of: "Cache-Control") == "max-age=60")
        #expect(headers.text(of: "X-Empty")?.isEmpty == true)
        #expect(headers.text(of: "ETa") == nil)
        #expect(headers.count == 3)
    }

    @Test func `a header that is repeated has every value, and one only where they agree`() throws {
        let headers = try response(
            to: "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\na: 1\r\nb: 3\r\nC: 4\r\n\r\n"
        ).headers
        #expect(headers.values(of: "A").map(text) == ["1", "1"])
        #expect(headers.values(of: "B").map(text) == ["2", "3"])
        #expect(headers.text(of: "A") == "1")
        #expect(headers.text(of: "B") == nil)
        #expect(headers.text(of: "C") == "4")
        #expect(headers.values(of: "D").isEmpty)
    }

    @Test func `the head of an interim response is not the response's`() throws {
        let response = try response(
            to: "HTTP/1.1 103 Early Hints\r\nETag: early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        #expect(response.status == 200)
        #expect(response.headers.text(of: "ETag") == nil)
        #expect(text(response.body) == "{}")
    }

    @Test func `a trailer is not a header`() throws {
        let server = try ScriptedServer([
            Step("{}", headers: [["ETag", "head"]]).with { step in
                step.framing = "chunked"
                step.trailers = "ETag: trailer\r\nX-Late: 1\r\n"
            }
        ])
        let response = try client.send(request("http://127.0.0.1:\(server.port)/"))
        #expect(response.headers.text(of: "ETag") == "head")
        #expect(response.headers.text(of: "X-Late") == nil)
        #expect(text(response.body) == "{}")
    }

    static let malformed = [
        ("a folded header", "HTTP/1.1 200 OK\r\nETag: a\r\n b\r\n\r\n{}"),
        ("a header without a colon", "HTTP/1.1 200 OK\r\nETag\r\n\r\n{}"),
        ("white space before the colon", "HTTP/1.1 200 OK\r\nETag : a\r\n\r\n{}"),
        ("half a line's end within a header", "HTTP/1.1 200 OK\r\nETag: a\rb\r\n\r\n{}"),
        ("half a line's end before its end", "HTTP/1.1 200 OK\r\nETag: a\r\r\n\r\n{}"),
        ("a NUL within a header", "HTTP/1.1 200 OK\r\nETag: a\0b\r\n\r\n{}"),
        ("no status line", "{\"keys\":[]}"),
        ("another protocol", "SSH-2.0-OpenSSH_9.2\r\n"),
    ]

    @Test(arguments: malformed)
    func `what is not an HTTP response is refused`(_ vector: (String, raw: String)) throws {
        #expect(throws: TransportError(.malformedResponse, mayHaveBeenSent: true)) { try response(to: vector.raw) }
    }

    static let cutOff = [
        ("nothing at all", ""), ("within the status line", "HTTP/1.1 20"),
        ("within the head", "HTTP/1.1 200 OK\r\nContent-Le"),
        ("before the body", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),
        ("within the body", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"),
        ("within a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{"),
        ("before the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
        ("by a chunk of no size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
    ]

    @Test(arguments: cutOff)
    func `a response that is cut off is refused`(_ vector: (String, raw: String)) throws {
        #expect(throws: TransportError(.cutOff, mayHaveBeenSent: true)) { try response(to: vector.raw) }
    }
}

import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite("A kept connection to one origin")
struct OriginConnectionTests {
    private let fields: FieldList
    private let target = Array("/next?x".utf8)

    init() throws {
        fields = try FieldList([#require(HTTPField(name: "Content-Type", value: "application/json"))])
    }

    private func connection(to server: ScriptedServer, bodyLimitInBytes: Int = 10_000) throws -> OriginConnection {
        try OriginConnection(
            origin: HTTPURL(parsing: "http://127.0.0.1:\(server.port)"), userAgent: "turnstile/test",
            bodyLimitInBytes: bodyLimitInBytes)
    }

    @Test func `GET and POST take turns on one connection, head and body in one packet`() throws {
        let server = try ScriptedServer([Step("{}")])
        let connection = try connection(to: server)
        for _ in 0..<50 {
            #expect(text(try connection.get(target).body) == "{}")
            #expect(try connection.post(target, fields: fields, body: Array("{\"a\":1}".utf8)) == 200)
        }
        let requests = try server.requests()
        #expect(requests.count == 100)
        #expect(requests.allSatisfy { $0.connection == 1 && $0.reads == 1 && $0.target == "/next?x" })
        let post = requests[1]
        #expect(post.method == "POST" && post.body == "{\"a\":1}")
        #expect(post.values(of: "Content-Type") == ["application/json"])
        #expect(post.values(of: "Expect").isEmpty && post.values(of: "Transfer-Encoding").isEmpty)
        #expect(requests[2].method == "GET" && requests[2].bodyBytes == 0)
        #expect(requests[2].values(of: "Content-Type").isEmpty)
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 1_000_000])
    func `a body of any length is posted whole and without asking first`(_ length: Int) throws {
        let server = try ScriptedServer([Step("{}")])
        let connection = try connection(to: server)
        #expect(try connection.post(target, fields: fields, body: [UInt8](repeating: 0x61, count: length)) == 200)
        let received = try #require(try server.requests().first)
        #expect(received.bodyBytes == length)
        #expect(received.values(of: "Expect").isEmpty)
    }

    @Test func `a response cut into single bytes is read whole`() throws {
        let answer = Step("{\"event\":1}", headers: [["A", "1"]]).with { $0.pieces = .bytes }
        let server = try ScriptedServer([answer, answer.with { $0.framing = "chunked" }])
        let connection = try connection(to: server)
        for _ in 0..<2 {
            let response = try connection.get(target)
            #expect(text(response.body) == "{\"event\":1}")
            #expect(response.headers.text(of: "a") == "1")
        }
    }

    @Test func `a response cut in two anywhere is read whole`() throws {
        let answer = Step("{\"event\":1}").with { $0.framing = "chunked" }
        let server = try ScriptedServer((0..<100).map { offset in answer.with { $0.pieces = .cut(offset) } })
        let connection = try connection(to: server)
        for _ in 0..<100 { #expect(text(try connection.get(target).body) == "{\"event\":1}") }
    }

    @Test func `a connection that ended while nothing was asked is replaced`() throws {
        let server = try ScriptedServer([Step("{}").with { $0.ending = "close" }])
        let connection = try connection(to: server)
        for _ in 0..<50 {
            #expect(text(try connection.get(target).body) == "{}")
            #expect(try connection.post(target, fields: fields, body: [0x7B, 0x7D]) == 200)
        }
        #expect(try server.requests().map(\.connection) == Array(1...100))
    }

    @Test(arguments: [
        Step().with { $0.answer = "no" }, Step("{}").with { $0.cutAfter = 5 },
        Step("{}").with { step in
            step.cutAfter = 0
            step.ending = "reset"
        },
    ])
    func `a request whose connection ends is sent once and never again`(_ failing: Step) throws {
        let server = try ScriptedServer([Step("{}"), failing, Step("{}"), failing, Step("{}")])
        let connection = try connection(to: server)
        _ = try connection.get(target)
        #expect(throws: TransportError(.cutOff, mayHaveBeenSent: true)) {
            try connection.post(target, fields: fields, body: Array("once".utf8))
        }
        _ = try connection.get(target)
        #expect(throws: TransportError(.cutOff, mayHaveBeenSent: true)) { try connection.get(target) }
        _ = try connection.get(target)
        #expect(try server.requests().map(\.method) == ["GET", "POST", "GET", "GET", "GET"])
    }

    @Test func `a request was certainly not sent where the connection was reset before`() throws {
        let server = try ScriptedServer([Step("{}").with { $0.ending = "reset" }, Step("{}")])
        let connection = try connection(to: server)
        #expect(text(try connection.get(target).body) == "{}")
        // The reset is behind the response, and must have come.
        Thread.sleep(forTimeInterval: 0.1)
        #expect(throws: TransportError(.cutOff, mayHaveBeenSent: false)) {
            try connection.post(target, fields: fields, body: Array("once".utf8))
        }
        #expect(try connection.post(target, fields: fields, body: Array("once".utf8)) == 200)
        #expect(try server.requests().map(\.method) == ["GET", "POST"])
    }

    @Test func `what came for one request is not taken for an answer to the next, which cannot be sent`() throws {
        let server = try ScriptedServer([Step("{}", headers: [["Name", "n"]])])
        let connection = try connection(to: server)
        _ = try connection.get(target)
        #expect(connection.latestHeaders?.text(of: "name") == "n")
        #expect(throws: TransportError(.invalidTarget, mayHaveBeenSent: false)) { try connection.get([]) }
        #expect(connection.latestHeaders == nil)
    }

    @Test func `a request that met nobody was certainly not sent`() throws {
        let server = try ScriptedServer([Step("{}")])
        let connection = try connection(to: server)
        _ = try server.requests()
        #expect(throws: TransportError(.couldNotConnect, mayHaveBeenSent: false)) {
            try connection.post(target, fields: fields, body: [])
        }
    }

    @Test func `after a body that is too long or cut off the headers can be read, and the next request works`() throws {
        let named = Step("{}", headers: [["Name", "n"]])
        let server = try ScriptedServer([
            named.with { $0.bodyBytes = 10_001 }, named, named.with { $0.cutAfter = 52 }, named,
            named.with { $0.cutAfter = 30 },
        ])
        let connection = try connection(to: server)
        #expect(throws: TransportError(.bodyTooLarge(limitInBytes: 10_000), mayHaveBeenSent: true)) {
            try connection.get(target)
        }
        #expect(connection.latestHeaders?.text(of: "name") == "n")
        #expect(try connection.post(target, fields: fields, body: []) == 200)
        #expect(connection.latestHeaders == nil)
        #expect(throws: TransportError(.cutOff, mayHaveBeenSent: true)) { try connection.get(target) }
        #expect(connection.latestHeaders?.text(of: "name") == "n")
        #expect(text(try connection.get(target).body) == "{}")
        #expect(throws: TransportError(.cutOff, mayHaveBeenSent: true)) { try connection.get(target) }
        #expect(connection.latestHeaders == nil)
    }

    @Test(arguments: ["", "next", "/a b", "/a\r\nX: y", "/\u{0}", "/ü", "//\u{7F}"])
    func `a target that could end its line is refused`(_ target: String) throws {
        let server = try ScriptedServer([Step("{}")])
        let connection = try connection(to: server)
        #expect(throws: TransportError(.invalidTarget, mayHaveBeenSent: false)) {
            try connection.get(Array(target.utf8))
        }
        #expect(try server.requests().isEmpty)
    }

    @Test func `a response that somebody keeps is not changed by the next`() throws {
        let server = try ScriptedServer([Step("first", headers: [["A", "1"]]), Step("other", headers: [["A", "2"]])])
        let connection = try connection(to: server)
        let first = try connection.get(target)
        let second = try connection.get(target)
        #expect(text(first.body) == "first" && first.headers.text(of: "A") == "1")
        #expect(text(second.body) == "other" && second.headers.text(of: "A") == "2")
    }

    @Test func `the status of a POST whose head is cut off is not believed`() throws {
        let server = try ScriptedServer([Step("{}", status: 202).with { $0.cutAfter = 30 }])
        #expect(throws: TransportError(.cutOff, mayHaveBeenSent: true)) {
            try connection(to: server).post(target, fields: fields, body: [])
        }
    }

    @Test func `one header of 100,000 bytes is read, and one of libcurl's limit refused`() throws {
        let server = try ScriptedServer([
            Step("{}", headers: [["A", String(repeating: "a", count: 100_000)]]),
            Step("{}", headers: [["A", String(repeating: "a", count: 110_000)]]),
        ])
        let connection = try connection(to: server)
        #expect(try connection.get(target).headers.value(of: "a")?.count == 100_000)
        #expect(throws: TransportError.self) { try connection.get(target) }
    }

    @Test func `a redirect of the near server is not followed either`() throws {
        let target = try ScriptedServer([Step("{}")])
        let moved = Step("", status: 302, headers: [["Location", "http://127.0.0.1:\(target.port)/"]])
        let server = try ScriptedServer([moved])
        #expect(try connection(to: server).get(self.target).status == 302)
        #expect(try target.requests().isEmpty)
    }
}

import Foundation
import TestSupport
import Testing

private typealias Endpoint = TokenEndpointUnderTest

@Suite("The cache of turnstile token")
struct TokenCacheTests {
    private static let first = "eyJhbGciOiJSUzI1NiJ9.eyJuIjoxfQ.Zmlyc3Q"
    private static let second = "eyJhbGciOiJSUzI1NiJ9.eyJuIjoyfQ.c2Vjb25k"

    private let endpoint: TokenEndpointUnderTest

    init() throws { endpoint = try Endpoint([Endpoint.answer(Self.first), Endpoint.answer(Self.second)]) }

    /// Fills the cache with the first token.
    private func fill() throws { try #require(try endpoint.run().output == Self.first + "\n") }

    @Test
    func `a token is asked for once, and kept in files that are closed to others`() throws {
        for _ in 1...3 {
            let run = try endpoint.run()
            #expect(run.output == Self.first + "\n")
            #expect(run.errors.isEmpty)
        }
        #expect(try endpoint.requestCount() == 1)
        #expect(try permissions(of: endpoint.cache) == 0o700)
        for name in try endpoint.names() {
            #expect(try permissions(of: "\(endpoint.cache)/\(name)") == 0o600, "\(name)")
        }
        #expect(try !endpoint.names().contains { $0.hasPrefix(".") }, "a half-made file is left")
    }

    @Test
    func `files are closed to others whatever the umask, and hold no secret`() throws {
        let command = #"umask 000; exec "$0" "$@""#
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command, Tool.folder.appending(path: "turnstile").path, "token"] + endpoint.usual
        process.environment = ProgramCoverage.environment
            .merging(["XDG_CACHE_HOME": endpoint.scratch.path("cache")]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(try permissions(of: endpoint.cache) == 0o700)
        #expect(try permissions(of: endpoint.entry()) == 0o600)
        for name in try endpoint.names() {
            let bytes = try Data(contentsOf: URL(filePath: "\(endpoint.cache)/\(name)"))
            #expect(!String(decoding: bytes, as: UTF8.self).contains(Endpoint.secret))
            #expect(!name.contains(Endpoint.id))
        }
    }

    @Test
    func `force asks anew and replaces what was cached`() throws {
        try fill()
        #expect(try endpoint.run("--force").output == Self.second + "\n")
        #expect(try endpoint.run().output == Self.second + "\n")
        #expect(try endpoint.requestCount() == 2)
    }

    @Test
    func `no-cache neither reads nor writes`() throws {
        #expect(try endpoint.run("--no-cache").output == Self.first + "\n")
        #expect(!FileManager.default.fileExists(atPath: endpoint.cache))
        #expect(try endpoint.run().output == Self.second + "\n")
        #expect(try endpoint.run("--no-cache").output == Self.second + "\n")
        #expect(try endpoint.requestCount() == 3)
    }

    @Test(arguments: [
        ["--client-id", "another"], ["--scope", "a"], ["--scope", "a", "--scope", "b"], ["--token-url", "/other"],
    ])
    func `another client, scope or endpoint has a token of its own`(_ arguments: [String]) throws {
        try fill()
        let others = arguments.map { $0 == "/other" ? "http://127.0.0.1:\(endpoint.server.port)/other" : $0 }
        let places = endpoint.usual.filter { $0 != others[0] || others[0] == "--scope" }
        let usual = others[0] == "--scope" ? places : Self.replacing(others[0], in: endpoint.usual)
        #expect(try endpoint.start(usual + others).finish().output == Self.second + "\n")
        #expect(try endpoint.run().output == Self.first + "\n")
    }

    /// The arguments without an option and its value.
    private static func replacing(_ option: String, in arguments: [String]) -> [String] {
        guard let index = arguments.firstIndex(of: option) else { return arguments }
        return Array(arguments[..<index] + arguments[(index + 2)...])
    }

    @Test
    func `the order of scopes does not make another token`() throws {
        #expect(try endpoint.run("--scope", "a", "--scope", "b").output == Self.first + "\n")
        #expect(try endpoint.run("--scope", "b a").output == Self.first + "\n")
        #expect(try endpoint.requestCount() == 1)
    }

    @Test
    func `whoever has another secret gets no token out of the cache`() throws {
        let endpoint = try Endpoint([
            Endpoint.answer(Self.first), Step(#"{"error":"invalid_client"}"#, status: 401),
        ])
        #expect(try endpoint.run().output == Self.first + "\n")
        try endpoint.scratch.write("another secret", to: "secret")
        let run = try endpoint.run()
        #expect(run.status == 1)
        #expect(!run.all.contains(Self.first))
        try endpoint.scratch.write(Endpoint.secret, to: "secret")
        #expect(try endpoint.run().output == Self.first + "\n", "the token of the right secret is there still")
    }

    @Test
    func `a token whose end is near is not handed out`() throws {
        let endpoint = try Endpoint([Endpoint.answer(Self.first, expiresIn: 3_600), Endpoint.answer(Self.second)])
        #expect(try endpoint.run().output == Self.first + "\n")
        try Self.change(endpoint.entry()) { text in
            // Obtained an hour ago less a minute.
            for name in ["obtained_at", "expires_at"] {
                let pattern = #/"(?<name>\w+)":(?<time>\d{10})/#
                text = text.replacing(pattern) { match in
                    guard match.name == name, let time = Int(match.time) else { return String(match.0) }
                    return "\"\(name)\":\(time - 3_540)"
                }
            }
        }
        #expect(try endpoint.run().output == Self.second + "\n")
        #expect(try endpoint.run().output == Self.second + "\n")
    }

    @Test
    func `a token from the future is not handed out: the clock was set back`() throws {
        try fill()
        try Self.change(endpoint.entry()) { text in
            text = text.replacing(#/_at":\d/#) { "\($0.0.dropLast())9" }
        }
        #expect(try endpoint.run().output == Self.second + "\n")
    }

    @Test(arguments: [
        #"{"access_token":"t","token_type":"Bearer"}"#,
        #"{"access_token":"t","token_type":"Bearer","expires_in":"3600"}"#,
        #"{"access_token":"t","token_type":"Bearer","expires_in":0}"#,
        #"{"access_token":"t","token_type":"Bearer","expires_in":-9223372036854775808}"#,
        #"{"access_token":"t","token_type":"Bearer","expires_in":1e400}"#,
    ])
    func `a token without a known end is printed and not cached`(_ answer: String) throws {
        let endpoint = try Endpoint([Step(answer)])
        for _ in 1...2 {
            let run = try endpoint.run()
            #expect(run.output == "t\n")
            let reason =
                answer.contains("expires_in")
                ? "expires_in is not a number of seconds from 1 to 31536000: the"
                : "the server does not say for how long the"
            #expect(run.errors.hasPrefix("Warning: \(reason) token is "))
        }
        #expect(try endpoint.requestCount() == 2)
    }

    @Test
    func `two processes at once ask once`() throws {
        let endpoint = try Endpoint([], waits: true)
        let tools = try (1...4).map { _ in try endpoint.start(endpoint.usual) }
        #expect(try eventually { try endpoint.requestCount() == 1 })
        try endpoint.server.add(Endpoint.answer(Self.first))
        for tool in tools { #expect(try tool.finish().output == Self.first + "\n") }
        #expect(try endpoint.requestCount() == 1)
    }

    static func change(_ path: String, _ change: (inout String) -> Void) throws {
        var text = try String(contentsOfFile: path, encoding: .utf8)
        let before = text
        change(&text)
        try #require(text != before)
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }
}

import AuthorizerService
import Foundation
import Glibc
import TestSupport
import Testing

private typealias Endpoint = TokenEndpointUnderTest

/// Where it runs: standard streams, limits, terminals, signals.
@Suite("turnstile token in its surroundings")
struct TokenSurroundingsTests {
    private static let token = "eyJhbGciOiJSUzI1NiJ9.eyJuIjoxfQ.Zmlyc3Q"

    private let endpoint: TokenEndpointUnderTest

    init() throws { endpoint = try Endpoint([Endpoint.answer(Self.token)]) }

    /// Runs the tool as `exec "$@"` at the end of a script, with pipes for its output.
    private func shell(_ script: String, _ arguments: [String] = []) throws -> Tool.Run {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments =
            ["-c", script, "sh", Tool.folder.appending(path: "turnstile").path, "token"] + endpoint.usual + arguments
        process.environment = ProgramCoverage.environment
            .merging(["XDG_CACHE_HOME": endpoint.scratch.path("cache")]) { $1 }
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let texts = try [output, errors].map { pipe in
            String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        }
        process.waitUntilExit()
        return Tool.Run(status: process.terminationStatus, output: texts[0], errors: texts[1])
    }

    @Test(arguments: [(">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")], [[], ["--json"]])
    func `a token that cannot be printed is a failure, and is in the cache`(
        _ place: (String, String), _ form: [String]
    ) throws {
        let run = try shell(#"exec "$@" \#(place.0)"#, form)
        #expect(run.status == 1)
        #expect(run.errors == "Error: standard output does not take the result: \(place.1); see where it leads\n")
        #expect(try shell(#"exec "$@""#).output == Self.token + "\n")
        #expect(try endpoint.requestCount() == 1)
    }

    /// The next file to be opened would be standard error, and have the warning written into it.
    @Test func `nothing is printed into the cache where standard streams are closed`() throws {
        try setPermissions(0o644, of: endpoint.scratch.path("secret"))
        #expect(try shell(#"exec "$@" 0<&- 2>&-"#).output == Self.token + "\n")
        #expect(try shell(#"exec "$@" --force 0<&- 1>&- 2>&-"#).status == 1)
        for name in try endpoint.names() where name.hasSuffix(".lock") {
            #expect(try Data(contentsOf: URL(filePath: "\(endpoint.cache)/\(name)")).isEmpty)
        }
        #expect(try shell(#"exec "$@""#).output == Self.token + "\n")
        #expect(try endpoint.requestCount() == 2)
    }

    @Test func `where no file may grow, the token is printed and nothing is left behind`() throws {
        let run = try shell(#"ulimit -f 0; exec "$@""#)
        #expect(run.status == 0)
        #expect(run.output == Self.token + "\n")
        #expect(run.errors.contains("not cached"))
        #expect(try endpoint.names().allSatisfy { $0.hasSuffix(".lock") })
    }

    // MARK: Memory

    @Test func `no core file, debugger or backtrace gets the memory that holds the secret`() async {
        await #expect(processExitsWith: .success) {
            signal(SIGQUIT, SIG_IGN)
            System.refuseDumps()
            var action = sigaction()
            let isRead = unsafe sigaction(SIGQUIT, nil, &action) == 0
            #expect(isRead)
            let isDefault = unsafe action.__sigaction_handler.sa_handler == nil
            #expect(isDefault, "SIG_DFL, not the backtracer of Swift")
            typealias Call = @convention(c) (CInt, CUnsignedLong, CUnsignedLong, CUnsignedLong, CUnsignedLong) -> CInt
            let prctl = unsafe unsafeBitCast(dlsym(nil, "prctl"), to: Call?.self)
            // linux/prctl.h: PR_GET_DUMPABLE.
            #expect(prctl?(3, 0, 0, 0, 0) == 0)
        }
    }

    @Test func `the tool gives its memory to nobody`() throws {
        let endpoint = try Endpoint([], waits: true)
        let tool = try endpoint.start(endpoint.usual)
        #expect(try eventually { try endpoint.requestCount() == 1 })
        let status = try String(contentsOfFile: "/proc/\(tool.process.processIdentifier)/status", encoding: .utf8)
        // The bits of SIGXFSZ, which is ignored, and of SIGQUIT, which is not caught.
        #expect(try Self.signals("SigIgn", in: status) >> UInt64(SIGXFSZ - 1) & 1 == 1)
        #expect(try Self.signals("SigCgt", in: status) >> UInt64(SIGQUIT - 1) & 1 == 0)
        try endpoint.server.add(Endpoint.answer("t"))
        #expect(try tool.finish().output == "t\n")
    }

    private static func signals(_ name: String, in status: String) throws -> UInt64 {
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("\(name):") })
        return try #require(UInt64(line.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces), radix: 16))
    }

    // MARK: The terminal

    @Test func `a secret is typed unseen, and the terminal is then as it was`() throws {
        let terminal = try Terminal(endpoint)
        #expect(try eventually { !terminal.showsWhatIsTyped })
        try terminal.type(Endpoint.secret + "\n")
        terminal.process.waitUntilExit()
        #expect(terminal.process.terminationStatus == 0)
        #expect(terminal.showsWhatIsTyped)
        let seen = terminal.seen()
        #expect(seen.contains("Secret: "))
        #expect(seen.contains(Self.token))
        #expect(!seen.contains(Endpoint.secret))
    }

    @Test func `Ctrl-C at the prompt puts the terminal back`() throws {
        let terminal = try Terminal(endpoint)
        #expect(try eventually { !terminal.showsWhatIsTyped })
        try terminal.type("half a sec\u{03}")
        terminal.process.waitUntilExit()
        #expect(terminal.process.terminationStatus == 130)
        #expect(terminal.showsWhatIsTyped)
        #expect(terminal.seen() == "Secret: \r\n")
        #expect(try endpoint.requestCount() == 0)
    }

    /// Either would leave the terminal silent.
    @Test(arguments: ["\u{1C}", "\u{1A}"])
    func `neither Ctrl-backslash nor Ctrl-Z leaves the prompt`(_ key: String) throws {
        let terminal = try Terminal(endpoint)
        #expect(try eventually { !terminal.showsWhatIsTyped })
        try terminal.type("\(key)\n")
        terminal.process.waitUntilExit()
        #expect(terminal.process.terminationStatus == 1)
        #expect(terminal.showsWhatIsTyped)
        #expect(terminal.seen().contains("a character that no secret may have"))
    }
}

/// `turnstile token --secret-stdin` with a terminal of its own.
private final class Terminal {
    let process = Process()
    private let ours: FileHandle

    init(_ endpoint: TokenEndpointUnderTest) throws {
        var (ours, theirs): (Int32, Int32) = (-1, -1)
        try #require(unsafe openpty(&ours, &theirs, nil, nil, nil) == 0)
        self.ours = FileHandle(fileDescriptor: ours, closeOnDealloc: true)
        let end = FileHandle(fileDescriptor: theirs, closeOnDealloc: true)
        // Its keys reach only the programs whose controlling terminal it is.
        process.executableURL = URL(filePath: "/usr/bin/setsid")
        process.arguments =
            ["--ctty", "--wait", Tool.folder.appending(path: "turnstile").path, "token", "--secret-stdin"]
            + endpoint.usual.dropLast(2)
        process.environment = ProgramCoverage.environment
            .merging(["XDG_CACHE_HOME": endpoint.scratch.path("cache")]) { $1 }
        process.standardInput = end
        process.standardOutput = end
        process.standardError = end
        try process.run()
        held = end
    }

    /// What was printed is lost when nobody holds the terminal's other end.
    private let held: FileHandle

    var showsWhatIsTyped: Bool {
        var settings = termios()
        guard unsafe tcgetattr(ours.fileDescriptor, &settings) == 0 else { return false }
        return settings.c_lflag & tcflag_t(ECHO) != 0
    }

    func type(_ text: String) throws { try ours.write(contentsOf: Data(text.utf8)) }

    /// All that it has shown until now.
    func seen() -> String {
        var seen = Data()
        var poller = pollfd(fd: ours.fileDescriptor, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&poller, 1, 0) == 1, poller.revents & Int16(POLLIN) != 0 {
            let more = ours.availableData
            guard !more.isEmpty else { break }
            seen += more
        }
        return String(decoding: seen, as: UTF8.self)
    }
}

import Foundation
import StrictJSON
import TestSupport
import Testing

typealias Step = ScriptedServer.Step

/// What an execution environment is made of.
struct Setup {
    /// The text of `authorizer.json`; `nil` writes none.
    var configuration: String?
    /// Beside `authorizer.json`: a name and what stands in the file.
    var files: [String: String] = [:]
    /// A name and where the link of this name leads.
    var links: [String: String] = [:]
    /// The names of pipes that nobody writes to.
    var pipes: [String] = []
    var environment: [String: String] = [:]
    /// What no output may hold, besides every token that is sent.
    var secrets: [String] = []
    /// What the Runtime API answers to the first requests; then it waits for events.
    var firstSteps: [Step] = []
}

/// The real `bootstrap` as a child process, the folder of its files, and the Runtime API that hands it events.
///
/// Whatever the process writes goes to files, which are looked at until something is there: nothing depends on how
/// long anything takes.
final class ExecutionEnvironment {
    let folder: URL
    let runtimeAPI: ScriptedServer
    var secrets: [String]
    private let process = Process()
    private var eventsSent = 0

    /// Starts the process, hands it to `body`, ends it, and holds its whole output to the rules.
    static func run<Result>(_ setup: Setup, _ body: (ExecutionEnvironment) throws -> Result) throws -> Result {
        let environment = try ExecutionEnvironment(setup)
        defer { environment.remove() }
        let result = try body(environment)
        try environment.expectLogOfObjects()
        try environment.expectNoSecret()
        return result
    }

    private init(_ setup: Setup) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "turnstile-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        secrets = setup.secrets
        var files = setup.files
        files["authorizer.json"] = setup.configuration
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        for (name, destination) in setup.links {
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: name).path, withDestinationPath: destination)
        }
        for name in setup.pipes { #expect(unsafe mkfifo(folder.appending(path: name).path, 0o600) == 0) }
        runtimeAPI = try ScriptedServer(
            setup.firstSteps, journal: folder.appending(path: "runtime-api"), waits: true)
        var defaults = ProgramCoverage.environment
        defaults["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:\(runtimeAPI.port)"
        defaults["AUTHORIZER_CONFIG"] = folder.appending(path: "authorizer.json").path
        process.executableURL = try Self.program()
        process.environment = defaults.merging(setup.environment) { $1 }.filter { $0.value != Self.unset }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try file("output")
        process.standardError = try file("error")
        try process.run()
    }

    /// The value of a variable that is to be absent.
    static let unset = "(unset)"

    /// The program that was built together with these tests.
    private static func program() throws -> URL {
        let bundle = try #require(CommandLine.arguments.first { $0.hasSuffix(".xctest") })
        return URL(filePath: bundle).deletingLastPathComponent().appending(path: "bootstrap")
    }

    private func file(_ name: String) throws -> FileHandle {
        let url = folder.appending(path: name)
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    private func remove() {
        if isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }
}

// MARK: Events and answers

/// What was posted for an event.
struct Answer {
    let isError: Bool
    let body: JSONValue
    let request: ScriptedServer.Request

    init(_ request: ScriptedServer.Request) throws {
        self.request = request
        isError = request.target.hasSuffix("/error")
        body = try JSONDocument(parsing: Array(request.body.utf8)).root
    }

    var errorType: String? { isError ? body["errorType"]?.string : nil }
    var errorMessage: String? { isError ? body["errorMessage"]?.string : nil }
    /// Whether it is a policy that allows something.
    var isAllow: Bool { !isError && request.body.contains(#""Effect":"Allow""#) }
}

extension ExecutionEnvironment {
    /// Lets the Runtime API hand out one event and take the answer to it.
    func send(_ event: Event, deadlineInMilliseconds: Int64 = 10_000) throws {
        eventsSent += 1
        secrets += event.secrets
        try runtimeAPI.add(event.step(id: "request-\(eventsSent)", deadlineInMilliseconds: deadlineInMilliseconds))
        try runtimeAPI.add(Step(#"{"status":"OK"}"#, status: 202))
    }

    /// Sends one event and waits until the process asks for the next one: its answer was posted then, its line
    /// written, and its keys refreshed.
    func invoke(_ event: Event, deadlineInMilliseconds: Int64 = 10_000) throws -> Answer {
        try send(event, deadlineInMilliseconds: deadlineInMilliseconds)
        let count = 2 * eventsSent + 1
        try wait("the answer to event \(eventsSent)") { try runtimeAPI.requestsSoFar().count >= count || !isRunning }
        let requests = try runtimeAPI.requestsSoFar()
        try #require(requests.count == count, "the process ended, or asked for something else")
        #expect(requests[count - 1].target == "/2018-06-01/runtime/invocation/next")
        #expect(requests[count - 2].target.hasPrefix("/2018-06-01/runtime/invocation/request-\(eventsSent)/"))
        return try Answer(requests[count - 2])
    }

    /// Waits until the process waits for its first event.
    func waitForStart() throws {
        try wait("the first request for an event") { try !runtimeAPI.requestsSoFar().isEmpty || !isRunning }
        try #require(isRunning)
    }
}

// MARK: The process

extension ExecutionEnvironment {
    /// How a process ended.
    struct End: Equatable {
        var status: Int32
        var bySignal = false
    }

    var isRunning: Bool { end == nil }

    /// Asked of the kernel: `Process` may overlook an end while many processes come and go.
    private var end: End? {
        var information = unsafe siginfo_t()
        let child = id_t(process.processIdentifier)
        guard unsafe waitid(P_PID, child, &information, WEXITED | WNOHANG | WNOWAIT) == 0 else {
            // It was reaped, so `Process` knows, or is about to.
            guard !process.isRunning else { return nil }
            return End(status: process.terminationStatus, bySignal: process.terminationReason == .uncaughtSignal)
        }
        guard unsafe information.si_signo == SIGCHLD else { return nil }
        return End(
            status: unsafe information._sifields._sigchld.si_status,
            bySignal: unsafe information.si_code != Int32(CLD_EXITED))
    }

    func terminate() { kill(process.processIdentifier, SIGTERM) }

    /// The processes that it has forked (proc(5), `children`).
    var children: [Int32] {
        let own = process.processIdentifier
        let text = (try? String(contentsOfFile: "/proc/\(own)/task/\(own)/children", encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { Int32($0) }
    }

    /// How many sockets a process has open.
    func sockets(of process: Int32) -> Int {
        let folder = "/proc/\(process)/fd"
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return descriptors.count { number in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(number)"))?
                .hasPrefix("socket:") == true
        }
    }

    func waitForEnd() throws -> End {
        var found: End?
        try wait("the end of the process") {
            found = end
            return found != nil
        }
        return try #require(found)
    }

    struct Impatience: Error { let what: String }

    /// Looks until it is so. The limit is for a test that fails; no test that passes comes near it.
    func wait(_ what: String, until isSo: () throws -> Bool) throws {
        let limit = ContinuousClock.now + .seconds(30)
        while try !isSo() {
            guard ContinuousClock.now < limit else { throw Impatience(what: what) }
            Thread.sleep(forTimeInterval: 0.002)
        }
    }
}

// MARK: What the process wrote

extension ExecutionEnvironment {
    private func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
    }

    func output() throws -> String { try text("output") }

    func errorOutput() throws -> String { try text("error") }

    /// The lines of standard output, each of which must be an object.
    func log() throws -> [JSONValue] {
        try output().split(separator: "\n").map { try JSONDocument(parsing: Array($0.utf8)).root }
    }

    /// The lines that tell of one event each.
    func decisions() throws -> [JSONValue] { try log().filter { $0["decision"] != nil } }

    /// The outcomes of all fetches of keys so far.
    func fetchOutcomes() throws -> [String] {
        try log().filter { $0["event"]?.isString("key_fetch") == true }.compactMap { $0["outcome"]?.string }
    }

    private func expectLogOfObjects() throws {
        for line in try log() {
            #expect(line.kind == .object)
            #expect(line["timestamp"]?.kind == .string && line["level"]?.kind == .string)
        }
    }

    /// Threat 82: no token, whole or in part, and no secret in anything the process wrote or posted.
    private func expectNoSecret() throws {
        let posted = try runtimeAPI.requestsSoFar().map { $0.target + $0.body + $0.headers.joined().joined() }
        let all = try [output(), errorOutput()] + posted
        for secret in Set(secrets) {
            #expect(!all.contains { $0.contains(secret) }, "something holds \(secret.prefix(8))…")
        }
    }
}

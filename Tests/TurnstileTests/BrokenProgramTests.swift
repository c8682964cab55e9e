import Foundation
import Testing

/// Programs in the place of `bootstrap` that do what none should. They are scripts of bash, which can open a
/// connection by itself.
@Suite("turnstile invoke: a program that crashes, hangs or lies")
struct BrokenProgramTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Reads one answer's head from descriptor 3 and sets `id`.
    private static let next = """
        #!/bin/bash
        exec 3<>/dev/tcp/${AWS_LAMBDA_RUNTIME_API/:/\\/}
        printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3
        while IFS= read -r line <&3; do
            line=${line%$'\\r'}
            [ -z "$line" ] && break
            case ${line,,} in lambda-runtime-aws-request-id:*) id=${line#*: } ;; esac
        done

        """

    private static func post(_ path: String, _ body: String) -> String {
        """
        exec 4<>/dev/tcp/${AWS_LAMBDA_RUNTIME_API/:/\\/}
        printf 'POST %s HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: \(body.utf8.count)\\r\\n\\r\\n%s' "\(path)" '\(body)' >&4
        IFS= read -r status <&4; echo "$status" >&2

        """
    }

    private func invoke(_ script: String, _ options: String...) throws -> Tool.Run {
        let program = try scratch.write(script, to: "program", isProgram: true)
        return try Tool.start(
            ["invoke", "--bootstrap", program] + options + ["events/rest-token-allowed-machine.json"]
        ).finish()
    }

    @Test
    func `one that ends at once is told with its status and its last words, but for the token`() throws {
        let run = try invoke("#!/bin/sh\necho found eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln >&2\nexit 3\n")
        #expect(run.status == 1)
        #expect(
            run.errors.split(separator: "\n") == [
                "bootstrap: found [token]",
                "Error: bootstrap ended with status 3 before it asked for an event; what it wrote stands above, "
                    + "if it wrote anything",
            ])
    }

    @Test
    func `one that a signal ends is told with the signal`() throws {
        let run = try invoke("#!/bin/sh\nkill -9 $$\n")
        #expect(run.errors.contains("was ended by signal 9 before it asked for an event"))
    }

    @Test
    func `one that crashes over an event is told with the event`() throws {
        let run = try invoke(Self.next + "kill -SEGV $$\n")
        #expect(run.status == 1)
        #expect(run.errors.contains("signal 11 while it handled events/rest-token-allowed-machine.json"))
    }

    @Test
    func `one that hangs over an event is given up after the time allowed, and ended with all it started`() throws {
        let file = scratch.path("process")
        let run = try invoke(Self.next + "sleep 3600 & echo $! > \(file)\nwait\n", "--timeout", "1")
        #expect(run.status == 1)
        #expect(run.errors.contains("did not finish events/rest-token-allowed-machine.json within 1 s"))
        let process = try #require(Int32(try scratch.text(of: "process").dropLast()))
        #expect(try eventually { !Self.isRunning(process) })
    }

    @Test
    func `an init error is told in its own words`() throws {
        let run = try invoke(
            "#!/bin/bash\n" + Self.post("/2018-06-01/runtime/init/error", #"{"errorMessage":"no luck"}"#) + "exit 1\n")
        #expect(run.status == 1)
        #expect(run.errors.contains("HTTP/1.1 202 Accepted"))
        #expect(run.errors.contains("Error: bootstrap could not start: no luck; "))
    }

    @Test
    func `an answer that is no JSON is told so`() throws {
        let run = try invoke(Self.next + Self.post("/2018-06-01/runtime/invocation/$id/response", "nonsense"))
        #expect(run.status == 1)
        #expect(run.errors.contains("bootstrap's answer to events/rest-token-allowed-machine.json is not usable JSON"))
    }

    @Test
    func `an answer to another event is refused as Lambda refuses it`() throws {
        let run = try invoke(Self.next + Self.post("/2018-06-01/runtime/invocation/other/response", "{}"))
        #expect(run.errors.contains("HTTP/1.1 400 Bad Request"))
        #expect(run.errors.contains("while it handled"))
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `an interruption ends the program, also one that will not listen`(_ signal: Int32) throws {
        let program = try scratch.write(
            "#!/bin/bash\ntrap '' TERM\necho $$ > \(scratch.path("process"))\nsleep 3600\n", to: "program",
            isProgram: true)
        let tool = try Tool.start(["invoke", "--bootstrap", program, "events/rest-token-allowed-machine.json"])
        #expect(try eventually { ((try? scratch.text(of: "process")) ?? "").hasSuffix("\n") })
        kill(tool.process.processIdentifier, signal)
        let run = try tool.finish()
        #expect(run.status == 130)
        #expect(run.errors == "Error: interrupted\n")
        let process = try #require(Int32(try scratch.text(of: "process").dropLast()))
        #expect(try eventually { !Self.isRunning(process) })
    }

    @Test func `an interruption while the program is being started ends it, too`() throws {
        let file = scratch.path("process")
        let program = try scratch.write(
            "#!/bin/sh\nkill -TERM $PPID\necho $$ > \(file)\nexec sleep 3600\n", to: "program", isProgram: true)
        for _ in 1...5 {
            let run = try Tool.start(["invoke", "--bootstrap", program, "events/rest-token-allowed-machine.json"])
                .finish()
            #expect(run.status == 130)
            #expect(run.errors == "Error: interrupted\n")
            guard let process = Int32((try? scratch.text(of: "process"))?.dropLast() ?? "") else { continue }
            #expect(try eventually { !Self.isRunning(process) })
        }
    }

    /// Whether a process is there and no mere entry that waits to be collected.
    private static func isRunning(_ process: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
        return !status.contains(") Z ")
    }
}

import Foundation
import StrictJSON

/// The real program under a local Runtime API, from its start to its end.
final class BootstrapSession {
    /// How long a program may take from its start to its first poll (AWS Lambda developer guide, "Init phase").
    private static let initTimeout = Duration.seconds(10)
    /// How long the log's line may come after the program asks for the next event.
    private static let recordPatience = Duration.seconds(2)
    /// Between SIGTERM and SIGKILL (AWS Lambda developer guide, "Shutdown phase").
    private static let shutdownTimeout = Duration.seconds(2)

    private let timeout: Duration
    private let runtime: RuntimeAPI
    private let server: LoopbackServer
    private let program: ChildProgram
    private let acts: AsyncStream<RuntimeAct>.Continuation
    private var pending: AsyncStream<RuntimeAct>.Iterator
    private let interruptions: Interruptions
    private var output = ProgramOutput()
    private var end: ProgramEnd?
    private var lastTimer = 0
    /// The log tells no decisions, so there is none to wait for.
    private var isLogSilent = false

    /// - Parameters:
    ///   - program: The path of `bootstrap`.
    ///   - environment: All of its environment but the address of the Runtime API.
    ///   - timeout: The longest that one event may take.
    /// - Throws: ``Problem`` where the program or its server cannot be started.
    init(program: String, environment: [String: String], timeout: Duration) async throws(Problem) {
        let (stream, acts) = AsyncStream<RuntimeAct>.makeStream()
        let runtime = RuntimeAPI(acts: acts)
        server = try await LoopbackServer(purpose: "the Runtime API") { await runtime.answer($0) }
        var environment = environment
        environment["AWS_LAMBDA_RUNTIME_API"] = server.address
        // Between the two a child runs that would be left behind.
        Interruptions.keepForLater()
        do {
            self.program = try ChildProgram(path: program, environment: environment, acts: acts)
        } catch {
            Interruptions.letThrough()
            await server.stop()
            throw error
        }
        interruptions = Interruptions { acts.yield(.interrupted) }
        self.runtime = runtime
        self.acts = acts
        self.timeout = timeout
        pending = stream.makeAsyncIterator()
    }

    /// Waits until the program asks for its first event.
    func waitUntilReady() async throws(Problem) {
        let timer = startTimer(Self.initTimeout)
        defer { timer.task.cancel() }
        while true {
            switch await next() {
            case .polled: return
            case .initFailed(let body): throw await initProblem(body)
            case .ended(let end): throw await endProblem(end, "before it asked for an event")
            case .deadlinePassed(timer.number):
                throw Problem(
                    "bootstrap did not ask for an event within \(Self.initTimeout.components.seconds) s",
                    remedy: "see whether its key servers answer")
            case .interrupted: throw Self.interrupted
            default: break
            }
        }
    }

    /// Hands one event over, and waits for the answer, the log's line, and the poll for the next event.
    func outcome(of event: SampleEvent) async throws(Problem) -> Outcome {
        let requestID = UUID().uuidString.lowercased()
        let seconds = Double(timeout.components.seconds)
        await runtime.hand(
            RuntimeInvocation(requestID: requestID, event: event.bytes, deadline: Date(timeIntervalSinceNow: seconds)))
        let answer = try await answer(to: event)
        return Outcome(answer: answer, record: await record(of: requestID))
    }

    private func answer(to event: SampleEvent) async throws(Problem) -> Outcome.Answer {
        let timer = startTimer(timeout)
        defer { timer.task.cancel() }
        var answer: Outcome.Answer?
        while true {
            switch await next() {
            case .responded(let body): answer = .response(try Self.parse(body, "answer to \(event.path)"))
            case .failed(let body): answer = .error(try Self.parse(body, "error for \(event.path)"))
            case .polled:
                guard let answer else { throw Problem("bootstrap passed over \(event.path) without an answer") }
                return answer
            case .ended(let end): throw await endProblem(end, "while it handled \(event.path)")
            case .deadlinePassed(timer.number):
                throw Problem(
                    "bootstrap did not finish \(event.path) within \(timeout.components.seconds) s",
                    remedy: "allow more with --timeout")
            case .interrupted: throw Self.interrupted
            default: break
            }
        }
    }

    private func record(of requestID: String) async -> DecisionRecord? {
        let timer = startTimer(Self.recordPatience)
        defer { timer.task.cancel() }
        while !output.hasRecord(of: requestID), !isLogSilent, !output.hasEnded {
            if case .deadlinePassed(timer.number) = await next() { isLogSilent = true }
        }
        return output.takeRecord(of: requestID)
    }

    /// Ends the program and the servers. May be called more than once.
    func stop() async {
        program.terminate()
        await waitForEnd(Self.shutdownTimeout)
        program.kill()
        await waitForEnd(Self.shutdownTimeout)
        interruptions.stop()
        await runtime.close()
        await server.stop()
    }

    // MARK: What happens

    /// Every act is seen here first.
    private func next() async -> RuntimeAct? {
        let act = await pending.next(isolation: #isolation)
        switch act {
        case .output(let bytes, let stream): output.append(bytes, stream)
        case .outputEnded(let stream): output.end(stream)
        case .ended(let end): self.end = end
        default: break
        }
        return act
    }

    /// Until the program has ended and all that it wrote has been read.
    private func waitForEnd(_ patience: Duration) async {
        let timer = startTimer(patience)
        defer { timer.task.cancel() }
        while end == nil || !output.hasEnded {
            if case .deadlinePassed(timer.number) = await next() { return }
        }
    }

    private func startTimer(_ duration: Duration) -> (number: Int, task: Task<Void, Never>) {
        lastTimer += 1
        let (number, acts) = (lastTimer, acts)
        let task = Task {
            do { try await Task.sleep(for: duration) } catch { return }
            acts.yield(.deadlinePassed(number))
        }
        return (number, task)
    }

    // MARK: Problems

    private static let interrupted = Problem("interrupted", status: .interrupted)

    private static func parse(_ bytes: [UInt8], _ what: String) throws(Problem) -> JSONDocument {
        try JSONFile.parse(bytes, path: "bootstrap's \(what)", remedy: nil)
    }

    private func endProblem(_ end: ProgramEnd, _ moment: String) async -> Problem {
        await waitForEnd(Self.shutdownTimeout)
        return Problem("bootstrap \(end) \(moment)", remedy: "what it wrote stands above, if it wrote anything")
    }

    private func initProblem(_ body: [UInt8]) async -> Problem {
        await waitForEnd(Self.shutdownTimeout)
        let message = (try? JSONDocument(parsing: body))?.root["errorMessage"]?.string
        return Problem(
            "bootstrap could not start: \(Redaction.redact(message ?? "it did not say why").printable)",
            remedy: "`turnstile check` looks at the configuration alone")
    }
}

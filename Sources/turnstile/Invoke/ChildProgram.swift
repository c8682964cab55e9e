import AuthorizerService
import Foundation

/// How a program ended.
enum ProgramEnd: Sendable {
    case exited(Int32)
    case signal(Int32)
}

extension ProgramEnd: CustomStringConvertible {
    var description: String {
        switch self {
        case .exited(let status): "ended with status \(status)"
        case .signal(let number): "was ended by signal \(number)"
        }
    }
}

/// `bootstrap`, or what stands in its place, as a child of this process. What it writes goes to `acts`.
final class ChildProgram {
    private let process = Process()
    private let output = Pipe()
    private let errors = Pipe()

    init(
        path: String, environment: [String: String], acts: AsyncStream<RuntimeAct>.Continuation
    ) throws(Problem) {
        process.executableURL = URL(fileURLWithPath: path)
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        process.terminationHandler = { process in
            let status = process.terminationStatus
            acts.yield(.ended(process.terminationReason == .exit ? .exited(status) : .signal(status)))
        }
        do {
            try process.run()
        } catch {
            throw Problem("cannot start \(path): it is no program for this machine", remedy: Self.remedy)
        }
        Self.forward(output, .output, to: acts)
        Self.forward(errors, .error, to: acts)
    }

    static let remedy = "build it with `swift build`, or give its path with --bootstrap"

    /// A thread for each pipe, which ends with it. A `readabilityHandler` is a source of Dispatch, and that of Linux
    /// may hand an event to a source that was just cancelled and freed.
    private static func forward(
        _ pipe: Pipe, _ stream: RuntimeAct.Stream, to acts: AsyncStream<RuntimeAct>.Continuation
    ) {
        let handle = pipe.fileHandleForReading
        Thread.detachNewThread {
            while case let bytes = handle.availableData, !bytes.isEmpty { acts.yield(.output(Array(bytes), stream)) }
            acts.yield(.outputEnded(stream))
        }
    }

    var isRunning: Bool { process.isRunning }

    func terminate() { if process.isRunning { process.terminate() } }

    /// Ends the program and all that it has started: Foundation makes it the leader of a process group of its own.
    func kill() {
        let processID = process.processIdentifier
        guard processID > 0 else { return }
        if process.isRunning { _ = Foundation.kill(processID, SIGKILL) }
        _ = Foundation.kill(-processID, SIGKILL)
    }
}

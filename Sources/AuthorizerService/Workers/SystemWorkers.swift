import CPOSIX

/// Processes forked from this one, and the signals that tell of them.
extension System {
    typealias ProcessID = Int32

    enum Fork {
        case worker
        case parent(of: ProcessID)
        case failed(reason: String)
    }

    /// What the supervisor is woken by.
    enum WorkerSignal { case workerEnded, terminate, none }

    /// Makes a second process of this one, which ends (SIGTERM) when this one does. Only of a process without threads.
    static func forkWorker() -> Fork {
        let process = cposix_fork_worker()
        guard process >= 0 else { return .failed(reason: lastError) }
        return process == 0 ? .worker : .parent(of: process)
    }

    /// While held, the end of a worker and SIGTERM wait for ``awaitWorkerSignal(milliseconds:)``.
    static func holdWorkerSignals(_ areHeld: Bool) { _ = cposix_hold_worker_signals(areHeld ? 1 : 0) }

    static func awaitWorkerSignal(milliseconds: Int64) -> WorkerSignal {
        switch cposix_await_worker_signal(max(milliseconds, 0)) {
        case SIGCHLD: .workerEnded
        case SIGTERM: .terminate
        default: .none
        }
    }

    /// - Returns: A worker that has ended and was not told of yet; `nil` where there is none.
    static func reapWorker() -> (process: ProcessID, end: WorkerEnd)? {
        var status: Int32 = 0
        var signal: Int32 = 0
        let process = unsafe cposix_reap_worker(&status, &signal)
        guard process > 0 else { return nil }
        return (process, signal != 0 ? .killed(signal: signal) : .left(status: status))
    }

    // MARK: A worker's connection

    /// The most of an unread response to look at: Lambda's head is some hundred bytes, and the id stands in it.
    private static let unreadLimitInBytes = 65_536

    /// - Returns: A socket of IPv4, or `nil` where there is none to be had, or it would take the last descriptor: one is
    ///   needed to post errors with.
    static func makeSocket() -> Int32? {
        let socket = cposix_make_socket()
        guard socket >= 0 else { return nil }
        let spare = cposix_make_socket()
        guard spare >= 0 else {
            closeSocket(socket)
            return nil
        }
        closeSocket(spare)
        return socket
    }

    static func closeSocket(_ socket: Int32) { _ = close(socket) }

    /// Tells the other side that a worker has ended.
    static func endSending(_ socket: Int32) { cposix_end_sending(socket) }

    /// Ends the connection of a worker that has ended.
    ///
    /// - Parameters:
    ///   - socket: Of the connection; closed.
    ///   - milliseconds: How long the other side may take to notice.
    /// - Returns: What had come for it and was not read, also what the other side sent before it knew.
    static func endConnection(_ socket: Int32, withinMilliseconds milliseconds: Int64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: unreadLimitInBytes)
        let count = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.map {
                unsafe cposix_take_rest(socket, $0, buffer.count, Int32(clamping: max(milliseconds, 0)))
            } ?? 0
        }
        bytes.removeSubrange(count...)
        closeSocket(socket)
        return bytes
    }

    /// Asks a worker to end, which it does once it has posted the answer at hand.
    static func terminate(_ process: ProcessID) { _ = kill(process, SIGTERM) }
}

/// How a worker came to its end.
enum WorkerEnd: Equatable, Sendable {
    case left(status: Int32)
    case killed(signal: Int32)
}

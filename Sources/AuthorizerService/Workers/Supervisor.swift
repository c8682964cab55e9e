import HTTPTransport
import LambdaRuntime
import StrictJSON

/// Starts the workers, replaces those that end, and answers for the invocations of those that died.
struct Supervisor: ~Copyable {
    /// The most workers: as many processes and threads as Lambda gives an environment.
    static let workerLimit = 1_024
    /// How long Lambda may take to accept the error of a worker that died: whoever dies meanwhile is replaced after it.
    static let answerLimitInMilliseconds = 1_000
    /// How long to wait for workers to post the answers at hand when Lambda ends the environment: it gives 2 s in all.
    private static let farewellInMilliseconds: Int64 = 1_500
    /// How long Lambda, on this machine, may take to notice that connections have ended whose workers did.
    private static let noticeInMilliseconds: Int64 = 100
    /// How long to wait, in milliseconds, where nothing is due: whatever happens wakes the supervisor before.
    private static let longestWaitInMilliseconds: Int64 = 60_000

    private var pool: WorkerPool
    /// Of each place: the socket of its worker's connection, so that an event that the worker did not live to read is
    /// found.
    private var sockets: [Int32?]
    /// The invocations whose worker died, and for which no error was posted yet.
    private var owed: [RequestID] = []
    private var api: RuntimeAPI
    private let memory: SharedMemory
    private let log: Log
    private let clock: Clock

    /// - Parameters:
    ///   - workers: How many, 2 to ``workerLimit``.
    ///   - api: For the errors of invocations whose worker died. Owned by the supervisor from now on.
    ///   - memory: For so many workers.
    ///   - log: Written to under the same lock as the workers'.
    ///   - clock: Told the time by.
    init(workers: Int, api: consuming RuntimeAPI, memory: SharedMemory, log: Log, clock: Clock) {
        pool = WorkerPool(count: workers)
        sockets = Array(repeating: nil, count: workers)
        self.api = api
        self.memory = memory
        self.log = log
        self.clock = clock
    }

    enum End {
        /// This process is a worker, in this place.
        case worker(WorkerSlot)
        /// Lambda ends the environment, and the workers have ended.
        case terminated
        /// No worker can run.
        case over
    }

    /// Runs until Lambda ends the environment or no worker can run. Also returns in every worker.
    mutating func run() -> End {
        System.holdWorkerSignals(true)
        while true {
            while let place = pool.due(at: clock.uptime()) {
                if start(place) {
                    System.holdWorkerSignals(false)
                    return .worker(slot(place))
                }
            }
            if pool.isOver && owed.isEmpty { return .over }
            let rest = pool.rest(at: clock.uptime()) ?? Self.longestWaitInMilliseconds
            if System.awaitWorkerSignal(milliseconds: owed.isEmpty ? rest : 0) == .terminate {
                terminate()
                return .terminated
            }
            reap()
            if !owed.isEmpty, pool.due(at: clock.uptime()) == nil { answer(for: owed.removeFirst()) }
        }
    }

    /// - Returns: Whether this process is the worker.
    private mutating func start(_ place: Int) -> Bool {
        memory.clear(worker: place)
        sockets[place] = System.makeSocket()
        switch System.forkWorker() {
        case .worker:
            return true
        case .parent(let process):
            pool.started(place, as: process, at: clock.uptime())
        case .failed(let reason):
            pool.notStarted(place, at: clock.uptime())
            _ = takeUnread(place, withinMilliseconds: 0)
            var record = LogRecord(level: .error)
            record.add("event", "worker_not_started")
            record.add("message", "no process could be made: \(reason)")
            log.write(record)
        }
        return false
    }

    /// The worker's own: the sockets of the others are not its business.
    private func slot(_ place: Int) -> WorkerSlot {
        for (other, socket) in sockets.enumerated() where other != place {
            if let socket { System.closeSocket(socket) }
        }
        return WorkerSlot(memory: memory, number: place, socket: sockets[place])
    }

    /// Ends the connection of a place whose worker has ended.
    ///
    /// - Returns: The invocation whose event had come, and was not read.
    private mutating func takeUnread(_ place: Int, withinMilliseconds milliseconds: Int64) -> RequestID? {
        guard let socket = sockets[place] else { return nil }
        sockets[place] = nil
        return RuntimeAPI.requestID(inResponse: System.endConnection(socket, withinMilliseconds: milliseconds))
    }

    /// Lambda is told of all that have ended before it is waited for: many may end at once.
    private mutating func reap() {
        var ended: [(place: Int, end: WorkerEnd)] = []
        while let (process, end) = System.reapWorker() {
            guard let place = pool.place(of: process) else { continue }
            if let socket = sockets[place] { System.endSending(socket) }
            ended.append((place, end))
        }
        let start = clock.uptime()
        for (place, end) in ended {
            let left = Self.noticeInMilliseconds - clock.uptime().nanoseconds(since: start) / 1_000_000
            let unread = takeUnread(place, withinMilliseconds: left)
            let events = memory.events(of: place) + (unread == nil ? 0 : 1)
            pool.ended(place, end, afterEvents: events, at: clock.uptime())
            let invocation = memory.invocationLeft(by: place) ?? unread
            if end != .left(status: 0) || invocation != nil { report(end, place, invocation) }
            if let invocation { owed.append(invocation) }
        }
    }

    private func report(_ end: WorkerEnd, _ place: Int, _ invocation: RequestID?) {
        var record = LogRecord(level: .error)
        record.add("event", "worker_ended")
        record.add("worker", Int64(place))
        record.add("requestId", invocation?.description)
        record.add("message", end.description)
        log.write(record)
    }

    /// Posts the error that the worker cannot post any more. Where it had answered after all, Lambda refuses this one.
    private mutating func answer(for invocation: RequestID) {
        let fault = Fault.workerDied
        do throws(TransportError) {
            let error = InvocationError(type: fault.errorType, message: fault.description)
            let status = try api.report(error, for: invocation)
            guard (200..<300).contains(status) else {
                log.write(LogRecord(.answerRefused(invocation, status: status)))
                return
            }
        } catch {
            log.write(LogRecord(.answerFailed(invocation, error)))
            return
        }
        let id = ExactString(utf8: invocation.utf8[...])
        log.write(LogRecord(Judgement(.fault(fault)), requestID: id, durationMicroseconds: nil))
    }

    /// Ends the workers, each once it has posted the answer at hand.
    private mutating func terminate() {
        for process in pool.processes { System.terminate(process) }
        let start = clock.uptime()
        while !pool.processes.isEmpty || !owed.isEmpty {
            let left = Self.farewellInMilliseconds - clock.uptime().nanoseconds(since: start) / 1_000_000
            guard left > 0 else { return }
            _ = System.awaitWorkerSignal(milliseconds: owed.isEmpty ? left : 0)
            reap()
            if !owed.isEmpty { answer(for: owed.removeFirst()) }
        }
    }
}

extension WorkerEnd: CustomStringConvertible {
    var description: String {
        switch self {
        case .left(let status): "a worker left with status \(status)"
        case .killed(let signal): "a worker was ended by signal \(signal)"
        }
    }
}

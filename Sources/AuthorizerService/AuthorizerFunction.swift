import APIGateway
import Authorization
package import LambdaRuntime
import StrictJSON

/// The function as Lambda calls it: an event in, an answer out, a line in the log.
package struct AuthorizerFunction: InvocationHandler {
    private var judge: Judge
    private var answers: AnswerWriter
    private var log: Log
    private let clock: Clock
    /// Where it is told what this process does; `nil` where there is just this one.
    private var workerSlot: WorkerSlot?
    /// What is to be told of the latest invocation, once its answer is on its way.
    private var pending: LogRecord?
    /// Of the latest invocation.
    private var deadlineInMilliseconds: Int64?

    package init(_ configuration: Configuration, judge: Judge, log: Log, clock: Clock) {
        self.judge = judge
        self.log = log
        self.clock = clock
        answers = AnswerWriter(configuration)
    }

    /// Memory for so many processes like this one.
    func sharedMemory(workers: Int) throws(StartError) -> SharedMemory {
        let limit = Int(clamping: judge.configuration.keys.maxBytes)
        guard let memory = SharedMemory(workers: workers, sources: judge.sources.count, setLimitInBytes: limit) else {
            throw .sharedMemory(reason: System.lastError)
        }
        return memory
    }

    /// From now on this process is one of several.
    mutating func become(_ slot: WorkerSlot) {
        workerSlot = slot
        judge.share(slot.memory)
        log.sharedMemory = slot.memory
    }

    package mutating func handle(_ invocation: Invocation) -> InvocationAnswer {
        workerSlot?.begin(invocation.requestID)
        System.setTraceID(invocation.traceIDUTF8)
        let start = clock.uptime()
        deadlineInMilliseconds = invocation.deadlineInMilliseconds
        let (answer, judgement) = answer(invocation.event, deadlineInMilliseconds: deadlineInMilliseconds)
        let nanoseconds = clock.uptime().nanoseconds(since: start)
        pending = LogRecord(
            judgement, requestID: ExactString(utf8: invocation.requestID.utf8[...]),
            durationMicroseconds: nanoseconds / 1_000)
        return answer
    }

    /// The whole of the authorizer, without Lambda around it.
    package mutating func answer(
        _ event: [UInt8], deadlineInMilliseconds: Int64?
    ) -> (InvocationAnswer, Judgement) {
        let request: AuthorizerRequest
        do throws(EventError) {
            request = try AuthorizerRequest(parsing: event)
        } catch {
            let fault = Fault.eventUnrecognised(error)
            return (AnswerWriter.error(fault), Judgement(.fault(fault)))
        }
        return answers.answer(judge.judge(request, deadlineInMilliseconds: deadlineInMilliseconds), to: request)
    }

    /// Writes the log, which the caller need not wait for, and refreshes keys that grow old.
    package mutating func didAnswer() {
        workerSlot?.end()
        writeLog()
        judge.refreshKeys(deadlineInMilliseconds: deadlineInMilliseconds)
        writeLog()
    }

    package mutating func willWait() { System.holdSIGTERM(false) }

    package mutating func didWake() { System.holdSIGTERM(true) }

    package mutating func writeLog() {
        if let pending { log.write(pending) }
        pending = nil
        for record in judge.takeRecords() { log.write(record) }
    }
}

extension LogRecord {
    /// One decision; its duration is `nil` where nobody can say.
    init(_ judgement: Judgement, requestID: ExactString, durationMicroseconds: Int64?) {
        let isFault: Bool
        let isRefusal: Bool
        switch judgement.verdict {
        case .allow: (isFault, isRefusal) = (false, false)
        case .deny, .reject: (isFault, isRefusal) = (false, true)
        case .fault: (isFault, isRefusal) = (true, false)
        }
        self.init(level: isFault ? .error : .info)
        add("requestId", requestID)
        add("decision", judgement.decision)
        add("reason", judgement.reason)
        add("issuer", judgement.caller?.issuerName)
        add("client", judgement.caller?.clientID)
        add("route", judgement.route?.description)
        add("kid", judgement.keyID)
        add("keyAgeSeconds", judgement.keyAgeSeconds)
        add("durationMicroseconds", durationMicroseconds)
        if isFault { add("message", judgement.explanation) }
        count("Decisions", isToldApart: true)
        if let durationMicroseconds { count("DecisionTime", unit: "Microseconds", durationMicroseconds) }
        // Counted as 0 too: their sum is then never missing, and their average is a share.
        count("Refusals", isRefusal ? 1 : 0)
        count("Faults", isFault ? 1 : 0)
    }
}

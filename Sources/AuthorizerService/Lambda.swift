import HTTPTransport
import JOSE
import LambdaRuntime
import OpenSSLSignatures

/// The program `bootstrap`: configure, warm up, loop.
package enum Lambda {
    /// How long the key fetches at start may take together: 4 s of the 10 s that Lambda gives to the init phase.
    private static let prefetchLimitInMilliseconds: Int64 = 4_000

    /// Runs until Lambda ends the process.
    package static func run() -> Never {
        System.occupyStandardStreams()
        System.ignoreFileSizeSignal()
        System.refuseDumps()
        System.giveLargeBlocksBack()
        System.leaveOnSIGTERM()
        // libcurl would write the keys of every TLS session to the file that it names.
        System.removeFromEnvironment("SSLKEYLOGFILE")
        guard let address = System.environment("AWS_LAMBDA_RUNTIME_API") else {
            leave("AWS_LAMBDA_RUNTIME_API is not set: AWS Lambda starts this program; to run it here: turnstile invoke")
        }
        do throws(StartError) {
            do throws(OpenSSLError) {
                try OpenSSL.initialise()
            } catch {
                throw .cryptography(error)
            }
            try run(at: address)
        } catch {
            leave(error.description)
        }
    }

    private static func run(at address: String) throws(StartError) -> Never {
        var api = try runtimeAPI(at: address)
        var log = Log(environment: { System.environment($0) })
        var function: AuthorizerFunction
        let workers: Int
        do throws(StartError) {
            workers = try concurrency()
            function = try start(&log)
            if workers > 1 { log.sharedMemory = try function.sharedMemory(workers: workers) }
        } catch {
            // Lambda may not take it, and the process ends in either case.
            _ = try? api.reportFailedStart(InvocationError(type: error.errorType, message: error.description))
            leave(error.description)
        }
        guard let memory = log.sharedMemory else { serve(api, &function, log) }
        var supervisor = Supervisor(
            workers: workers,
            api: try runtimeAPI(at: address, responseLimitInMilliseconds: Supervisor.answerLimitInMilliseconds),
            memory: memory, log: log, clock: .system)
        switch supervisor.run() {
        case .worker(let slot):
            function.become(slot)
            serve(try runtimeAPI(at: address, over: slot.socket), &function, log)
        case .terminated: System.exit(0)
        case .over: leave("no worker could be kept running")
        }
    }

    private static func runtimeAPI(
        at address: String, responseLimitInMilliseconds: Int? = nil, over socket: Int32? = nil
    ) throws(StartError) -> RuntimeAPI {
        do throws(RuntimeAPIError) {
            return try RuntimeAPI(
                address: address, userAgent: "turnstile/\(Turnstile.version)",
                responseLimitInMilliseconds: responseLimitInMilliseconds, socket: socket)
        } catch {
            throw .runtimeAPI(error)
        }
    }

    private static func serve(
        _ api: consuming RuntimeAPI, _ function: inout AuthorizerFunction, _ log: Log
    ) -> Never {
        var loop = EventLoop(
            api: api, log: { log.write(LogRecord($0)) }, pause: { System.sleep(milliseconds: Int64($0)) })
        let end = loop.run(&function)
        function.writeLog()
        leave(end.description)
    }

    /// How many events Lambda hands over at once: one, but on Lambda Managed Instances.
    private static func concurrency() throws(StartError) -> Int {
        guard let text = System.environment("AWS_LAMBDA_MAX_CONCURRENCY"), !text.isEmpty else { return 1 }
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let count = Int(text),
            (1...Supervisor.workerLimit).contains(count)
        else { throw .concurrency }
        return count
    }

    /// Everything that can be done before the first event: Lambda gives the init phase a full processor.
    private static func start(_ log: inout Log) throws(StartError) -> AuthorizerFunction {
        var configuration = try configuration()
        configuration.keys.firstRoots = .ofAmazon
        log.hasMetrics = configuration.metrics == .emf
        let clock = Clock.system
        var judge = Judge(configuration, clock: clock, spread: clock.uptime().nanoseconds / 1_000 % 1_000)
        do throws(KeyFileError) {
            try judge.loadKeyFiles()
        } catch {
            throw .keyFile(error)
        }
        judge.prefetchKeys(withinMilliseconds: prefetchLimitInMilliseconds)
        let algorithms = configuration.issuers.reduce(into: Set()) { $0.formUnion($1.policy.algorithms) }
        if let example = WarmUp.example(for: algorithms) { try WarmUp.verify(example) }
        var function = AuthorizerFunction(configuration, judge: judge, log: log, clock: clock)
        _ = function.answer(WarmUp.event, deadlineInMilliseconds: nil)
        function.writeLog()
        // Not before: the start takes and gives many small blocks.
        System.keepNoFreedBlocks()
        return function
    }

    private static func configuration() throws(StartError) -> Configuration {
        do throws(ConfigurationError) {
            return try Configuration(
                path: Configuration.path { System.environment($0) }, environment: { System.environment($0) })
        } catch {
            throw .configuration(error)
        }
    }

    private static func leave(_ line: String) -> Never { System.leave(line) }
}

extension Configuration {
    /// `AUTHORIZER_CONFIG`, or `authorizer.json` beside the program.
    package static func path(_ environment: (String) -> String?) -> String {
        if let path = environment("AUTHORIZER_CONFIG"), !path.isEmpty { return path }
        return "\(System.programFolder ?? ".")/authorizer.json"
    }
}

/// Why the function cannot start.
enum StartError: Error, Sendable {
    case configuration(ConfigurationError)
    case keyFile(KeyFileError)
    case cryptography(OpenSSLError)
    /// libcrypto does not verify what this standard says is valid.
    case selfTest(String)
    case runtimeAPI(RuntimeAPIError)
    /// `AWS_LAMBDA_MAX_CONCURRENCY` is not a number of workers.
    case concurrency
    case sharedMemory(reason: String)

    /// The `errorType` that the Runtime API is told.
    var errorType: String {
        switch self {
        case .configuration: "Authorizer.ConfigurationWrong"
        case .keyFile: "Authorizer.KeyFileUnusable"
        case .cryptography, .selfTest: "Authorizer.CryptographyUnavailable"
        case .runtimeAPI: "Authorizer.RuntimeAPIUnavailable"
        case .concurrency: "Authorizer.ConcurrencyWrong"
        case .sharedMemory: "Authorizer.SharedMemoryUnavailable"
        }
    }
}

extension StartError: CustomStringConvertible {
    var description: String {
        switch self {
        case .configuration(let error): error.description
        case .keyFile(let error): error.description
        case .cryptography(let error): error.description
        case .selfTest(let example):
            "libcrypto does not verify the example of \(example): give the function more memory, or build the file anew"
        case .runtimeAPI(let error): error.description
        case .concurrency:
            "AWS_LAMBDA_MAX_CONCURRENCY is not a whole number from 1 to \(Supervisor.workerLimit): Lambda sets it"
        case .sharedMemory(let reason): "no memory to share with workers: \(reason)"
        }
    }
}

extension LogRecord {
    /// Something that went wrong between the Runtime API and this process.
    init(_ incident: RuntimeIncident) {
        self.init(level: .warn)
        add("event", incident.code)
        add("requestId", incident.requestID?.description)
        add("message", incident.description)
    }
}

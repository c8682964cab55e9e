import ArgumentParser
import AuthorizerService
import Foundation

struct InvokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invoke",
        abstract: "Run events through the real bootstrap, under a Runtime API on this machine.",
        discussion: """
            Starts `bootstrap` as Lambda does, hands it one event after another, and prints what came of each. Where \
            NAME.expected.json lies beside NAME.json, the answer is compared with it.

            All events of a folder:
              turnstile invoke events
            One event under a configuration of your own, with its variables:
              turnstile invoke --config authorizer.json --env USER_POOL_ID=eu-west-1_AbCdEf123 event.json
            For a script:
              turnstile invoke --json events | jq 'select(.asExpected == false)'

            Exit status: 0 all as expected, or nothing was; 1 a mismatch or a failure; 64 wrong usage.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: ArgumentHelp("The program. Without it: bootstrap beside this one.", valueName: "path"))
    var bootstrap: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Insist on NAME.expected.json for each event, or leave them out. Without it: compare where there is one.")
    var expected: Bool?

    @Flag(help: "Print a JSON object a line: what the log says, and the answer itself.")
    var json = false

    @Option(help: ArgumentHelp("The longest that one event may take.", valueName: "seconds"))
    var timeout: Int = 10

    @Argument(
        help: ArgumentHelp(
            "Events as API Gateway sends them, or folders of them: all *.json but *.expected.json, by name.",
            valueName: "event"))
    var events: [String]

    /// Lambda's own limits (AWS Lambda quotas).
    private static let timeoutRange = 1...900

    func validate() throws {
        guard Self.timeoutRange.contains(timeout) else {
            throw ValidationError("--timeout must be from 1 to 900 seconds.")
        }
        guard !events.isEmpty else { throw ValidationError("Give one event or more, or a folder of them.") }
    }

    func run() async throws {
        let paths = try SampleEvent.paths(named: events)
        let expectations: SampleEvent.Expectations =
            expected.map { $0 ? .required : .ignored } ?? .whereThere
        var samples: [SampleEvent] = []
        for path in paths { samples.append(try SampleEvent(path: path, expectations: expectations)) }
        let program = try Self.program(bootstrap)
        let surroundings = try Surroundings(options, beside: paths.first)
        let timeout = Duration.seconds(timeout)
        let mismatches = try await surroundings.servingKeys { [self, samples] environment in
            let session = try await BootstrapSession(
                program: program, environment: surroundings.lambdaEnvironment(environment, of: program),
                timeout: timeout)
            return try await run(samples, session)
        }
        guard mismatches == 0 else { throw ExitStatus.failure.code }
    }

    /// - Returns: How many events did not go as expected.
    private func run(_ samples: [SampleEvent], _ session: BootstrapSession) async throws -> Int {
        var report = InvocationReport()
        do {
            try await session.waitUntilReady()
            for sample in samples {
                let outcome = try await session.outcome(of: sample)
                let differences = sample.expectation?.differences(from: outcome) ?? []
                report.add(sample, outcome, differences)
                if json { Console.print(InvocationReport.json(sample, outcome, differences)) }
            }
            await session.stop()
        } catch {
            await session.stop()
            if !json { report.lines.forEach(Console.print) }
            throw error
        }
        if !json { report.lines.forEach(Console.print) }
        return report.mismatchCount
    }

    private static func program(_ path: String?) throws(Problem) -> String {
        let program = path ?? System.programFolder.map { "\($0)/bootstrap" } ?? "bootstrap"
        guard FileManager.default.fileExists(atPath: program) else {
            throw Problem("there is no program \(program)", remedy: ChildProgram.remedy)
        }
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw Problem("\(program) is not executable", remedy: ChildProgram.remedy)
        }
        return program
    }
}

extension Surroundings {
    /// The variables that Lambda sets (AWS Lambda developer guide, "Defined runtime environment variables"), over what
    /// is there already.
    fileprivate func lambdaEnvironment(_ environment: [String: String], of program: String) -> [String: String] {
        let defaults = ["AWS_REGION": "eu-west-1", "AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"]
        let fixed = [
            "AUTHORIZER_CONFIG": configuration, "AWS_LAMBDA_FUNCTION_NAME": "turnstile",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand", "_HANDLER": "bootstrap",
            "LAMBDA_TASK_ROOT": URL(fileURLWithPath: program).deletingLastPathComponent().path,
        ]
        return defaults.merging(environment) { $1 }.merging(fixed) { $1 }
            .filter { $0.key != "AWS_LAMBDA_MAX_CONCURRENCY" }
    }
}

import ArgumentParser
import UsageKeys

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Keep one API key for each machine client of a user pool.",
        discussion: """
            Compares the app clients of an Amazon Cognito user pool that can use client credentials with the API keys \
            of a usage plan, by the strategy with which the authorizer names a key. It changes only keys that it made, \
            which their tags \(keysTags) say, and deletes none unless --prune is said.

            Stopped at any moment, or run by two at once, `apply` loses and doubles nothing: run it again.
            """,
        subcommands: [KeysPlanCommand.self, KeysApplyCommand.self])

    private static let keysTags = "turnstile:pool and turnstile:client"
}

struct KeysPlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Say what apply would do, and change nothing.",
        discussion: """
            One plan for all:
              turnstile keys plan --user-pool eu-west-1_AbCdEf123 --usage-plan gold
            By the configuration that the authorizer has, in CI:
              turnstile keys plan --config authorizer.json --user-pool eu-west-1_AbCdEf123 --usage-plan gold --json
            Plans by the clients' names:
              turnstile keys plan --user-pool eu-west-1_AbCdEf123 \\
                --plan-by-name 'gold-*=gold' --plan-by-name '*-test=none' --usage-plan silver

            Exit status: 0 nothing to do; 1 a failure, or a client that stays without a key; 2 there is something to \
            do; 64 wrong usage.
            """)

    @OptionGroup var options: KeysOptions

    func validate() throws { try options.validate() }

    func run() async throws {
        let session = try await KeysSession(options)
        let plan = try session.plan()
        let report = KeysReport(plan, session, outcomes: nil)
        try report.print(asJSON: options.json)
        guard plan.isInStep else { throw ExitStatus.difference.code }
        guard plan.faults.isEmpty else { throw ExitStatus.failure.code }
    }
}

struct KeysApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make, attach, rename, enable and disable keys until they are in step.",
        discussion: """
            As plan, and then does it, at the pace that API Gateway allows: five new keys a second.
              turnstile keys apply --user-pool eu-west-1_AbCdEf123 --usage-plan gold
            Delete what nobody wants any more:
              turnstile keys apply --user-pool eu-west-1_AbCdEf123 --usage-plan gold --prune

            Exit status: 0 all keys are as they should be; 1 a failure, or a client that stays without a key; 64 wrong \
            usage; 130 interrupted.
            """)

    @OptionGroup var options: KeysOptions

    func validate() throws { try options.validate() }

    func run() async throws {
        let session = try await KeysSession(options)
        let plan = try session.plan()
        guard options.allowSweep || !plan.isSweep else {
            throw Problem(
                "this would take \(plan.withdrawnCount) of the pool's \(plan.usedCount) keys from use, so nothing was done",
                remedy: "look at plan, and at the pool and the configuration; if it is meant, say --allow-sweep")
        }
        let run = KeysRun(plan, session)
        run.applyAll()
        let report = KeysReport(plan, session, outcomes: run.outcomes)
        try report.print(asJSON: options.json)
        if let error = run.lastWord { Console.complain("Error: \(error.printable)") }
        if run.isInterrupted { throw ExitStatus.interrupted.code }
        guard run.isComplete, plan.faults.isEmpty else { throw ExitStatus.failure.code }
    }
}

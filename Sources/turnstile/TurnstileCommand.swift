import ArgumentParser
import AuthorizerService
import Foundation

/// The operator's tool.
@main
struct TurnstileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "turnstile",
        abstract: "Try, check and explain a Turnstile authorizer on this machine.",
        discussion: """
            Try the sample events, and see what API Gateway would be told:
              turnstile invoke events
            Check a configuration before it is deployed:
              turnstile check --config authorizer.json
            Ask why a request is refused:
              turnstile explain --event event.json
            See which API keys the clients of a user pool lack:
              turnstile keys plan --user-pool eu-west-1_AbCdEf123 --usage-plan gold

            Results go to standard output, everything else to standard error. \(ExitStatus.overview)
            """,
        version: Turnstile.version,
        subcommands: [
            InvokeCommand.self, ExplainCommand.self, InspectCommand.self, CheckCommand.self, TokenCommand.self,
            KeysCommand.self,
        ])

    /// Errors of this tool carry their own exit status; those of the parser are printed as its users expect.
    static func main() async {
        System.refuseDumps()
        System.occupyStandardStreams()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let problem as Problem {
            Console.complain("Error: \(problem.description.printable)")
            Foundation.exit(problem.status.rawValue)
        } catch {
            exit(withError: error)
        }
    }
}

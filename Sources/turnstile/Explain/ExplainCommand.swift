import ArgumentParser
import AuthorizerService
import OpenSSLSignatures

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say check by check why a request is allowed or refused.",
        discussion: """
            Judges one event, or a token with a method and a path, as the authorizer would, and prints every check in \
            order: ✓ passed, ✗ failed, · not reached. The token is never printed. One that stands on the command line \
            can be seen by others on this machine: --token - reads it from standard input.

            An event:
              turnstile explain --event event.json
            A token, for one request:
              turnstile explain --token - --method GET --path /orders < token
            As it will be next year:
              turnstile explain --at 2027-01-01T00:00:00Z --event event.json

            Exit status: 0 allow; 1 our fault; 3 deny, the caller is known and may not; 4 reject, the caller is not \
            known; 64 wrong usage.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: ArgumentHelp("The event, as API Gateway sends it.", valueName: "file"))
    var event: String?

    @Option(help: ArgumentHelp("The token; - for standard input.", valueName: "token"))
    var token: String?

    @Option(help: ArgumentHelp("The request's method. Not for $connect.", valueName: "method"))
    var method: String?

    @Option(
        help: ArgumentHelp(
            "The request's path, without the stage; or $connect, the opening of a WebSocket.", valueName: "path"))
    var path: String?

    @Option(
        help: ArgumentHelp(
            "Judge as of this time, RFC 3339 or seconds since 1970. Without it: now.", valueName: "time"))
    var at: Instant?

    @Flag(help: "Print one JSON object.")
    var json = false

    private static let connect = "$connect"

    func validate() throws {
        guard (event == nil) != (token == nil) else {
            throw ValidationError("Give either --event, or --token with --method and --path.")
        }
        if event != nil {
            guard method == nil, path == nil else {
                throw ValidationError("--method and --path go with --token: an event has its own.")
            }
        } else if path != Self.connect {
            guard method != nil, let path, path.hasPrefix("/") else {
                throw ValidationError("--token needs --method, and --path with a path that begins with /.")
            }
        } else if method != nil {
            throw ValidationError("\(Self.connect) has no method.")
        }
    }

    func run() async throws {
        let question = try question()
        let surroundings = try Surroundings(options, beside: event)
        let instant = at
        let evaluation = try await surroundings.servingKeys { environment in
            try await Self.evaluate(question, surroundings, environment, at: instant)
        }
        for warning in evaluation.warnings { Console.complain("Warning: \(warning.printable)") }
        let explanation = Explanation(evaluation)
        if json {
            Console.print(Redaction.redact(explanation.json))
        } else {
            let isColoured = Console.isColoured(.output, environment: Console.environment)
            for line in explanation.lines(coloured: isColoured) { Console.print(Redaction.redact(line)) }
        }
        guard evaluation.status == .success else { throw evaluation.status.code }
    }

    private func question() throws(Problem) -> Question {
        guard let token else { return try Question(eventAt: event ?? "") }
        return try Question(token: token, method: method, path: path ?? Self.connect)
    }

    private static func evaluate(
        _ question: Question, _ surroundings: Surroundings, _ environment: [String: String], at instant: Instant?
    ) async throws(Problem) -> Evaluation {
        let configuration: Configuration
        do throws(ConfigurationError) {
            configuration = try surroundings.loadConfiguration(environment: environment)
        } catch {
            throw Problem(error.description)
        }
        do throws(OpenSSLError) { try OpenSSL.initialise() } catch { throw Problem(error.description) }
        switch await Evaluation.evaluate(question.event, by: configuration, at: instant) {
        case .success(let evaluation): return evaluation
        case .failure(let error): throw Problem(error.description)
        }
    }
}

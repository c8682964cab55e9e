import AuthorizerService
import Foundation

/// Where a client's secret is. Never an argument: those are seen by everybody on a machine, and kept by shells.
enum SecretSource: Sendable {
    case file(String)
    case variable(String)
    case standardInput

    /// The variable that is read where nothing is said.
    static let defaultVariable = "TURNSTILE_CLIENT_SECRET"

    /// - Parameters:
    ///   - environment: The variables.
    ///   - warn: Gets what the person should know.
    /// - Returns: The secret.
    /// - Throws: ``Problem``, which repeats nothing that was given: it may be the secret, put in the wrong place.
    func secret(environment: [String: String], warn: (String) -> Void) throws(Problem) -> ClientSecret {
        switch self {
        case .file(let path):
            let secret = try ClientSecret(Self.contents(path), from: "the file of --secret-file")
            if System.isReadableByOthers(path) {
                warn("others may read the file of --secret-file; chmod 600 keeps it to you")
            }
            return secret
        case .variable(let name):
            guard let text = environment[name] else {
                throw Problem(
                    "the variable that --secret-env names is not set", remedy: "give a variable's name, and export it",
                    status: .unreadable)
            }
            return try ClientSecret(
                Array(text.utf8), from: name == Self.defaultVariable ? name : "the variable of --secret-env")
        case .standardInput:
            return try ClientSecret(
                System.inputIsTerminal ? Self.typed() : Self.readToEnd(), from: "standard input")
        }
    }

    private static func contents(_ path: String) throws(Problem) -> [UInt8] {
        do {
            return try System.readFile(path, limitInBytes: ClientSecret.limitInBytes + 2)
        } catch {
            let reason =
                switch error {
                case .unreadable(_, let reason): reason
                case .notAFile: "it is not a regular file; --secret-stdin reads from a pipe"
                case .tooLong: "it is too long for a secret"
                case .changed: "it changed while it was read"
                }
            throw Problem(
                "cannot use the file of --secret-file: \(reason)", remedy: "give the path of a file that holds it",
                status: .unreadable)
        }
    }

    private static func readToEnd() throws(Problem) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= ClientSecret.limitInBytes + 2 {
            let more = try input()
            guard !more.isEmpty else { break }
            bytes += more
        }
        return bytes
    }

    /// One line from the terminal, which does not show it. Ctrl-C leaves the terminal as it was.
    private static func typed() throws(Problem) -> [UInt8] {
        let interruptions = Interruptions {
            System.setInputEcho(true)
            Console.complain("")
            Foundation.exit(ExitStatus.interrupted.rawValue)
        }
        System.write(Array("Secret: ".utf8), to: .error)
        System.setInputEcho(false)
        defer {
            System.setInputEcho(true)
            Console.complain("")
            interruptions.stop()
        }
        return try input()
    }

    private static func input() throws(Problem) -> [UInt8] {
        do {
            return try System.readInput(limitInBytes: ClientSecret.limitInBytes + 2)
        } catch {
            throw Problem(error.description, remedy: "pipe the secret in", status: .unreadable)
        }
    }
}

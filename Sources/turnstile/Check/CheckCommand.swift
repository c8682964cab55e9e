import ArgumentParser
import AuthorizerService
import Foundation
import OpenSSLSignatures

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Load a configuration as bootstrap would, and print its issuers and routes.",
        discussion: """
            Says in one line what is wrong: the file, the member, what was found and what is allowed. No key is fetched; \
            key files are read.

              turnstile check --config authorizer.json --env USER_POOL_ID=eu-west-1_AbCdEf123

            Exit status: 0 it is right; 1 it is not; 64 wrong usage.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let surroundings = try Surroundings(options)
        let (asJSON, form) = (json, ConfigurationListing.Form.current)
        try await surroundings.servingKeys { environment in
            do throws(ConfigurationFault) {
                let listing = ConfigurationListing(try Self.load(surroundings, environment))
                if asJSON { Console.print(listing.json) } else { listing.lines(form).forEach(Console.print) }
            } catch {
                guard asJSON else { throw Problem(error.description) }
                Console.print(error.json)
                throw ExitStatus.failure.code
            }
        }
    }

    private static func load(
        _ surroundings: Surroundings, _ environment: [String: String]
    ) throws(ConfigurationFault) -> Configuration {
        let configuration: Configuration
        do throws(ConfigurationError) {
            configuration = try surroundings.loadConfiguration(environment: environment)
        } catch {
            throw .configuration(error)
        }
        do throws(OpenSSLError) { try OpenSSL.initialise() } catch { throw .cryptography(error) }
        var judge = Judge(configuration, clock: .system, spread: 0)
        do throws(KeyFileError) { try judge.loadKeyFiles() } catch { throw .keyFile(error) }
        return configuration
    }
}

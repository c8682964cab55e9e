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

            With a template of SAM or CloudFormation, compares the routes that its APIs have with the route table, and \
            names what is missing on either side:
              turnstile check --config authorizer.json --template template.yaml

            Exit status: 0 it is right; 1 it is not; 2 template and route table differ; 64 wrong usage; 66 a template \
            that cannot be read.
            """)

    @OptionGroup var options: ConfigurationOptions

    @OptionGroup(title: "The template") var template: TemplateOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let surroundings = try Surroundings(options)
        let (asJSON, form, template) = (json, ConfigurationListing.Form.current, template)
        try await surroundings.servingKeys { environment in
            let configuration: Configuration
            do throws(ConfigurationFault) {
                configuration = try Self.load(surroundings, environment)
            } catch {
                guard asJSON else { throw Problem(error.description) }
                Console.print(error.json)
                throw ExitStatus.failure.code
            }
            guard let selection = try template.selection() else {
                let listing = ConfigurationListing(configuration)
                if asJSON { Console.print(listing.json) } else { listing.lines(form).forEach(Console.print) }
                return
            }
            try Self.compare(selection, configuration, asJSON: asJSON, form)
        }
    }

    private static func compare(
        _ selection: TemplateSelection, _ configuration: Configuration, asJSON: Bool,
        _ form: ConfigurationListing.Form
    ) throws {
        let comparison = RouteComparison(selection, configuration.routes)
        let listing = ComparisonListing(
            comparison: comparison, warnings: TemplateWarnings(selection, configuration).texts)
        if asJSON {
            Console.print(listing.json)
        } else {
            for warning in listing.warnings { Console.complain("Warning: \(warning.printable)") }
            listing.lines(form).forEach(Console.print)
        }
        guard comparison.isInStep else { throw ExitStatus.difference.code }
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

import ArgumentParser
import AuthorizerService
import Foundation

/// Where the configuration is, and what its `${NAME}` stand for.
struct ConfigurationOptions: ParsableArguments {
    static let configurationName = "authorizer.json"
    static let environmentName = "environment"
    static let keysName = "keys"
    /// The variable under which a configuration finds the keys that this tool serves.
    static let keysVariable = "TURNSTILE_KEYS_URL"

    @Option(
        help: ArgumentHelp(
            "The configuration. Without it: AUTHORIZER_CONFIG, \(configurationName) beside the event, or here.",
            valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Serve the *.json of this folder over HTTP on 127.0.0.1, and set \(keysVariable). Without it: the folder "
                + "\(keysName) beside the configuration, if there is one.",
            valueName: "folder"))
    var keys: String?

    @Option(
        help: ArgumentHelp("The port that serves the keys. Without it: a free one.", valueName: "port"))
    var keysPort: UInt16 = 0

    @Option(help: ArgumentHelp("Set a variable of the environment.", valueName: "name=value"))
    var env: [Variable] = []

    @Option(
        help: ArgumentHelp(
            "Set variables from lines NAME=VALUE. Without it: the file \(environmentName) beside the configuration, if "
                + "there is one.",
            valueName: "file"))
    var environmentFile: String?
}

/// One variable of the environment.
struct Variable: ExpressibleByArgument, Equatable {
    let name: String
    let value: String

    /// - Parameter argument: `NAME=VALUE`. The value is taken as it is; it may be empty.
    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[0].contains(where: { $0.isWhitespace }) else { return nil }
        name = String(parts[0])
        value = String(parts[1])
    }

    /// Variables of a file: one a line; empty lines and lines that begin with `#` are left out.
    static func parse(_ text: String, path: String) throws(Problem) -> [Variable] {
        var variables: [Variable] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            guard let variable = Variable(argument: String(line)) else {
                throw Problem("\(path), line \(index + 1) is not NAME=VALUE", remedy: "comments begin with #")
            }
            variables.append(variable)
        }
        return variables
    }
}

/// ``ConfigurationOptions`` with all that was left out found.
struct Surroundings {
    let configuration: String
    /// The folder of keys to serve.
    let keysFolder: String?
    let keysPort: UInt16
    /// What the configuration's `${NAME}` are replaced from.
    var environment: [String: String]

    private static let environmentLimitInBytes = 1 << 20

    /// - Parameters:
    ///   - options: What the person gave.
    ///   - event: The path of an event beside which the configuration may lie.
    /// - Throws: ``Problem`` where a file is missing or not what it should be.
    init(_ options: ConfigurationOptions, beside event: String? = nil) throws(Problem) {
        let configuration = try Self.configuration(
            options.config, beside: event, ProcessInfo.processInfo.environment)
        try self.init(
            configuration: configuration, env: options.env, environmentFile: options.environmentFile,
            keys: options.keys, keysPort: options.keysPort)
    }

    init(
        configuration: String, env: [Variable], environmentFile: String?, keys: String? = nil, keysPort: UInt16 = 0
    ) throws(Problem) {
        self.configuration = configuration
        let file = environmentFile ?? Self.neighbour(of: configuration, ConfigurationOptions.environmentName)
        environment = ProcessInfo.processInfo.environment
        for variable in try file.map(Self.variables) ?? [] { environment[variable.name] = variable.value }
        for variable in env { environment[variable.name] = variable.value }
        let isServed = environment[ConfigurationOptions.keysVariable] != nil
        keysFolder = keys ?? (isServed ? nil : Self.neighbour(of: configuration, ConfigurationOptions.keysName))
        self.keysPort = keysPort
    }

    /// The path of the configuration, as every verb finds it: what the person gave, `AUTHORIZER_CONFIG`, the one
    /// beside the event, the one here.
    static func configuration(
        _ path: String?, beside event: String? = nil, _ environment: [String: String]
    ) throws(Problem) -> String {
        if let path = path ?? environment["AUTHORIZER_CONFIG"] {
            guard FileManager.default.fileExists(atPath: path) else {
                throw Problem("there is no configuration \(path)", remedy: "give its path with --config")
            }
            return path
        }
        let places = [event.map { folder(of: $0) + ConfigurationOptions.configurationName }].compactMap(\.self)
        let name = ConfigurationOptions.configurationName
        guard let path = (places + [name]).first(where: FileManager.default.fileExists) else {
            throw Problem("there is no \(name) here", remedy: "give the path of the configuration with --config")
        }
        return path
    }

    private static func neighbour(of path: String, _ name: String) -> String? {
        let neighbour = folder(of: path) + name
        return FileManager.default.fileExists(atPath: neighbour) ? neighbour : nil
    }

    /// The folder with its slash; empty for the current one.
    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }

    private static func variables(inFile path: String) throws(Problem) -> [Variable] {
        let bytes = try JSONFile.read(
            path, limitInBytes: environmentLimitInBytes, remedy: "give a file of lines NAME=VALUE")
        return try Variable.parse(String(decoding: bytes, as: UTF8.self), path: path)
    }
}

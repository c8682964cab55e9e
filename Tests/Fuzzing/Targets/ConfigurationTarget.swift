import APIGateway
import Authorization
@testable import AuthorizerService
import Foundation
import JOSE
import LambdaRuntime
import OpenSSLSignatures
import StrictJSON
import TestSupport

/// The loader of `authorizer.json`: what is accepted is accepted again and alike, and lets nobody in whose token was
/// not signed.
///
/// It may name files of one folder only, in which there are also a pipe, a device and a file that is too long.
struct ConfigurationTarget: FuzzTarget {
    /// Members whose value is the path of a file, which the loader or the start reads.
    private static let fileMembers: Set = ["file", "caFile", "jwksFile"]
    /// Members of `usageKey` whose value no error may quote.
    private static let secretMembers: Set = ["secret", "value"]
    /// Routes of one table that are asked for: a table may hold hundreds.
    private static let askedLimit = 16

    private let path: String
    private let variables: [String: String]
    private let clock = Clock(
        wallNanoseconds: { EventTarget.now * 1_000_000_000 }, uptime: { Uptime(nanoseconds: 5_000_000_000_000) })

    init() {
        let folder = FileManager.default.temporaryDirectory.appending(path: "turnstile-fuzz-\(getpid())").path
        path = folder + "/authorizer.json"
        variables = environment(of: "Tests/Vectors/configuration/environment")
        do {
            try FileManager.default.createDirectory(atPath: folder + "/folder", withIntermediateDirectories: true)
            for name in ["ca.pem", "keys.json", "usage-keys.json", "short-usage-keys.json", "symmetric-keys.json"] {
                try Data(contents(of: "Tests/Vectors/configuration/files/\(name)")).write(
                    to: URL(filePath: "\(folder)/\(name)"))
            }
            try Data(count: Configuration.limitInBytes + 1).write(to: URL(filePath: folder + "/long"))
            try FileManager.default.createSymbolicLink(atPath: folder + "/endless", withDestinationPath: "/dev/zero")
        } catch {
            fatalError("\(folder) cannot be made: \(error)")
        }
        require(unsafe mkfifo(folder + "/pipe", 0o600) == 0, "a pipe can be made")
        Self.removeAtExit(folder)
    }

    func test(_ input: [UInt8]) -> Bool {
        guard let root = JSONDocument(accepting: input)?.root else {
            require((try? configuration(input)) == nil, "what is no JSON is no configuration")
            return true
        }
        guard namesOwnFilesOnly(root) else { return false }
        let first: Configuration
        do throws(ConfigurationError) { first = try configuration(input) } catch {
            check(error, of: root)
            return true
        }
        let second = DocumentModel(root).flatMap { try? configuration($0.written) }
        require(second.map(Self.meaning) == Self.meaning(of: first), "written again, a configuration means the same")
        checkFiles(root)
        check(first)
        return true
    }

    private func configuration(_ text: [UInt8]) throws(ConfigurationError) -> Configuration {
        try Configuration(parsing: text, path: path) { variables[$0] }
    }

    /// Whether every path is a plain name, so that no file of the machine is touched. A `$` could stand for a slash.
    private func namesOwnFilesOnly(_ value: JSONValue) -> Bool {
        let isOwn = (value.members.map { Array($0) } ?? []).allSatisfy { member in
            guard Self.fileMembers.contains(member.name) else { return namesOwnFilesOnly(member.value) }
            return member.value.utf8?.allSatisfy { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "$") } ?? true
                && member.value.string != ".."
        }
        return isOwn && (value.elements.map { Array($0) } ?? []).allSatisfy(namesOwnFilesOnly)
    }

    /// What is accepted had files that can be read and end.
    private func checkFiles(_ root: JSONValue) {
        let issuers = root["issuers"]?.elements.map { Array($0) } ?? []
        let named = [root["keys"]?["caFile"]] + issuers.map { $0["usageKey"]?["file"] }
        for file in named.compactMap({ $0?.string }) {
            require(!["pipe", "endless", "folder", "long", "."].contains(file), "\(file) is no file to be read")
        }
    }

    /// A variable that is named elsewhere too is none of a secret: whoever has it for a name has it in every log.
    private func check(_ error: ConfigurationError, of root: JSONValue) {
        let text = error.description
        for variable in ["USAGE_KEY_SECRET", "STAFF_API_KEY"] where !isNamedOutsideSecrets(variable, root) {
            require(!text.contains(variables[variable] ?? variable), "an error holds no secret")
        }
    }

    private func isNamedOutsideSecrets(_ variable: String, _ value: JSONValue) -> Bool {
        if value.string?.contains(variable) ?? false { return true }
        let members = value.members.map { Array($0) } ?? []
        return members.contains { !Self.secretMembers.contains($0.name) && isNamedOutsideSecrets(variable, $0.value) }
            || (value.elements.map { Array($0) } ?? []).contains { isNamedOutsideSecrets(variable, $0) }
    }

    // MARK: Meaning

    private static func meaning(of configuration: Configuration) -> [String] {
        let issuers = configuration.issuers.map { issuer in
            "\(issuer.keyLocation) \(issuer.usageKey) \(issuer.policy)"
        }
        let routes = configuration.routes.routes.map { "\($0.key.description) \($0.rule)" }
        let scope =
            switch configuration.policyScope {
            case .token(let policies): "token \(policies.deniesPathsOfNoRoute)"
            case .request: "request"
            }
        return issuers + routes + [
            scope, "\(configuration.unauthenticated)", "\(configuration.httpAPIResponse)", "\(configuration.context)",
            "\(configuration.keys)", "\(configuration.metrics)",
        ]
    }

    // MARK: Judging

    private static let credentials: [[UInt8]?] = {
        let tokens = SampleCaller.known.prefix(2).map(\.token) + [Array("x".utf8)]
        return [nil] + tokens.map { Array("Bearer ".utf8) + $0 }
    }()

    /// The keys of the folder are not the samples', so nobody whose token is sent is known.
    private func check(_ configuration: Configuration) {
        var judge = Judge(configuration, clock: clock, spread: 0)
        do throws(KeyFileError) { try judge.loadKeyFiles() } catch {
            require(!error.description.isEmpty, "an unusable key file is told of")
        }
        var function = AuthorizerFunction(configuration, judge: judge, log: Log(), clock: clock)
        let routes = configuration.routes.routes.prefix(Self.askedLimit)
        for target in Set(routes.map { Self.request(of: $0.key) }) {
            for credential in Self.credentials {
                // A deadline that is past: then nothing is asked of any network.
                let (answer, judgement) = function.answer(event(target, credential), deadlineInMilliseconds: 0)
                checkRefused(answer, judgement)
            }
        }
    }

    private func checkRefused(_ answer: InvocationAnswer, _ judgement: Judgement) {
        require(judgement.caller == nil, "nobody is known whose token was not verified")
        guard case .response(let bytes) = answer else { return }
        let root = JSONDocument(accepting: bytes)?.root
        require(root?["usageIdentifierKey"] == nil && root?["isAuthorized"] == nil, "a refusal has no usage key")
        let statements = root?["policyDocument"]?["Statement"]?.elements.map { Array($0) } ?? []
        require(!statements.isEmpty, "a refusal is a policy")
        require(statements.allSatisfy { $0["Effect"]?.isString("Deny") ?? false }, "a refusal denies")
    }

    /// A request that the route takes, as an ARN ends.
    private static func request(of key: RouteKey) -> String {
        guard let template = key.template else { return "GET/" }
        let verb = key.description.prefix { $0 != " " }
        let path = template.text.description.split(separator: "/").map { $0.hasPrefix("{") ? "x" : $0 }
        return "\(verb == "ANY" ? "GET" : verb)/\(path.joined(separator: "/"))"
    }

    private func event(_ request: String, _ credential: [UInt8]?) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("type")
        writer.string("TOKEN")
        writer.name("methodArn")
        writer.string("arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/\(request)")
        if let credential {
            writer.name("authorizationToken")
            writer.string(utf8: credential[...])
        }
        writer.endObject()
        return writer.bytes
    }
}

extension ConfigurationTarget {
    private nonisolated(unsafe) static var folderToRemove = ""

    private static func removeAtExit(_ folder: String) {
        unsafe folderToRemove = folder
        atexit { try? FileManager.default.removeItem(atPath: unsafe ConfigurationTarget.folderToRemove) }
    }
}

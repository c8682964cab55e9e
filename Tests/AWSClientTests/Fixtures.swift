import AWSClient
import Foundation
import HTTPTransport
import TestSupport
import Testing

typealias Step = ScriptedServer.Step

/// Everything a client finds around it, said by a test.
final class Surroundings {
    /// No test asks the machine that it runs on for its credentials.
    var environment = ["HOME": "/home/someone", "AWS_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true"]
    var files: [String: String] = [:]
    /// What a program writes; `nil` for one that fails.
    var program: (([String]) -> String?)?
    var now: Int64 = 1_795_000_000
    var uptime: Int64 = 0
    private(set) var sleeps: [Int64] = []
    private(set) var started: [[String]] = []
    private var random = SeededRandom(seed: 7)

    init(_ environment: [String: String] = [:]) {
        self.environment.merge(environment) { $1 }
    }

    /// Seen by a client that signs with a key of the environment.
    static func signed(to server: ScriptedServer) -> Surroundings {
        Surroundings([
            "AWS_ENDPOINT_URL": "http://127.0.0.1:\(server.port)", "AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT",
            "AWS_SECRET_ACCESS_KEY": "s3cret/of+the/environment",
        ])
    }

    var asArgument: AWSSurroundings {
        AWSSurroundings(
            environment: { self.environment[$0] },
            readFile: { path throws(UnreadableFile) in
                if path.hasSuffix("unreadable") { throw UnreadableFile(reason: "it cannot be read") }
                return self.files[path].map { Array($0.utf8) }
            },
            run: { words throws(FailedProgram) in
                self.started.append(words)
                guard let output = self.program?(words) else { throw FailedProgram(reason: "it ended with status 1") }
                return Array(output.utf8)
            },
            now: { self.now },
            uptimeInMilliseconds: { self.uptime },
            sleepInMilliseconds: {
                self.sleeps.append($0)
                self.uptime += $0
            },
            random: { self.random.next() })
    }

    func client(_ options: AWSOptions = AWSOptions()) throws(AWSError) -> AWSClient {
        try AWSClient(options, surroundings: asArgument)
    }
}

/// Whose signature a request carries.
struct Identity: Equatable {
    var keyID: String?
    var token: String?
    var scope: String?

    init(_ request: ScriptedServer.Request) {
        let authorization = request.values(of: "Authorization").first ?? ""
        let credential = authorization.split(separator: "Credential=").dropFirst().first?.prefix { $0 != "," } ?? ""
        let parts = credential.split(separator: "/")
        keyID = parts.first.map { String($0) }
        scope = parts.count == 5 ? parts[2...].joined(separator: "/") : nil
        token = request.values(of: "X-Amz-Security-Token").first
    }
}

extension Surroundings {
    /// Makes one call to a server that answers all, and says who signed it.
    func identity(_ options: AWSOptions = AWSOptions()) throws -> Identity {
        let server = try ScriptedServer([Step("{}")])
        environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:\(server.port)"
        let client = try client(options)
        _ = try client.send(.rest(.get, ["apikeys"]))
        return Identity(try #require(try server.requests().first))
    }

    /// The error that the first call comes to.
    func failure(_ options: AWSOptions = AWSOptions()) throws -> AWSError? {
        let server = try ScriptedServer([Step("{}")])
        if environment["AWS_ENDPOINT_URL"] == nil {
            environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:\(server.port)"
        }
        do throws(AWSError) {
            let client = try client(options)
            _ = try client.send(.rest(.get, ["apikeys"]))
            return nil
        } catch {
            return error
        }
    }
}

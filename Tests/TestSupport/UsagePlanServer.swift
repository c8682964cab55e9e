import Foundation

/// Amazon Cognito and API Gateway on this machine; see Tests/Servers/usage_plan_server.py.
package final class UsagePlanServer {
    /// What the tests change of the world; see the server's own words.
    package struct World: Encodable {
        package struct Client: Encodable {
            package let id: String
            package let name: String
            package let flows: [String]

            package init(id: String, name: String, flows: [String] = ["client_credentials"]) {
                self.id = id
                self.name = name
                self.flows = flows
            }
        }

        package struct Plan: Encodable {
            package let id: String
            package let name: String
            package let stages: [String]

            package init(id: String, name: String, stages: [String] = ["api:prod"]) {
                self.id = id
                self.name = name
                self.stages = stages
            }
        }

        package struct Key: Encodable {
            package let id: String
            package let value: String
            package let name: String
            package let enabled = true
            package let description = ""
            package let tags: [String: String]

            package init(id: String, value: String, name: String, tags: [String: String] = [:]) {
                self.id = id
                self.value = value
                self.name = name
                self.tags = tags
            }
        }

        package struct Refusal: Encodable {
            package let call: String
            package let status: Int
            package let type: String
            package let message: String

            package init(call: String, status: Int, type: String, message: String) {
                self.call = call
                self.status = status
                self.type = type
                self.message = message
            }
        }

        package let pool = UsagePlanServer.pool
        package var clients: [Client]
        package var plans = [Plan(id: "p1", name: "gold"), Plan(id: "p2", name: "silver")]
        package var keys: [Key] = []
        package var attached: [String: [String]] = [:]
        package var keyLimit = 10_000
        package var mostPerPage = 500
        package var unlisted: [String] = []
        package var repeatsPosition = false
        package var refusal: Refusal?

        package init(clients: [Client] = []) { self.clients = clients }
    }

    /// The world as it has become.
    package struct Result: Decodable {
        package struct Key: Decodable {
            package let id: String
            package let value: String
            package let name: String
            package let enabled: Bool
            package let description: String
            package let tags: [String: String]
        }

        package let keys: [Key]
        package let attached: [String: [String]]
        package let changes: Int
    }

    package static let pool = "eu-west-1_AbCdEf123"

    private let process = Process()
    private let input = Pipe()
    private let address: String

    package init(_ world: World) throws {
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-W", "ignore", PythonPeer.program("usage_plan_server.py")]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(world) + Data("\n".utf8))
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8) { line += byte }
        address = "http://127.0.0.1:\(String(decoding: line, as: UTF8.self))"
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        input.closeBothEnds()
    }

    /// What the tool needs to find this server and nothing else of this machine.
    package var environment: [String: String] {
        [
            "AWS_ENDPOINT_URL": address, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE000000000",
            "AWS_SECRET_ACCESS_KEY": "secret-of-the-test-that-nobody-prints-ever", "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        ]
    }

    package func result() throws -> Result {
        try JSONDecoder().decode(Result.self, from: Data(contentsOf: URL(string: "\(address)/-/world").unwrapped()))
    }
}

extension Optional {
    private struct Missing: Error {}

    fileprivate func unwrapped() throws -> Wrapped {
        guard let value = self else { throw Missing() }
        return value
    }
}

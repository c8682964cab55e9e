import Foundation

/// Amazon Cognito and API Gateway on this machine; see Tests/Servers/usage_plan_server.py.
final class UsagePlanServer {
    /// What the tests change of the world; see the server's own words.
    struct World: Encodable {
        struct Client: Encodable {
            let id: String
            let name: String
            var flows = ["client_credentials"]
        }

        struct Plan: Encodable {
            let id: String
            let name: String
            var stages = ["api:prod"]
        }

        struct Key: Encodable {
            let id: String
            let value: String
            let name: String
            var enabled = true
            var description = ""
            var tags: [String: String] = [:]
        }

        struct Refusal: Encodable {
            let call: String
            let status: Int
            let type: String
            let message: String
        }

        let pool = UsagePlanServer.pool
        var clients: [Client] = []
        var plans = [Plan(id: "p1", name: "gold"), Plan(id: "p2", name: "silver")]
        var keys: [Key] = []
        var attached: [String: [String]] = [:]
        var keyLimit = 10_000
        var mostPerPage = 500
        var repeatsPosition = false
        var refusal: Refusal?
    }

    /// The world as it has become.
    struct Result: Decodable {
        struct Key: Decodable {
            let id: String
            let value: String
            let name: String
            let enabled: Bool
            let tags: [String: String]
        }

        let keys: [Key]
        let attached: [String: [String]]
        let changes: Int
    }

    static let pool = "eu-west-1_AbCdEf123"

    private let process = Process()
    private let input = Pipe()
    private let address: String

    init(_ world: World) throws {
        let program = Tool.root.appending(path: "Tests/Servers/usage_plan_server.py")
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-W", "ignore", program.path]
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
    }

    /// What the tool needs to find this server and nothing else of this machine.
    var environment: [String: String] {
        [
            "AWS_ENDPOINT_URL": address, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE000000000",
            "AWS_SECRET_ACCESS_KEY": "secret-of-the-test-that-nobody-prints-ever", "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        ]
    }

    func result() throws -> Result {
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

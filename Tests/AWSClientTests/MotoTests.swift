import AWSClient
import Foundation
import HTTPTransport
import StrictJSON
import TestSupport
import Testing

/// moto, which checks signatures and permissions with code that is not ours.
final class CheckingMoto {
    struct Report: Decodable {
        let port: Int
        let pool: String
        let allowed: [String]
        let denied: [String]
    }

    enum Failure: Error { case notStarted }

    let report: Report
    private let process = Process()
    private let input = Pipe()

    init() throws {
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [PythonPeer.interpreter, "-W", "ignore", PythonPeer.program("moto_checking.py")]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8) { line += byte }
        guard let report = try? JSONDecoder().decode(Report.self, from: line) else { throw Failure.notStarted }
        self.report = report
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
}

private let motoIsInstalled = PythonPeer.isExpected("moto_checking.py")

@Suite("Against moto, which checks signatures and permissions")
struct MotoTests {
    @Test(.enabled(if: motoIsInstalled, "moto is installed by scripts/install"))
    func `a right signature is taken, and each wrong one has its line`() throws {
        let moto = try CheckingMoto()
        let surroundings = Surroundings(["AWS_ENDPOINT_URL": "http://127.0.0.1:\(moto.report.port)"])
        func client(_ id: String, _ secret: String) throws -> AWSClient {
            surroundings.environment["AWS_ACCESS_KEY_ID"] = id
            surroundings.environment["AWS_SECRET_ACCESS_KEY"] = secret
            return try surroundings.client(AWSOptions(pacing: .none))
        }
        func call(_ token: String?) -> AWSRequest {
            var json = JSONWriter()
            json.beginObject()
            json.name("UserPoolId")
            json.string(moto.report.pool)
            json.name("MaxResults")
            json.integer(10)
            if let token {
                json.name("NextToken")
                json.string(token)
            }
            json.endObject()
            return .userPools("ListUserPoolClients", json: json.bytes)
        }
        var sizes: [Int] = []
        try client(moto.report.allowed[0], moto.report.allowed[1]).list(.nextToken, request: call) {
            page throws(AWSError) in
            sizes.append(page["UserPoolClients"]?.elements.map { Array($0).count } ?? 0)
        }
        #expect(sizes == [10, 10, 5])

        var secret = Array(moto.report.allowed[1].utf8)
        secret[3] = secret[3] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        let wrong = AWSError.invalidCredentials(place: "the environment", region: "eu-central-1", isUnknown: false)
        #expect(throws: wrong) {
            try client(moto.report.allowed[0], String(decoding: secret, as: UTF8.self)).send(call(nil))
        }
        let unknown = AWSError.invalidCredentials(place: "the environment", region: "eu-central-1", isUnknown: true)
        #expect(throws: unknown) { try client("AKIAUNKNOWN", moto.report.allowed[1]).send(call(nil)) }
        let who = "arn:aws:iam::123456789012:user/denied"
        #expect(throws: AWSError.accessDenied(denied: "cognito-idp:ListUserPoolClients", who: who)) {
            try client(moto.report.denied[0], moto.report.denied[1]).send(call(nil))
        }
    }
}

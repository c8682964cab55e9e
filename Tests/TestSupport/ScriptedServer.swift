package import Foundation

/// A real HTTP server in a process of its own, which answers as its script says; see Tests/Servers.
///
/// The process ends with this object, or when ``requests()`` is asked for.
package final class ScriptedServer {
    package struct Step: Encodable, Sendable {
        package enum Pieces: Sendable { case whole, bytes, cut(Int) }

        package var status: Int?
        package var headers: [[String]]?
        package var body: String?
        package var bodyBytes: Int?
        package var framing: String?
        package var raw: String?
        package var trailers: String?
        package var pieces = Pieces.whole
        package var millisecondsPerByte: Int?
        package var cutAfter: Int?
        package var ending: String?
        package var answer: String?
        package var tunnel: UInt16?

        package init() {}

        private enum CodingKeys: String, CodingKey {
            case status, headers, body, bodyBytes, framing, raw, trailers, pieces, millisecondsPerByte, cutAfter
            case ending, answer, tunnel
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(status, forKey: .status)
            try container.encodeIfPresent(headers, forKey: .headers)
            try container.encodeIfPresent(body, forKey: .body)
            try container.encodeIfPresent(bodyBytes, forKey: .bodyBytes)
            try container.encodeIfPresent(framing, forKey: .framing)
            try container.encodeIfPresent(raw, forKey: .raw)
            try container.encodeIfPresent(trailers, forKey: .trailers)
            try container.encodeIfPresent(millisecondsPerByte, forKey: .millisecondsPerByte)
            try container.encodeIfPresent(cutAfter, forKey: .cutAfter)
            try container.encodeIfPresent(ending, forKey: .ending)
            try container.encodeIfPresent(answer, forKey: .answer)
            try container.encodeIfPresent(tunnel, forKey: .tunnel)
            switch pieces {
            case .whole: try container.encode("whole", forKey: .pieces)
            case .bytes: try container.encode("bytes", forKey: .pieces)
            case .cut(let offset): try container.encode(offset, forKey: .pieces)
            }
        }
    }

    package struct TLS: Encodable, Sendable {
        package var certificate: String
        package var key: String
        package var maximumVersion: String?

        package init(certificate: String, key: String, maximumVersion: String? = nil) {
            self.certificate = certificate
            self.key = key
            self.maximumVersion = maximumVersion
        }
    }

    /// A request as it came. Of a body the first 4,096 bytes are kept, as ISO 8859-1.
    package struct Request: Decodable {
        package let method: String
        package let target: String
        package let version: String
        package let headers: [[String]]
        package let body: String
        package let bodyBytes: Int
        /// How many reads it took to get it.
        package let reads: Int
        /// Which connection it came on, counted from 1.
        package let connection: Int
        /// When it had come, in nanoseconds by a clock that all servers share.
        package let at: Int64

        package func values(of name: String) -> [String] {
            headers.filter { $0[0].lowercased() == name.lowercased() }.map { $0[1] }
        }
    }

    package enum Failure: Error { case notStarted, noJournal }

    private struct Script: Encodable {
        let steps: [Step]
        let tls: TLS?
        let port: Int?
        let journal: String?
        let waits: Bool
    }

    package let port: Int
    private let journal: URL?
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    /// - Parameters:
    ///   - steps: One for each request; the last serves all that come after it.
    ///   - tls: `nil` for plain HTTP.
    ///   - port: `nil` for one that is free.
    ///   - journal: The file that ``requestsSoFar()`` reads; it is written anew.
    ///   - waits: Whether a request for which there is no step waits for one.
    /// - Throws: Where Python 3 cannot be started, or the port is taken.
    package init(
        _ steps: [Step], tls: TLS? = nil, port: Int? = nil, journal: URL? = nil, waits: Bool = false
    ) throws {
        self.journal = journal
        let servers = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Servers").standardized
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-W", "ignore", servers.appending(path: "scripted_server.py").path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let script = Script(steps: steps, tls: tls, port: port, journal: journal?.path, waits: waits)
        try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(script) + Data("\n".utf8))
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8) { line += byte }
        guard let port = Int(String(decoding: line, as: UTF8.self)) else { throw Failure.notStarted }
        self.port = port
    }

    deinit {
        // SIGTERM would never arrive: the threads that tests run on block it, and a child inherits that.
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        // Foundation keeps a pipe open for ever otherwise, and reads beyond its buffer to start a process where more
        // than 1,365 descriptors are open.
        for pipe in [input, output] { pipe.closeBothEnds() }
    }

    /// Adds a step behind those that are there.
    package func add(_ step: Step) throws {
        try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(step) + Data("\n".utf8))
    }

    /// The requests that have come, in their order, of a server with a journal.
    package func requestsSoFar() throws -> [Request] {
        guard let journal else { throw Failure.noJournal }
        // The last line may be half-written.
        let whole = try Data(contentsOf: journal).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return try whole.dropLast().map { try JSONDecoder().decode(Request.self, from: $0) }
    }

    /// Ends the server.
    ///
    /// - Returns: The requests that came, in their order.
    /// - Throws: Where the server did not write them.
    package func requests() throws -> [Request] {
        try input.fileHandleForWriting.close()
        let lines = try output.fileHandleForReading.readToEnd() ?? Data()
        return try lines.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Request.self, from: $0) }
    }
}

extension Pipe {
    package func closeBothEnds() {
        try? fileHandleForReading.close()
        try? fileHandleForWriting.close()
    }
}

extension ScriptedServer.Step {
    /// A step that answers with this body.
    package init(_ body: String, status: Int = 200, headers: [[String]] = []) {
        self.init()
        self.body = body
        self.status = status
        self.headers = headers
    }

    package func with(_ change: (inout Self) -> Void) -> Self {
        var step = self
        change(&step)
        return step
    }
}

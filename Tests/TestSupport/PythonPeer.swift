import Foundation

/// Runs a Python program of Tests/Servers with the packages that scripts/install puts beside the checkout.
package enum PythonPeer {
    package enum Failure: Error { case status(Int32) }

    /// The `.venv` of the checkout; where there is none, whatever Python the machine has.
    package static var interpreter: String { isPrepared ? own : "python3" }

    private static let own = checkout.appending(path: ".venv/bin/python").path
    private static let isPrepared = FileManager.default.isExecutableFile(atPath: own)

    /// Whether tests of a program are to run: always where scripts/install was, so that nothing is passed over there.
    package static func isExpected(_ name: String) -> Bool { isPrepared || (try? run(name, ["--installed"])) != nil }

    private static let checkout = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardized

    package static func program(_ name: String) -> String { checkout.appending(path: "Tests/Servers/\(name)").path }

    /// - Parameters:
    ///   - name: Of a file in Tests/Servers.
    ///   - arguments: What follows its name.
    ///   - input: All of its standard input.
    /// - Returns: The lines of its standard output.
    /// - Throws: Where it cannot be started, or does not end with status 0.
    package static func run(_ name: String, _ arguments: [String] = [], input: String = "") throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [interpreter, "-W", "ignore", program(name)] + arguments
        let folder = FileManager.default.temporaryDirectory.appending(path: "turnstile-peer-\(UUID().uuidString)")
        try Data(input.utf8).write(to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        process.standardInput = try FileHandle(forReadingFrom: folder)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let written = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure.status(process.terminationStatus) }
        return String(decoding: written, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast().map { String($0) }
    }
}

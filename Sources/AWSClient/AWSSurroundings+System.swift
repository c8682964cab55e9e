import Foundation

extension AWSSurroundings {
    /// The most a file of settings or a program's output may hold.
    private static let limitInBytes = 1 << 20

    /// This process and this machine.
    package static var system: AWSSurroundings {
        let start = ContinuousClock.now
        return AWSSurroundings(
            environment: { ProcessInfo.processInfo.environment[$0] },
            readFile: readFile, run: run,
            now: { Int64(Date().timeIntervalSince1970) },
            uptimeInMilliseconds: {
                let (seconds, attoseconds) = start.duration(to: .now).components
                return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
            },
            sleepInMilliseconds: { Thread.sleep(forTimeInterval: Double($0) / 1_000) },
            random: { UInt64.random(in: .min ... .max) })
    }

    private static func readFile(_ path: String) throws(UnreadableFile) -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            let contents = try file.read(upToCount: limitInBytes + 1) ?? Data()
            guard contents.count <= limitInBytes else { throw UnreadableFile(reason: "it is too long") }
            return Array(contents)
        } catch {
            throw (error as? UnreadableFile) ?? UnreadableFile(reason: "it cannot be read")
        }
    }

    /// The program is looked for in the folders of `PATH`, as a shell would.
    private static func run(_ words: [String]) throws(FailedProgram) -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        // Behind `--` no word is taken for an option or a variable's setting of `env` itself, but for one with `=`.
        process.arguments = ["--"] + words
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        let written: Data
        do {
            try process.run()
            written = try output.fileHandleForReading.read(upToCount: limitInBytes + 1) ?? Data()
        } catch {
            throw FailedProgram(reason: "it could not be started")
        }
        guard written.count <= limitInBytes else {
            process.terminate()
            throw FailedProgram(reason: "it writes too much")
        }
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw FailedProgram(reason: "it ended with status \(process.terminationStatus)")
        }
        return Array(written)
    }
}

import Foundation
import TestSupport
import Testing

/// The built `turnstile`, run as a person runs it.
enum Tool {
    /// Where the built programs lie: beside the program of the tests.
    static let folder: URL = {
        let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: program ?? "").deletingLastPathComponent()
    }()

    /// The root of the package.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static var events: URL { root.appending(path: "events") }

    /// What a run leaves behind.
    struct Run {
        let status: Int32
        let output: String
        let errors: String

        var lines: [Substring] { output.split(separator: "\n") }
        var all: String { output + errors }
    }

    /// Runs the tool to its end.
    static func run(_ arguments: String..., input: String = "", folder: URL = root) throws -> Run {
        try start(arguments, folder: folder).finish(input: Data(input.utf8))
    }

    static func start(
        _ arguments: [String], folder: URL = root, environment: [String: String] = [:]
    ) throws -> RunningTool {
        try RunningTool(arguments, folder: folder, environment: environment)
    }
}

/// The tool while it runs. Its output goes to files, so that no pipe fills up.
final class RunningTool {
    let process = Process()
    private let input = Pipe()
    private let scratch: Scratch
    private let output: FileHandle
    private let errors: FileHandle

    fileprivate init(_ arguments: [String], folder: URL, environment: [String: String]) throws {
        scratch = try Scratch()
        output = try scratch.emptyFile("output")
        errors = try scratch.emptyFile("errors")
        process.executableURL = Tool.folder.appending(path: "turnstile")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProgramCoverage.environment
            .merging(["PATH": "/usr/bin:/bin"]) { $1 }.merging(environment) { $1 }
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        try process.run()
    }

    func write(_ text: String) throws { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

    /// What it has printed until now.
    func printed() throws -> String { try scratch.text(of: "output") }

    func finish(input data: Data = Data()) throws -> Tool.Run {
        // One that ends early reads no more; that is for the caller to judge.
        try? input.fileHandleForWriting.write(contentsOf: data)
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        return Tool.Run(
            status: process.terminationStatus, output: try scratch.text(of: "output"),
            errors: try scratch.text(of: "errors"))
    }
}

/// A folder that is removed at the end.
final class Scratch {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "turnstile-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

    @discardableResult
    func write(_ text: String, to name: String, isProgram: Bool = false) throws -> String {
        try text.write(toFile: path(name), atomically: false, encoding: .utf8)
        if isProgram {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path(name))
        }
        return path(name)
    }

    func copy(_ file: URL) throws {
        try FileManager.default.copyItem(at: file, to: url.appending(path: file.lastPathComponent))
    }

    func emptyFile(_ name: String) throws -> FileHandle {
        try write("", to: name)
        return try FileHandle(forWritingTo: url.appending(path: name))
    }

    func text(of name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }
}

/// Waits for something that another process does, and gives up after half a minute.
func eventually(_ condition: () throws -> Bool) throws -> Bool {
    let deadline = Date(timeIntervalSinceNow: 30)
    while Date() < deadline {
        if try condition() { return true }
        Thread.sleep(forTimeInterval: 0.01)
    }
    return false
}

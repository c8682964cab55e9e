import AuthorizerService
import Foundation
import StrictJSON

/// One event to hand over, and what is expected of it.
struct SampleEvent {
    /// The name of the file, without `.json`.
    let name: String
    let path: String
    let bytes: [UInt8]
    let expectation: ExpectedOutcome?

    /// The most that Lambda hands over (AWS Lambda quotas: 6 MB per invocation).
    static let limitInBytes = 6 << 20
    private static let ending = ".json"
    private static let expectedEnding = ".expected.json"

    /// Whether `.expected.json` files are read.
    enum Expectations { case ignored, whereThere, required }

    init(path: String, expectations: Expectations) throws(Problem) {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        name = file.hasSuffix(Self.ending) ? String(file.dropLast(Self.ending.count)) : file
        self.path = path
        bytes = try JSONFile.read(
            path, limitInBytes: Self.limitInBytes, remedy: "give the path of an event, or of a folder of them")
        let event = try JSONFile.parse(
            bytes, path: path, remedy: "an event is one JSON object, as API Gateway sends it")
        let stem = path.hasSuffix(Self.ending) ? String(path.dropLast(Self.ending.count)) : path
        expectation = try Self.expectation(at: stem + Self.expectedEnding, of: event.root, expectations)
    }

    private static func expectation(
        at path: String, of event: JSONValue, _ expectations: Expectations
    ) throws(Problem) -> ExpectedOutcome? {
        let isThere = FileManager.default.fileExists(atPath: path)
        switch expectations {
        case .ignored: return nil
        case .whereThere where !isThere: return nil
        case .whereThere, .required:
            let bytes = try JSONFile.read(
                path, limitInBytes: limitInBytes, remedy: "write what is expected there, or leave out --expected")
            return try ExpectedOutcome(parsing: bytes, path: path, event: event)
        }
    }

    /// The events that paths name: a file is one, a folder stands for all that lie in it, in the order of their names,
    /// but for the configuration that may lie beside them.
    static func paths(named arguments: [String]) throws(Problem) -> [String] {
        var paths: [String] = []
        for argument in arguments {
            if let names = try? FileManager.default.contentsOfDirectory(atPath: argument) {
                paths += try Self.paths(of: names, in: argument)
            } else if FileManager.default.fileExists(atPath: argument) {
                paths.append(argument)
            } else {
                throw Problem(
                    "there is no file or folder \(argument)",
                    remedy: "give the path of an event, or of a folder of them")
            }
        }
        return paths
    }

    private static func paths(of names: [String], in folder: String) throws(Problem) -> [String] {
        let events = names.filter {
            $0.hasSuffix(ending) && !$0.hasSuffix(expectedEnding) && $0 != ConfigurationOptions.configurationName
        }
        guard !events.isEmpty else {
            throw Problem("there is no event in the folder \(folder)", remedy: "events are files that end with .json")
        }
        return events.sorted().map { folder.hasSuffix("/") ? folder + $0 : "\(folder)/\($0)" }
    }
}

import AuthorizerService
import Foundation
import StrictJSON
import Yams

/// Reads a template, in JSON or in YAML. Both are bounded: a file that somebody sent may be made to hurt.
enum TemplateReader {
    /// CloudFormation takes templates of 1 MB (CloudFormation quotas, *Template body size in an Amazon S3 object*).
    static let limitInBytes = 1 << 20
    /// Levels of lists and maps. An OpenAPI body with its models has about twenty.
    static let depthLimit = 100
    /// Values in all, each alias counted as often as it is used: YAML can say in a few lines what fills a memory.
    static let valueLimit = 200_000
    /// How long the parser may take, in seconds. It compares keys that are themselves maps, and so aliases in them.
    private static let timeLimitInSeconds = 10.0
    /// The parser calls itself for each of up to 1,000 levels.
    private static let stackInBytes = 64 << 20

    static func read(_ path: String) throws(Problem) -> TemplateValue {
        let bytes = try JSONFile.read(
            path, limitInBytes: limitInBytes, remedy: "give the path of a template with --template", status: .unreadable
        )
        return try parse(bytes, path: path)
    }

    static func parse(_ bytes: [UInt8], path: String) throws(Problem) -> TemplateValue {
        let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        let value: TemplateValue
        if bytes.first(where: { !blanks.contains($0) }) == UInt8(ascii: "{") {
            value = try parseJSON(bytes, path: path)
        } else {
            value = try parseYAML(bytes, path: path)
        }
        guard case .map = value else { throw unusable(path, "it is no map") }
        return value
    }

    private static func unusable(_ path: String, _ why: String) -> Problem {
        Problem(
            "\(path) is not usable as a template: \(why)", remedy: "give the path of a SAM or CloudFormation template")
    }

    // MARK: JSON

    private static func parseJSON(_ bytes: [UInt8], path: String) throws(Problem) -> TemplateValue {
        var limits = JSONLimits()
        limits.depth = depthLimit
        limits.values = valueLimit
        do {
            return value(try JSONDocument(parsing: bytes, limits: limits).root)
        } catch {
            throw unusable(path, "\(error)")
        }
    }

    private static func value(_ json: JSONValue) -> TemplateValue {
        switch json.kind {
        case .null: .null
        case .boolean, .number: .scalar(String(decoding: json.text, as: UTF8.self))
        case .string: .scalar(json.string ?? "")
        case .array: .list(json.elements?.map(value) ?? [])
        case .object: .map(json.members?.map { TemplateValue.Member(name: $0.name, value: value($0.value)) } ?? [])
        }
    }

    // MARK: YAML

    private static func parseYAML(_ bytes: [UInt8], path: String) throws(Problem) -> TemplateValue {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw unusable(path, "it is not UTF-8") }
        guard let outcome = runApart({ YAMLTree.parse(text) }) else {
            throw unusable(path, "reading it takes longer than \(Int(timeLimitInSeconds)) s")
        }
        switch outcome {
        case .success(let value): return value
        case .failure(let error): throw unusable(path, error.why)
        }
    }

    /// Runs `body` on a thread with room to nest.
    ///
    /// - Returns: `nil` where it takes too long. The thread goes on then, until the program ends.
    private static func runApart<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value? {
        let outcome = Outcome<Value>()
        let thread = Thread { outcome.set(body()) }
        thread.stackSize = stackInBytes
        thread.start()
        return outcome.wait(seconds: timeLimitInSeconds)
    }

    private final class Outcome<Value: Sendable>: @unchecked Sendable {
        private let condition = NSCondition()
        private var value: Value?

        func set(_ value: Value) {
            condition.withLock { self.value = value }
            condition.broadcast()
        }

        func wait(seconds: Double) -> Value? {
            let deadline = Date(timeIntervalSinceNow: seconds)
            return condition.withLock {
                while value == nil, condition.wait(until: deadline) {}
                return value
            }
        }
    }
}

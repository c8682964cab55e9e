import AuthorizerService
import Foundation
import Testing

@Suite("configuration files, good and bad")
struct ConfigurationVectorTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Vectors/configuration")

    static func files(in name: String) -> [String] {
        let folder = folder.appendingPathComponent(name)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted().map { "\(name)/\($0)" }
    }

    static let environment: [String: String] = {
        let text = (try? String(contentsOf: folder.appendingPathComponent("environment"), encoding: .utf8)) ?? ""
        let pairs = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
            $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        }
        return Dictionary(uniqueKeysWithValues: pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) })
    }()

    /// What stands in the way of a start with this file; `nil` where nothing does.
    static func fault(of file: String) -> String? {
        let path = folder.appendingPathComponent(file).path
        do {
            let configuration = try Configuration(path: path) { Self.environment[$0] }
            var judge = Judge(configuration, clock: .system, spread: 0)
            try judge.loadKeyFiles()
            return nil
        } catch let error as ConfigurationError {
            return error.description
        } catch let error as KeyFileError {
            return error.description
        } catch {
            return "\(error)"
        }
    }

    @Test
    func `there are files of each kind`() {
        #expect(Self.files(in: "good").count >= 25)
        #expect(Self.files(in: "bad").count >= 60)
        #expect(Self.files(in: "bad-beyond-schema").count >= 10)
    }

    @Test(arguments: files(in: "good"))
    func `a good file is taken`(_ file: String) {
        #expect(Self.fault(of: file) == nil)
    }

    @Test(arguments: files(in: "bad") + files(in: "bad-beyond-schema") + files(in: "unusable-files"))
    func `threat 86: a bad file is refused, and the error names it`(_ file: String) throws {
        let fault = try #require(Self.fault(of: file), "it was taken")
        #expect(fault.contains("/Vectors/configuration/"))
        #expect(!fault.contains("\n"))
    }
}

import AuthorizerService
import Foundation
import Synchronization
import Testing

@Suite("files that change while they are read")
struct FileReadingTests {
    static let lengthInBytes = 1 << 20
    static let letters = [UInt8(ascii: "a"), UInt8(ascii: "b")]
    static let reads = 400

    /// Writes one version after the other over the file until it is told to end.
    private final class Writer: Sendable {
        private let isEnding = Mutex(false)
        private let hasEnded = Mutex(false)

        init(_ url: URL) {
            Thread.detachNewThread { [self] in
                let versions = FileReadingTests.letters.map { Data(repeating: $0, count: lengthInBytes) }
                while !isEnding.withLock({ $0 }) {
                    // Not atomically: the file is cut to nothing and written anew.
                    for version in versions { try? version.write(to: url) }
                }
                hasEnded.withLock { $0 = true }
            }
        }

        func end() {
            isEnding.withLock { $0 = true }
            while !hasEnded.withLock({ $0 }) { Thread.sleep(forTimeInterval: 0.001) }
        }
    }

    @Test func `what is read is of one version, or the change is told`() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "turnstile-\(UUID().uuidString)")
        try Data(repeating: Self.letters[0], count: Self.lengthInBytes).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let writer = Writer(url)
        defer { writer.end() }
        for _ in 0..<Self.reads {
            do throws(FileError) {
                let contents = try System.readFile(url.path, limitInBytes: 2 * Self.lengthInBytes)
                let expected = [UInt8](repeating: contents.first ?? 0, count: contents.count)
                #expect(contents == expected, "two versions in one")
            } catch {
                #expect(error == .changed(path: url.path))
            }
        }
    }

    @Test func `a file that nobody changes is read whole, whatever its length`() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "turnstile-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: url) }
        for length in [0, 1, 65_535, 65_536, 65_537, 200_000] {
            let contents = (0..<length).map { UInt8(truncatingIfNeeded: $0 / 256) }
            try Data(contents).write(to: url)
            #expect(try System.readFile(url.path, limitInBytes: 200_000) == contents)
        }
    }
}

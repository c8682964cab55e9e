import Foundation

/// A file that is there as long as this object.
final class TemporaryFile {
    let path: String

    init(_ bytes: [UInt8]) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "turnstile-aws-\(UUID().uuidString)")
        path = url.path
        try Data(bytes).write(to: url)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

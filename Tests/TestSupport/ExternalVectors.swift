import Foundation
package import StrictJSON

/// Test vectors that are not part of the project. ``variable`` names the folder that holds them; without it the
/// tests that read them are skipped.
package enum ExternalVectors {
    package static let variable = "TURNSTILE_VECTORS"

    package static var folder: String? { ProcessInfo.processInfo.environment[variable] }

    package static func wycheproof(_ file: String) throws -> JSONValue {
        let path = "\(folder ?? "")/wycheproof/\(file)"
        return try JSONDocument(parsing: Array(Data(contentsOf: URL(filePath: path)))).root
    }
}

/// The bytes that a text of hexadecimal digits stands for.
package func bytes(hexadecimal text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    var rest = text
    while !rest.isEmpty {
        guard let byte = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
        bytes.append(byte)
        rest = rest.dropFirst(2)
    }
    return bytes
}

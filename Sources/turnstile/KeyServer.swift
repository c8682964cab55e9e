import FlyingFox
import Foundation

/// Serves the key sets of a folder, as an issuer would.
struct KeyServer {
    private let server: LoopbackServer

    /// The longest key set that is served, in bytes: four times what a configuration may allow.
    private static let limitInBytes = 4 << 20

    init(folder: String, port: UInt16) async throws(Problem) {
        guard (try? FileManager.default.contentsOfDirectory(atPath: folder)) != nil else {
            throw Problem("there is no folder of keys \(folder)", remedy: "give its path with --keys")
        }
        server = try await LoopbackServer(port: port, purpose: "the keys of \(folder)") { request in
            Self.answer(request, folder: folder)
        }
    }

    var url: String { "http://\(server.address)" }

    func stop() async { await server.stop() }

    /// The folder is read for every request, so that keys can be rotated while a program runs. A name is only ever one
    /// that the folder lists, so none leads out of it.
    private static func answer(_ request: HTTPRequest, folder: String) -> HTTPResponse {
        guard request.method == .GET else { return HTTPResponse(statusCode: .methodNotAllowed) }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard let name = names.first(where: { $0.hasSuffix(".json") && request.path == "/\($0)" }),
            let bytes = try? JSONFile.read("\(folder)/\(name)", limitInBytes: limitInBytes, remedy: nil)
        else { return HTTPResponse(statusCode: .notFound) }
        return HTTPResponse(statusCode: .ok, headers: [.contentType: "application/json"], body: Data(bytes))
    }
}

import AuthorizerService
import StrictJSON

/// The event that is to be explained.
struct Question {
    let event: [UInt8]

    private static let tokenLimitInBytes = 1 << 16
    private static let service = "arn:aws:execute-api:eu-west-1:123456789012:explained"

    init(eventAt path: String) throws(Problem) {
        event = try JSONFile.read(
            path, limitInBytes: SampleEvent.limitInBytes, remedy: "give the path of an event with --event")
    }

    /// What API Gateway would send to an authorizer of type TOKEN, or when a WebSocket is opened.
    ///
    /// - Parameters:
    ///   - token: Without `Bearer`, or with it; `-` is read from standard input.
    ///   - method: Not needed for `$connect`.
    ///   - path: A path of the API, without the stage; or `$connect`.
    /// - Throws: ``Problem`` where standard input cannot be read.
    init(token: String, method: String?, path: String) throws(Problem) {
        let token = token == "-" ? try Self.readToken() : token
        let credentials = token.lowercased().hasPrefix("bearer ") ? token : "Bearer \(token)"
        var json = JSONWriter()
        json.beginObject()
        json.name("type")
        if let method {
            json.string("TOKEN")
            json.name("methodArn")
            json.string("\(Self.service)/stage/\(method)\(path)")
            json.name("authorizationToken")
            json.string(credentials)
        } else {
            json.string("REQUEST")
            json.name("methodArn")
            json.string("\(Self.service)/stage/\(path)")
            json.name("headers")
            json.beginObject()
            json.name("Authorization")
            json.string(credentials)
            json.endObject()
        }
        json.endObject()
        event = json.bytes
    }

    private static func readToken() throws(Problem) -> String {
        var bytes: [UInt8] = []
        do throws(FileError) {
            while bytes.count <= tokenLimitInBytes {
                let piece = try System.readInput(limitInBytes: tokenLimitInBytes)
                guard !piece.isEmpty else { break }
                bytes += piece
            }
        } catch {
            throw Problem(error.description, remedy: "pipe the token in")
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}

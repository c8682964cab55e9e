import AuthorizerService
import StrictJSON

/// JSON files that the tool reads for a person.
enum JSONFile {
    static func parse(_ bytes: [UInt8], path: String, remedy: String?) throws(Problem) -> JSONDocument {
        do {
            return try JSONDocument(parsing: bytes)
        } catch {
            throw Problem("\(path) is not usable JSON: \(error)", remedy: remedy)
        }
    }

    static func read(
        _ path: String, limitInBytes: Int, remedy: String?, status: ExitStatus = .failure
    ) throws(Problem) -> [UInt8] {
        do {
            return try System.readFile(path, limitInBytes: limitInBytes)
        } catch {
            throw Problem(error.description, remedy: remedy, status: status)
        }
    }
}

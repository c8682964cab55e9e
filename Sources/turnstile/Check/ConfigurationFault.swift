import AuthorizerService
import OpenSSLSignatures
import StrictJSON

/// Why `bootstrap` would not start under a configuration.
enum ConfigurationFault: Error {
    case configuration(ConfigurationError)
    case keyFile(KeyFileError)
    case cryptography(OpenSSLError)

    /// One object: the file and the member where they are known, and the rule.
    var json: String {
        var json = JSONWriter()
        json.beginObject()
        json.name("valid")
        json.bool(false)
        if case .configuration(let error) = self {
            json.name("file")
            json.string(error.file)
            json.name("member")
            json.string(error.member)
            json.name("message")
            json.string(error.fault.description)
        } else {
            json.name("message")
            json.string(description)
        }
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

extension ConfigurationFault: CustomStringConvertible {
    var description: String {
        switch self {
        case .configuration(let error): error.description
        case .keyFile(let error): error.description
        case .cryptography(let error): error.description
        }
    }
}

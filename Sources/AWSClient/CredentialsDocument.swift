import StrictJSON

/// The JSON object in which programs, containers and instances give credentials.
enum CredentialsDocument {
    /// Where the document comes from decides what its members are called and which of them it must have.
    enum Source {
        /// `Version` 1, `SessionToken`.
        case program
        /// `Token`; `Code`, where there is one, is `Success`.
        case endpoint
    }

    /// Reads the document.
    ///
    /// - Parameters:
    ///   - bytes: All of it.
    ///   - source: Where it comes from.
    ///   - place: For messages, which carry nothing of the document.
    /// - Returns: What it gives.
    /// - Throws: ``CredentialsError`` where it has not the form that AWS documents.
    static func credentials(
        in bytes: [UInt8], from source: Source, place: String
    ) throws(CredentialsError) -> AWSCredentials {
        guard let document = try? JSONDocument(parsing: bytes), document.root.kind == .object else {
            throw CredentialsError(place, "gave no JSON object", "try it by itself")
        }
        let root = document.root
        if source == .program, root["Version"]?.number?.integer != 1 {
            throw CredentialsError(place, "gave a JSON object whose Version is not 1", "see AWS's documentation of it")
        }
        if source == .endpoint, let code = root["Code"], !code.isString("Success") {
            throw CredentialsError(place, "has no credentials at present", "try again later")
        }
        return try credentials(root, tokenName: source == .program ? "SessionToken" : "Token", place: place)
    }

    private static func credentials(
        _ root: JSONValue, tokenName: String, place: String
    ) throws(CredentialsError) -> AWSCredentials {
        func text(_ name: String) throws(CredentialsError) -> String? {
            guard let value = root[name], !value.isNull else { return nil }
            guard let text = value.string, !text.isEmpty else {
                throw CredentialsError(
                    place, "gave something else than text as \(name)", "see AWS's documentation of it")
            }
            return text
        }
        guard let id = try text("AccessKeyId"), let secret = try text("SecretAccessKey") else {
            throw CredentialsError(place, "gave no AccessKeyId and SecretAccessKey", "try it by itself")
        }
        let written = try text("Expiration")
        let expiration = written.flatMap { CalendarTime.seconds(rfc3339: $0) }
        guard written == nil || expiration != nil else {
            throw CredentialsError(place, "gave an Expiration that is no time", "see AWS's documentation of it")
        }
        return AWSCredentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: try text(tokenName), expiration: expiration)
    }
}

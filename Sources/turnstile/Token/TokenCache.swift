import AuthorizerService
import Foundation
import OpenSSLSignatures
import StrictJSON

/// What a cached token was asked for, and by whom.
struct TokenPurpose: Sendable {
    let endpoint: TokenEndpoint
    let credentials: ClientCredentials
    let scope: TokenScope

    /// One text for each purpose, whatever the order of the scopes.
    private func text(for use: String) -> JSONWriter {
        var json = JSONWriter()
        json.beginArray()
        json.string("turnstile token 1 \(use)")
        json.string(endpoint.identity)
        json.string(credentials.id)
        for token in scope.sorted { json.string(token) }
        return json
    }

    /// What a cache's file is named after.
    var name: [UInt8] { text(for: "name").bytes }

    /// The same with the secret: whoever has another one gets no token.
    var proof: [UInt8] {
        var json = text(for: "secret")
        json.endArray()
        json.string(utf8: credentials.secretBytes[...])
        return json.bytes
    }
}

/// Tokens of this user, a file each, in a folder that is closed to all others.
///
/// Names, and the mark that tells whose secret a token was got with, are authentication codes under a key of the
/// folder's own: neither a listing nor a copy of single files lets anybody try secrets.
struct TokenCache: ~Copyable {
    private let folder: PrivateFolder
    private let hash: HMACSHA256

    private static let keyName = "key"
    /// A file holds one answer's token and scopes, and numbers.
    private static let fileLimitInBytes = 2 * TokenClient.answerLimitInBytes
    /// As long as an answer is waited for, and a little more: whoever holds the lock has one by then.
    private static let lockLimitInMilliseconds = Int64(TokenClient.timeoutInMilliseconds) * 2 + 1_000

    /// Opens the cache, and makes it where there is none.
    init(path: String) throws(PrivateFileError) {
        let folder = try PrivateFolder(path: path)
        hash = try Self.hash(in: folder)
        self.folder = folder
    }

    private static func hash(in folder: borrowing PrivateFolder) throws(PrivateFileError) -> HMACSHA256 {
        if let known = try knownHash(in: folder) { return known }
        return try folder.alone(under: "\(keyName).lock", waitingMilliseconds: lockLimitInMilliseconds) {
            () throws(PrivateFileError) in
            if let known = try knownHash(in: folder) { return known }
            let key = randomBytes(SHA256.lengthInBytes)
            try folder.replace(keyName, with: key, suffix: hexadecimal(randomBytes(8)))
            guard let hash = HMACSHA256(key: key) else { throw .unusable(reason: "libcrypto takes no key") }
            return hash
        }
    }

    /// A key that somebody else may have written, or that is none, is replaced, and with it all that was cached under it.
    private static func knownHash(in folder: borrowing PrivateFolder) throws(PrivateFileError) -> HMACSHA256? {
        let key: [UInt8]?
        do throws(PrivateFileError) {
            key = try folder.contents(of: keyName, limitInBytes: SHA256.lengthInBytes)
        } catch {
            if case .unusable = error { throw error }
            key = nil
        }
        guard let key, key.count == SHA256.lengthInBytes else { return nil }
        return HMACSHA256(key: key)
    }

    // MARK: Tokens

    enum Found {
        case token(AccessToken)
        case nothing
        /// There is a file, but it is not to be believed.
        case refused(String)
    }

    func token(for purpose: TokenPurpose, at now: Int64) throws(OpenSSLError) -> Found {
        let name = try name(of: purpose)
        let bytes: [UInt8]?
        do throws(PrivateFileError) {
            bytes = try folder.contents(of: name, limitInBytes: Self.fileLimitInBytes)
        } catch {
            return .refused(error.description)
        }
        guard let bytes else { return .nothing }
        guard let entry = Entry(parsing: bytes) else { return .refused("it is not as this tool writes it") }
        let proof = try hash.code(for: purpose.proof)
        guard OpenSSL.isEqualInConstantTime(entry.proof, Array(Self.hexadecimal(proof).utf8)) else { return .nothing }
        return entry.token.isUsable(at: now) ? .token(entry.token) : .nothing
    }

    func store(_ token: AccessToken, for purpose: TokenPurpose) throws(PrivateFileError) {
        guard let expiresAt = token.expiresAt else { return }
        let proof: [UInt8]
        let name: String
        do throws(OpenSSLError) {
            proof = try hash.code(for: purpose.proof)
            name = try self.name(of: purpose)
        } catch {
            throw .unusable(reason: error.description)
        }
        let entry = Entry(proof: Array(Self.hexadecimal(proof).utf8), token: token)
        try folder.replace(
            name, with: entry.json(expiresAt: expiresAt), suffix: Self.hexadecimal(Self.randomBytes(8)))
    }

    /// Waits while another process asks for the same token: one request is billed instead of two. There are sixteen
    /// locks for all purposes, so that their files do not pile up.
    func alone<Value>(_ purpose: TokenPurpose, _ body: () throws -> Value) throws -> Value {
        let digit = try name(of: purpose).prefix(1)
        return try folder.alone(
            under: "\(digit).lock", waitingMilliseconds: Self.lockLimitInMilliseconds, body)
    }

    private func name(of purpose: TokenPurpose) throws(OpenSSLError) -> String {
        Self.hexadecimal(try hash.code(for: purpose.name))
    }

    private static func randomBytes(_ count: Int) -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

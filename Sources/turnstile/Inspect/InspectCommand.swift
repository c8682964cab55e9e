import ArgumentParser
import AuthorizerService
import JOSE
import OpenSSLSignatures
import StrictJSON

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Check the signatures of tokens, and nothing else.",
        discussion: """
            Reads one compact JWS from standard input, or one a line with --batch, and prints one JSON line for each: \
            {"signature":"valid"} or {"signature":"invalid","reason":"<code>"}. No claim is checked: a valid signature \
            says who signed, not that the token may be used. The payload may be anything. Without memory to judge by, \
            the signature is "unknown".

            A token:
              turnstile inspect --jwks keys.json < token
            Many:
              turnstile inspect --jwks keys.json --batch < tokens > verdicts

            Exit status: 0 valid, or all of a batch judged; 4 not valid; 64 wrong usage; 66 a file that cannot be read.
            """)

    @Option(help: ArgumentHelp("The JWK Set with the public keys.", valueName: "file"))
    var jwks: String

    @Flag(help: "Read one token a line, and print one verdict for each, an empty line included.")
    var batch = false

    /// The longest key set, in bytes: what a configuration may allow at the most.
    private static let jwksLimitInBytes = Int(KeyFetching.maxBytesRange.upperBound)

    func run() throws {
        let inspector = try Self.inspector(jwks)
        var isValid = true
        var verdicts: [UInt8] = []
        let judge = { (line: ArraySlice<UInt8>) in
            let verdict = inspector.verdict(on: line)
            isValid = verdict == nil
            verdicts += SignatureInspector.line(verdict)
        }
        try Self.readInput(asLines: batch, judge) {
            System.write(verdicts, to: .output)
            verdicts.removeAll(keepingCapacity: true)
        }
        guard batch || isValid else { throw ExitStatus.reject.code }
    }

    /// Takes standard input as it comes, so that whoever writes a line and waits gets its verdict, and whoever writes
    /// a hundred thousand at once gets them with few writes.
    private static func readInput(
        asLines: Bool, _ take: (ArraySlice<UInt8>) -> Void, pause: () -> Void
    ) throws(Problem) {
        var lines = LineSplitter(limitInBytes: CompactJWS.limitInBytes)
        var whole: [UInt8] = []
        while true {
            let bytes = try readInput()
            guard !bytes.isEmpty else { break }
            if asLines {
                lines.append(bytes, take)
                pause()
            } else if whole.count <= CompactJWS.limitInBytes + 1 {
                whole += bytes
            }
        }
        if asLines {
            lines.finish(take)
        } else {
            // One token ends with the newline that an editor or `echo` puts there, or without.
            if whole.last == UInt8(ascii: "\n") { whole.removeLast() }
            take(whole[...])
        }
        pause()
    }

    private static let chunkInBytes = 1 << 16

    private static func readInput() throws(Problem) -> [UInt8] {
        do {
            return try System.readInput(limitInBytes: chunkInBytes)
        } catch {
            throw Problem(error.description, remedy: "pipe tokens in", status: .unreadable)
        }
    }

    private static func inspector(_ path: String) throws(Problem) -> SignatureInspector {
        do {
            try OpenSSL.initialise()
        } catch {
            throw Problem(error.description)
        }
        let bytes = try JSONFile.read(
            path, limitInBytes: jwksLimitInBytes, remedy: "give the path of a JWK Set with --jwks", status: .unreadable)
        let keys: KeySet<PublicKey>
        do {
            keys = try KeySet(parsing: bytes, using: OpenSSLVerifier())
        } catch {
            throw Problem(
                "\(path) is not a JWK Set: \(error)", remedy: "give another file with --jwks",
                status: .unreadable)
        }
        for key in keys.skipped { Console.complain("\(path): \(name(key.keyID)): \(key.reason.code)") }
        for key in keys.keys where key.isPrivatePartPublished {
            Console.complain("\(path): \(name(key.keyID)): its private part is in the set: whoever has it can sign")
        }
        return SignatureInspector(keys: keys)
    }

    private static func name(_ keyID: ExactString?) -> String {
        "key \((keyID?.description ?? "without kid").printable)"
    }
}

/// Judges signatures under the keys of one set.
struct SignatureInspector {
    let keys: KeySet<PublicKey>
    private let verifier = TokenVerifier(signatures: OpenSSLVerifier())

    init(keys: KeySet<PublicKey>) { self.keys = keys }

    /// - Returns: The stable code of the reason; `nil` where the signature is valid.
    func verdict(on text: ArraySlice<UInt8>) -> String? {
        do throws(TokenError) {
            let jws = try CompactJWS(parsing: text)
            try verifier.verifySignature(of: jws, under: try keys.key(keyID: jws.keyID, algorithm: jws.algorithm()))
            return nil
        } catch {
            return error.code
        }
    }

    static func line(_ reason: String?) -> [UInt8] {
        guard let reason else { return Array("{\"signature\":\"valid\"}\n".utf8) }
        let verdict = reason == TokenError.cryptographyFailed.code ? "unknown" : "invalid"
        return Array("{\"signature\":\"\(verdict)\",\"reason\":\"\(reason)\"}\n".utf8)
    }
}

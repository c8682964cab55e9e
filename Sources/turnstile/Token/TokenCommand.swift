import ArgumentParser
import AuthorizerService
import Foundation
import HTTPTransport
import OpenSSLSignatures
import StrictJSON

struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Get a machine client's access token, from the cache while it is good.",
        discussion: """
            The client-credentials grant of OAuth 2.0 (RFC 6749 §4.4): the client's id and secret as Basic \
            authentication, the scopes in the form. The token goes to standard output. It is kept in the user's cache \
            folder, for this user only, until shortly before it expires: Cognito bills each token.

            The secret comes from a file, from a variable or from standard input, never from the command line; without a \
            word about it from \(SecretSource.defaultVariable).

            From a user pool:
              turnstile token --user-pool eu-west-1_AbCdEf123 --client-id 1a2b3c \\
                --secret-file secret
            From its domain, for one scope:
              turnstile token --domain example --region eu-west-1 --client-id 1a2b3c \\
                --secret-file secret --scope https://api.example.com/orders.read
            To call an API, with the token in no list of processes:
              turnstile token … --header | curl -H @- https://api.example.com/orders

            With --json, an object with error and message where there is no token.

            Exit status: 0 a token; 1 none; 64 wrong usage; 66 the secret cannot be read.
            """)

    @OptionGroup(title: "Where tokens are asked for, one of these") var place: Place
    @OptionGroup(title: "The client") var caller: Caller

    @Option(
        help: ArgumentHelp(
            "A scope to ask for; may be given several times. Without it: all that the client is allowed.",
            valueName: "scope"))
    var scope: [String] = []

    @Flag(help: "Print one JSON object: access_token, token_type, expires_in, expires_at, scope, cached.")
    var json = false

    @Flag(help: "Print the token as the header that curl -H @- takes.")
    var header = false

    @Flag(help: "Ask for a new token whatever is cached, and cache it.")
    var force = false

    @Flag(help: "Neither look into the cache nor write to it.")
    var noCache = false

    @Option(
        help: ArgumentHelp(
            "Trusted roots, in PEM. Without it: SSL_CERT_FILE, or the system's.", valueName: "file"))
    var caFile: String?

    func validate() throws {
        guard !json || !header else { throw ValidationError("Give either --json or --header.") }
        guard !force || !noCache else { throw ValidationError("--no-cache asks anew anyway; leave --force out.") }
    }

    func run() throws {
        System.ignoreFileSizeSignal()
        let result: TokenSession.Result
        do throws(TokenFailure) {
            result = try token(Console.environment)
        } catch {
            if json { Console.print(TokenOutput.json(error)) }
            throw error.problem
        }
        try Console.deliver(text(result))
    }

    private func token(_ environment: [String: String]) throws(TokenFailure) -> TokenSession.Result {
        let warn: @Sendable (String) -> Void = { Console.complain("Warning: \($0.printable)") }
        // Before anybody is asked for a secret.
        let (endpoint, scope) = try TokenFailure.catching(.usage) {
            try OpenSSL.initialise()
            return (try place.endpoint(environment), try TokenScope(self.scope))
        }
        let credentials = try TokenFailure.catching(.secret) { try caller.credentials(environment, warn: warn) }
        let session = TokenSession(
            purpose: TokenPurpose(endpoint: endpoint, credentials: credentials, scope: scope),
            client: TokenClient(trust: trust(environment)), isForced: force, now: Self.now, warn: warn)
        return try TokenFailure.catching(.cache) {
            try session.run(noCache ? nil : TokenCacheFolder.open(environment, warn: warn))
        }
    }

    private static let now: @Sendable () -> Int64 = { System.wallClockNanoseconds / 1_000_000_000 }

    private func text(_ result: TokenSession.Result) -> String {
        guard !json else { return TokenOutput.json(result, at: Self.now()) }
        return header ? "Authorization: Bearer \(result.token.text)" : result.token.text
    }

    private func trust(_ environment: [String: String]) -> TrustAnchors {
        (caFile ?? environment.setting("SSL_CERT_FILE")).map { TrustAnchors(file: $0) } ?? .system
    }
}

extension [String: String] {
    /// A variable that is empty is none: that is how one is taken away for a single command.
    fileprivate func setting(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
}

extension TokenCommand {
    /// The endpoint, said in one of four ways.
    struct Place: ParsableArguments {
        @Option(help: ArgumentHelp("The token endpoint itself.", valueName: "url"))
        var tokenUrl: String?

        @Option(
            help: ArgumentHelp(
                "A user pool's domain: its whole host, or with --region the prefix of a Cognito domain.",
                valueName: "host"))
        var domain: String?

        @Option(help: ArgumentHelp("A user pool, whose discovery document names the endpoint.", valueName: "id"))
        var userPool: String?

        @Option(help: ArgumentHelp("An issuer, whose discovery document names the endpoint.", valueName: "url"))
        var issuer: String?

        @Option(
            help: ArgumentHelp(
                "The region of --domain's prefix. Without it: AWS_REGION, AWS_DEFAULT_REGION.", valueName: "region"))
        var region: String?

        func validate() throws {
            guard [tokenUrl, domain, userPool, issuer].count(where: { $0 != nil }) == 1 else {
                throw ValidationError("Give one of --token-url, --domain, --user-pool and --issuer.")
            }
            guard region == nil || domain != nil else { throw ValidationError("--region goes with --domain.") }
        }

        func endpoint(_ environment: [String: String]) throws(Problem) -> TokenEndpoint {
            if let tokenUrl { return try TokenEndpoint(tokenURL: tokenUrl) }
            if let userPool { return try TokenEndpoint(userPool: userPool) }
            if let issuer { return try TokenEndpoint(issuer: issuer) }
            let domain = domain ?? ""
            let known = environment.setting("AWS_REGION") ?? environment.setting("AWS_DEFAULT_REGION")
            return try TokenEndpoint(domain: domain, region: region ?? (domain.contains(".") ? nil : known))
        }
    }

    /// Who asks, and where its secret is.
    struct Caller: ParsableArguments {
        @Option(help: ArgumentHelp("The app client's id.", valueName: "id"))
        var clientId: String

        @Option(help: ArgumentHelp("A file that holds the secret alone.", valueName: "file"))
        var secretFile: String?

        @Option(
            help: ArgumentHelp(
                "The variable that holds the secret. Without any of these: \(SecretSource.defaultVariable).",
                valueName: "name"))
        var secretEnv: String?

        @Flag(help: "Read the secret from standard input; from a terminal it is not shown.")
        var secretStdin = false

        /// Understood only to say why not, and to keep the parser from repeating it.
        @Option(name: [.customLong("secret"), .customLong("client-secret")], help: .hidden)
        var secret: String?

        private static let idLimitInBytes = 256

        func validate() throws {
            guard secret == nil else {
                throw ValidationError(
                    "A secret is never an argument: everybody on this machine can see those, and shells keep them. Give "
                        + "it by --secret-file, --secret-env or --secret-stdin, and change this one, which was seen.")
            }
            guard [secretFile != nil, secretEnv != nil, secretStdin].count(where: \.self) <= 1 else {
                throw ValidationError("Give one of --secret-file, --secret-env and --secret-stdin.")
            }
            guard !clientId.isEmpty, clientId.utf8.count <= Self.idLimitInBytes, ClientCredentials.isText(clientId.utf8)
            else { throw ValidationError("--client-id is not a client's id.") }
        }

        func credentials(
            _ environment: [String: String], warn: (String) -> Void
        ) throws(Problem) -> ClientCredentials {
            let secret = try source(environment).secret(environment: environment, warn: warn)
            return ClientCredentials(id: clientId, secret: secret)
        }

        private func source(_ environment: [String: String]) throws(Problem) -> SecretSource {
            if let secretFile { return .file(secretFile) }
            if let secretEnv { return .variable(secretEnv) }
            if secretStdin { return .standardInput }
            guard environment[SecretSource.defaultVariable] != nil else {
                throw Problem(
                    "there is no secret, and \(SecretSource.defaultVariable) is not set",
                    remedy: "give it by --secret-file, --secret-env or --secret-stdin", status: .usage)
            }
            return .variable(SecretSource.defaultVariable)
        }
    }
}

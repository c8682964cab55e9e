package import APIGateway
package import Authorization
package import JOSE
package import StrictJSON

/// `authorizer.json`, read and found to be right. Nothing of it is looked up again at run time.
package struct Configuration: Sendable {
    /// Where it was read from.
    package let path: String
    package let issuers: [IssuerConfiguration]
    package let routes: RouteTable
    package let policyScope: PolicyScope
    package let unauthenticated: Unauthenticated
    package let httpAPIResponse: HTTPAPIResponse
    /// The claims that are copied into the answer's `context`.
    package let context: [ExactString]
    package var keys: KeyFetching
    package let metrics: Metrics

    /// What an answer's policy depends on, and so under what API Gateway may cache it.
    package enum PolicyScope: Sendable {
        case token(TokenPolicies)
        case request
    }

    /// What a caller who is not known is told: 401 by an error, or 403 by a policy.
    package enum Unauthenticated: String, CaseIterable, Sendable { case unauthorized, deny }

    /// How an HTTP API's authorizer of payload format 2.0 answers (`enableSimpleResponses`).
    package enum HTTPAPIResponse: String, CaseIterable, Sendable { case simple, policy }

    package enum Metrics: String, CaseIterable, Sendable { case none, emf }
}

/// One entry of `issuers`.
package struct IssuerConfiguration: Sendable {
    package let policy: IssuerPolicy
    package let keyLocation: KeyLocation
    package let usageKey: UsageKeyStrategy
}

/// Where the keys of an issuer are.
package struct KeyLocation: Hashable, Sendable {
    package enum Address: Hashable, Sendable {
        case jwksURL(String)
        /// `<issuer>/.well-known/openid-configuration` names it (OpenID Connect Discovery §4).
        case discovery(issuer: String)
    }

    /// `nil` where the keys are in a file alone.
    package let address: Address?
    /// The only source, or a snapshot for the start.
    package let file: String?

    package init(address: Address?, file: String?) {
        self.address = address
        self.file = file
    }
}

/// A few roots for the hosts of one domain: OpenSSL takes 17 ms to read all that a system has, and less than one for
/// these. A server that cannot prove its name by them is asked again by the system's.
package struct FirstRoots: Equatable, Sendable {
    /// In PEM.
    package let file: String
    /// The hosts end with it; with a dot before.
    package let domain: String

    package init(file: String, domain: String) {
        self.file = file
        self.domain = domain
    }

    /// Those of Amazon beside the program, under which the key sets of Cognito's user pools are; `nil` where there is no
    /// such file.
    package static var ofAmazon: FirstRoots? {
        guard let folder = System.programFolder, System.isReadable("\(folder)/amazon-roots.pem") else { return nil }
        return FirstRoots(file: "\(folder)/amazon-roots.pem", domain: ".amazonaws.com")
    }
}

/// The member `keys`: how sets are fetched and how long they live.
package struct KeyFetching: Sendable {
    package var maxAgeSeconds: Int64 = 3_600
    package var staleIfErrorSeconds: Int64 = 86_400
    package var cooldownSeconds: Int64 = 30
    package var timeoutMilliseconds: Int64 = 1_500
    package var maxBytes: Int64 = 262_144
    package var caFile: String?
    /// Roots that are believed before those of the system, where no `caFile` is said.
    package var firstRoots: FirstRoots?

    /// As the contract has it where nothing is said.
    package init() {}

    package static let maxAgeRange: ClosedRange<Int64> = 1...86_400
    package static let staleIfErrorRange: ClosedRange<Int64> = 0...604_800
    package static let cooldownRange: ClosedRange<Int64> = 1...3_600
    /// An HTTP API waits ten seconds for its authorizer.
    package static let timeoutRange: ClosedRange<Int64> = 10...10_000
    package static let maxBytesRange: ClosedRange<Int64> = 1_024...1_048_576
}

extension Configuration {
    /// The most that a configuration, or a map of usage keys, may be: 4 MiB. Ten thousand keys, API Gateway's
    /// limit for an account, take less than one.
    package static let limitInBytes = 4 << 20

    /// Reads and checks a configuration, and the files it names but for the keys.
    ///
    /// - Parameters:
    ///   - path: Files are named relative to its folder.
    ///   - environment: What `${NAME}` is replaced from.
    /// - Throws: ``ConfigurationError`` for the first fault, in the order of the contract's table.
    package init(
        path: String, environment: @escaping (String) -> String?
    ) throws(ConfigurationError) {
        let bytes = try Self.read(path)
        try self.init(parsing: bytes, path: path, environment: environment)
    }

    package init(
        parsing bytes: [UInt8], path: String, environment: @escaping (String) -> String?
    ) throws(ConfigurationError) {
        let root = try ConfigurationLoader.root(parsing: bytes, file: path, environment: environment)
        let object = try root.object(allowing: [
            "issuers", "routes", "policy", "unauthenticated", "httpAPIResponse", "context", "keys", "metrics",
        ])
        self.path = path
        issuers = try ConfigurationLoader.issuers(object)
        routes = try ConfigurationLoader.routes(object, issuers: issuers)
        unauthenticated = try object.optional("unauthenticated")?.choice(Unauthenticated.self) ?? .unauthorized
        httpAPIResponse = try object.optional("httpAPIResponse")?.choice(HTTPAPIResponse.self) ?? .simple
        policyScope = try ConfigurationLoader.policyScope(
            object, routes, issuers: issuers, answeringHTTPAPIs: httpAPIResponse)
        context = try ConfigurationLoader.context(object)
        keys = try ConfigurationLoader.keys(object)
        metrics = try object.optional("metrics")?.choice(Metrics.self) ?? .none
    }

    /// The API key that meters the caller; `nil` where the caller is not metered.
    func usageKey(for caller: Caller) throws(UsageKeyFault) -> UsageKey? {
        try usageKeyStrategy(for: caller).key(for: caller, hashing: OpenSSLHashing())
    }

    func usageKeyStrategy(for caller: Caller) -> UsageKeyStrategy {
        issuers.first { $0.policy.name == caller.issuerName }?.usageKey ?? .none
    }

    static func read(_ path: String) throws(ConfigurationError) -> [UInt8] {
        do throws(FileError) {
            return try System.readFile(path, limitInBytes: limitInBytes)
        } catch {
            throw ConfigurationError(file: path, member: "", fault: .unreadable(error))
        }
    }
}

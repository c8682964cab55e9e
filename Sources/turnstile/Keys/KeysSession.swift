import AWSClient
import Authorization
import AuthorizerService
import Foundation
import JOSE
import OpenSSLSignatures
import StrictJSON
import UsageKeys

/// The pool, the plans and the rules of one run, and how AWS is asked.
struct KeysSession {
    let pool: CognitoUserPool
    let isPruning: Bool
    let keys: APIGatewayKeys
    let region: String
    /// The names of the plans that are looked at, by their ids.
    private(set) var planNames: [String: String] = [:]
    /// Where the strategies are from; `nil` where the default is taken.
    let configurationPath: String?

    private let clients: UserPoolClients
    private let issuers: [MeteredIssuer]
    private let rules: PlanRules
    private let rivals: PlanRivals

    /// Reads the configuration and finds the plans.
    init(_ options: KeysOptions) async throws {
        guard let pool = CognitoUserPool(id: options.userPool) else {
            throw Problem(
                "\(options.userPool) is not the id of a user pool", remedy: "give one as eu-west-1_AbCdEf123",
                status: .usage)
        }
        let rules = try options.rules()
        let configuration = try await Self.configuration(options)
        self.pool = pool
        isPruning = options.prune
        configurationPath = configuration?.path
        issuers = try Self.issuers(of: pool, in: configuration, named: options.issuer)
        let gateway = try Self.gateway(options, pool)
        region = gateway.region
        keys = APIGatewayKeys(gateway, pause: Self.pause)
        clients = UserPoolClients(try Self.userPools(options, pool, gateway), pool: pool.id)
        let plans: [UsagePlan]
        do throws(AWSError) { plans = try keys.plans() } catch { throw Problem(error.what, remedy: error.remedy) }
        self.rules = try rules.mapPlans { (name) throws(Problem) in
            try Self.plan(named: name, among: plans).id
        }
        rivals = PlanRivals(named: self.rules.plans, among: plans)
        for plan in plans where rivals.all.contains(plan.id) { planNames[plan.id] = plan.name }
    }

    /// What is to be done, as of now.
    func plan() throws(Problem) -> KeyPlan {
        let progress = Progress()
        defer { progress.end() }
        do throws(AWSError) {
            var clients = try clients.all { progress.show("reading app clients", $0, of: $1) }
            let all = try keys.keys { progress.show("reading API keys: \($0)") }
            let missing = KeyPlan.owners(ofKeys: all, in: ExactString(pool.id), beside: clients, isPruning: isPruning)
            clients += try self.clients.clients(unlisted: missing) { progress.show("asking who is gone", $0, of: $1) }
            var attachments: [String: Set<String>] = [:]
            for plan in rivals.all.sorted() { attachments[plan] = try keys.keys(inPlan: plan) }
            let assignment = KeyAssignment(of: clients, under: issuers, plans: rules, hashing: OpenSSLHashing())
            return KeyPlan(
                pool: ExactString(pool.id), assignment: assignment,
                inventory: KeyInventory(keys: all, attachments: attachments, rivals: rivals), isPruning: isPruning)
        } catch {
            throw problem(error)
        }
    }

    func problem(_ error: AWSError) -> Problem {
        guard case .notFound(let action, _) = error, action.hasSuffix("UserPoolClients") else {
            return Problem(error.what, remedy: error.remedy)
        }
        return Problem(
            "there is no user pool \(pool.id) for these credentials",
            remedy: "check its id, and that the credentials are of its account")
    }

    // MARK: The configuration

    private static func configuration(_ options: KeysOptions) async throws -> Configuration? {
        let environment = Console.environment
        let isSaid = options.config != nil || environment["AUTHORIZER_CONFIG"] != nil
        guard isSaid || FileManager.default.fileExists(atPath: ConfigurationOptions.configurationName) else {
            guard options.issuer == nil else {
                throw Problem("--issuer names an issuer of a configuration", remedy: "give one with --config")
            }
            return nil
        }
        let surroundings = try Surroundings(
            configuration: Surroundings.configuration(options.config, environment), env: options.env,
            environmentFile: options.environmentFile)
        let configuration = try await surroundings.servingKeys { environment in
            do throws(ConfigurationError) {
                return try surroundings.loadConfiguration(environment: environment)
            } catch {
                throw Problem(error.description)
            }
        }
        do throws(OpenSSLError) { try OpenSSL.initialise() } catch { throw Problem(error.description) }
        return configuration
    }

    private static func issuers(
        of pool: CognitoUserPool, in configuration: Configuration?, named name: String?
    ) throws(Problem) -> [MeteredIssuer] {
        guard let configuration else {
            let policy = IssuerPolicy(
                name: "machines", issuer: ExactString(pool.issuer), audiences: .any, tokenUse: .access)
            return [MeteredIssuer(policy: policy, usageKey: .automatic)]
        }
        let all = configuration.issuers
        let fitting = all.filter { issuer in
            name.map { issuer.policy.name == ExactString($0) } ?? (issuer.policy.issuer == ExactString(pool.issuer))
        }
        guard !fitting.isEmpty else {
            let names = all.map(\.policy.name.description).joined(separator: ", ")
            throw Problem(
                name.map { "\(configuration.path) has no issuer \($0)" }
                    ?? "\(configuration.path) has no issuer for user pool \(pool.id)",
                remedy: "its issuers are \(names)")
        }
        guard fitting.allSatisfy({ $0.policy.issuer == ExactString(pool.issuer) }) else {
            let words = fitting.map { "\($0.policy.name) takes tokens of \($0.policy.issuer)" }.joined(separator: "; ")
            throw Problem(
                "\(words), not of user pool \(pool.id)", remedy: "give its pool, or the name of the pool's own issuer")
        }
        guard fitting.contains(where: { $0.usageKey.canBeKept }) else {
            let words = fitting.map { "\($0.policy.name): \($0.usageKey.reasonAgainst)" }.joined(separator: "; ")
            throw Problem(
                "there are no keys to keep (\(words))", remedy: "choose another usageKey in \(configuration.path)")
        }
        return fitting.map { MeteredIssuer(policy: $0.policy, usageKey: $0.usageKey) }
    }

    // MARK: AWS

    private static func gateway(_ options: KeysOptions, _ pool: CognitoUserPool) throws(Problem) -> AWSClient {
        do throws(AWSError) {
            return try AWSClient(awsOptions(options, region: options.region), surroundings: .system)
        } catch {
            guard case .noRegion = error else { throw Problem(error.what, remedy: error.remedy) }
        }
        return try client(awsOptions(options, region: pool.region))
    }

    /// A pool is in the region that its id begins with, wherever the API is.
    private static func userPools(
        _ options: KeysOptions, _ pool: CognitoUserPool, _ gateway: AWSClient
    ) throws(Problem) -> AWSClient {
        gateway.region == pool.region ? gateway : try client(awsOptions(options, region: pool.region))
    }

    private static func client(_ options: AWSOptions) throws(Problem) -> AWSClient {
        do throws(AWSError) {
            return try AWSClient(options, surroundings: .system)
        } catch {
            throw Problem(error.what, remedy: error.remedy)
        }
    }

    private static func awsOptions(_ options: KeysOptions, region: String?) -> AWSOptions {
        var aws = AWSOptions(
            profile: options.profile, region: region, userAgent: "turnstile/\(Turnstile.version)")
        if let calls = options.callsPerSecond.map(Int64.init) {
            let rate = AWSPacing.Rate(callsPerSecond: calls, burst: calls)
            aws.pacing = AWSPacing(rates: Dictionary(uniqueKeysWithValues: AWSPacing.Quota.allCases.map { ($0, rate) }))
        }
        return aws
    }

    /// Up to half a second, and twice as long after each attempt, up to eight seconds; half of it at the least, and the
    /// rest by chance, so that two that met do not meet again.
    private static func pause(after attempt: Int) {
        let longest: Int64 = 500 << Int64(min(attempt - 1, 4))
        System.sleep(milliseconds: Int64.random(in: longest / 2...longest))
    }

    private static func plan(
        named name: String, among plans: [UsagePlan]
    ) throws(Problem) -> UsagePlan {
        if let plan = plans.first(where: { $0.id == name }) { return plan }
        let namesakes = plans.filter { $0.name == name }
        guard namesakes.count < 2 else {
            throw Problem(
                "\(namesakes.count) usage plans are called \(name)",
                remedy: "give an id: \(namesakes.map(\.id).joined(separator: ", "))")
        }
        guard let plan = namesakes.first else {
            let known = plans.prefix(10).map { "\($0.id) (\($0.name))" }.joined(separator: ", ")
            throw Problem(
                "there is no usage plan \(name)",
                remedy: plans.isEmpty ? "make one first" : "there are: \(known)\(plans.count > 10 ? " and others" : "")"
            )
        }
        return plan
    }
}

extension CognitoUserPool {
    /// The part of the id before its underscore.
    var region: String { id.split(separator: "_").first.map(String.init) ?? id }
}

extension UsageKeyStrategy {
    /// Whether it can be said without a token which keys there should be.
    fileprivate var canBeKept: Bool {
        switch self {
        case .automatic, .clientID, .hmac, .map, .fixed: true
        case .claim, .none: false
        }
    }

    fileprivate var reasonAgainst: String {
        if case .claim(let name) = self { "the key is in claim \(name) of the token" } else { "nobody is metered" }
    }
}

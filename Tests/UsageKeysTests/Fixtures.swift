import Authorization
import AuthorizerService
import JOSE
import StrictJSON
import Testing
import UsageKeys

enum Fixtures {
    static let pool: ExactString = "eu-west-1_AbCdEf123"
    static let issuer: ExactString = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123"

    /// A client id of Cognito's length.
    static func id(_ number: Int) -> ExactString {
        let digits = String(number)
        return ExactString(String(repeating: "c", count: 26 - digits.count) + digits)
    }

    static func client(_ number: Int, _ name: String? = nil, isMachine: Bool = true) -> AppClient {
        AppClient(id: id(number), name: name ?? "client \(number)", isMachine: isMachine)
    }

    static func entry(
        _ strategy: UsageKeyStrategy = .automatic, name: ExactString = "machines", clients: Set<ExactString>? = nil,
        tokenUse: IssuerPolicy.TokenUse = .access
    ) -> MeteredIssuer {
        MeteredIssuer(
            policy: IssuerPolicy(name: name, issuer: issuer, audiences: .any, clients: clients, tokenUse: tokenUse),
            usageKey: strategy)
    }

    static func rules(_ pairs: [(String, String?)] = [], otherwise: String? = "gold") -> PlanRules {
        PlanRules(
            rules: pairs.map { pair in
                PlanRules.Rule(pattern: NamePattern(pair.0), target: pair.1.map { .plan($0) } ?? .noPlan)
            }, otherwise: otherwise.map { .plan($0) })
    }

    static func assignment(
        _ clients: [AppClient], _ issuers: [MeteredIssuer] = [entry()], _ plans: PlanRules = rules()
    ) -> KeyAssignment {
        KeyAssignment(of: clients, under: issuers, plans: plans, hashing: OpenSSLHashing())
    }

    static func plan(
        _ assignment: KeyAssignment, _ inventory: KeyInventory, isPruning: Bool = false
    ) -> KeyPlan {
        KeyPlan(pool: pool, assignment: assignment, inventory: inventory, isPruning: isPruning)
    }

    /// Plans gold, silver and special are for one stage, elsewhere for another; gold and silver are named by rules.
    static func inventory(_ keys: [APIKey], _ attachments: [String: Set<String>]) -> KeyInventory {
        let plans = [("gold", "prod"), ("silver", "prod"), ("special", "prod"), ("elsewhere", "other")]
            .map { UsagePlan(id: $0.0, name: $0.0, stages: [$0.1]) }
        return KeyInventory(
            keys: keys, attachments: attachments, rivals: PlanRivals(named: ["gold", "silver"], among: plans))
    }

    /// A key as this tool makes it.
    static func key(
        _ number: Int, id: String? = nil, value: ExactString? = nil, name: String? = nil, isEnabled: Bool = true,
        description: String = KeyDescription.made, pool: ExactString = pool
    ) -> APIKey {
        let tags = KeyMark(pool: pool, owner: .client(Self.id(number))).tags
        return APIKey(
            id: id ?? "k\(number)", value: value ?? Self.id(number), name: name ?? "client \(number)",
            isEnabled: isEnabled, description: description,
            tags: Dictionary(uniqueKeysWithValues: tags.map { ($0.name, $0.value) }))
    }

    static func foreignKey(_ number: Int, isEnabled: Bool = true) -> APIKey {
        APIKey(
            id: "f\(number)", value: id(number), name: "by hand", isEnabled: isEnabled, description: "", tags: [:])
    }

    static func usageKey(_ text: String) throws -> UsageKey { try UsageKey(ExactString(text)) }
}

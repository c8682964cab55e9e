import APIGateway
import Authorization
import AuthorizerService
import Dispatch
import JOSE
import StrictJSON

/// What the authorizer makes of one event, and why.
struct Evaluation: Sendable {
    let decision: String
    /// The stable code; `nil` of an Allow.
    var reason: String?
    /// The reason for a person.
    var explanation: String?
    /// The form of the event; `nil` where it is none.
    var shape: String?
    var issuer: String?
    var client: String?
    var keyID: String?
    var route: String?
    var usageKey: String?
    /// What the token says of itself, unproven, where that helps.
    var claimed: String?
    /// What the configuration does not ask for, and so is passed by everyone. Known only of a verified token.
    var unasked: Set<Check> = []
    /// What the log would say besides.
    var warnings: [String] = []

    var status: ExitStatus {
        switch decision {
        case "allow": .success
        case "deny": .deny
        case "reject": .reject
        default: .failure
        }
    }
}

extension Evaluation {
    /// Judges an event by the product's own parts. Keys are fetched where they are needed.
    ///
    /// - Parameters:
    ///   - event: The text of the event.
    ///   - configuration: What to judge by.
    ///   - instant: `nil` for the present one.
    /// - Throws: ``KeyFileError`` where a key file of the configuration is unusable.
    init(of event: [UInt8], by configuration: Configuration, at instant: Instant?) throws(KeyFileError) {
        var clock = Clock.system
        if let instant { clock.wallNanoseconds = { instant.nanosecondsSinceEpoch } }
        var judge = Judge(configuration, clock: clock, spread: 0)
        try judge.loadKeyFiles()
        let request = try? AuthorizerRequest(parsing: event)
        // Once for what there is to say about keys, and then, with the keys at hand, for the whole answer.
        if let request { _ = judge.judge(request, deadlineInMilliseconds: nil) }
        let records = judge.takeRecords()
        var function = AuthorizerFunction(configuration, judge: judge, log: Log(), clock: clock)
        let (_, judgement) = function.answer(event, deadlineInMilliseconds: nil)
        self.init(judgement)
        shape = request?.shape.rawValue
        warnings = records.filter { $0.level >= .warn }.map(Self.text)
        unasked = configuration.unasked(of: judgement, isMetered: request?.shape.isREST ?? false)
        if judgement.reason == "unknown_issuer", let request { claimed = Self.claimedIssuer(request, configuration) }
    }

    private init(_ judgement: Judgement) {
        decision = judgement.decision
        reason = judgement.reason
        explanation = judgement.explanation
        issuer = judgement.caller?.issuerName.description
        client = judgement.caller?.clientID?.description
        keyID = judgement.keyID?.description
        route = judgement.route?.description
        if case .allow(let grant) = judgement.verdict { usageKey = grant.usageKey?.value.description }
        if judgement.reason == "unknown_key" { claimed = "its kid is \(keyID ?? "missing")" }
    }

    /// `iss` is not the token: it names who is said to have made it.
    private static func claimedIssuer(_ request: AuthorizerRequest, _ configuration: Configuration) -> String? {
        guard case .success(let credential) = request.credentials,
            let token = try? UnverifiedToken(parsing: credential)
        else { return nil }
        let configured = configuration.issuers.map { $0.policy.issuer.description }
        return
            "its iss is \(token.issuer?.description ?? "missing"); configured are \(configured.unique.joined(separator: ", "))"
    }

    private static func text(_ record: LogRecord) -> String {
        record.members.map { member in
            switch member.value {
            case .string(let value): "\(member.name) \(value.description)"
            case .integer(let value): "\(member.name) \(value)"
            }
        }.joined(separator: ", ")
    }

    /// The same on a thread of its own: a fetch blocks, and the server of the keys may have to run meanwhile.
    static func evaluate(
        _ event: [UInt8], by configuration: Configuration, at instant: Instant?
    ) async -> Result<Evaluation, KeyFileError> {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    returning: Result { () throws(KeyFileError) in
                        try Evaluation(of: event, by: configuration, at: instant)
                    })
            }
        }
    }
}

extension Configuration {
    fileprivate func unasked(of judgement: Judgement, isMetered: Bool) -> Set<Check> {
        guard let issuer = issuers.first(where: { $0.policy.name == judgement.caller?.issuerName }) else { return [] }
        var unasked: Set<Check> = []
        func note(_ check: Check, isAsked: Bool) { if !isAsked { unasked.insert(check) } }
        let policy = issuer.policy
        if case .any = policy.audiences { note(.audience, isAsked: false) }
        note(.client, isAsked: policy.clients != nil)
        note(.use, isAsked: policy.tokenUse != nil)
        note(.type, isAsked: policy.type != nil)
        note(.lifetime, isAsked: policy.maxLifetimeInSeconds != nil)
        note(.requiredClaims, isAsked: !policy.requiredClaims.isEmpty)
        if case .none = issuer.usageKey { note(.usageKey, isAsked: false) }
        note(.usageKey, isAsked: isMetered)
        guard let rule = routes.routes.first(where: { $0.key == judgement.route })?.rule else { return unasked }
        note(.routeIssuer, isAsked: rule.issuers != nil)
        note(.routeClient, isAsked: rule.clients != nil)
        note(.scope, isAsked: rule.anyScope != nil || rule.allScopes != nil)
        note(.group, isAsked: rule.anyGroup != nil)
        return unasked
    }
}

extension [String] {
    /// Each once, in the order in which they first stand.
    fileprivate var unique: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}

import APIGateway
import Foundation
@testable import Authorization
import StrictJSON
import TestSupport

/// The rule that compiled policies are held to, and what was seen while they were.
final class Exactness {
    private(set) var verdicts = 0
    private(set) var tables = 0
    private(set) var refused = 0
    /// Requests that no route takes and a policy allows: nothing is promised of them.
    private(set) var beyond = 0

    /// A compiler that is broken on purpose: by what it takes for the table, or in what it makes of it.
    struct Break: Sendable {
        var table: @Sendable ([RandomTable.Entry]) -> [RandomTable.Entry] = { $0 }
        var policy: @Sendable (CompiledPolicy) -> CompiledPolicy = { $0 }
    }

    /// A policy that says another thing than the table.
    struct Wrong: Error {
        let request: RandomTable.Request
        let isAllowed: Bool
        let policy: CompiledPolicy
    }

    struct Unreasoned: Error { let refusal: PolicyCompilerError }

    /// How many verdicts a run gives; `TURNSTILE_VERDICTS` asks for another number.
    static let verdictCount = number("TURNSTILE_VERDICTS") ?? 200_000
    /// `TURNSTILE_SEED` asks for other cases.
    static let seed = UInt64(number("TURNSTILE_SEED") ?? 20_260_101)
    /// Whether more is wanted than what every run has time for.
    static var isThorough: Bool { verdictCount > 200_000 }

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    private let flaw: Break?

    init(breaking flaw: Break? = nil) { self.flaw = flaw }

    func holds(_ random: RandomTable) throws -> Bool {
        tables += 1
        let table = try random.table()
        guard let compiler = try compiler(for: random, table) else { return true }
        let caller = try caller(
            issuer: random.issuer, scopes: random.scopes, groups: random.issuer == "staff" ? ["operators"] : [])
        var policy = compiler.policy(for: table.permittedRoutes(for: caller))
        if let flaw { policy = flaw.policy(policy) }
        let prefix =
            tables.isMultiple(of: 2) ? apiARN : "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/$default/"
        let answer = try AuthorizerResponse(
            PolicyDocument(policy, on: try MethodARN(parsing: ExactString(prefix + "GET/"))), for: .restRequest,
            principal: PrincipalID(of: caller),
            context: AuthorizerContext(), usageKey: nil)
        let evaluator = try IAMEvaluator(answer: answer.bytes)
        for request in random.requests {
            verdicts += 1
            let isAllowed = evaluator.allows(prefix + request.description)
            let isRight = isRight(isAllowed, random.meaning(of: request)) {
                random.entries[$0].rule.refusal(of: caller, on: .default) == nil
            }
            if !isRight { throw Wrong(request: request, isAllowed: isAllowed, policy: policy) }
        }
        return true
    }

    /// `nil` where the table is refused.
    private func compiler(for random: RandomTable, _ table: RouteTable) throws -> PolicyCompiler? {
        guard let flaw else {
            do { return try PolicyCompiler(table) } catch {
                refused += 1
                if case .policyTooLong = error { return nil }
                guard Self.isReasoned(error, random) else { throw Unreasoned(refusal: error) }
                return nil
            }
        }
        var mistaken = random
        mistaken.entries = flaw.table(random.entries)
        return try? PolicyCompiler(try mistaken.table())
    }

    private func isRight(_ isAllowed: Bool, _ meaning: RandomTable.Meaning, _ isPermitted: (Int) -> Bool) -> Bool {
        switch meaning {
        case .settled(let route?): return isAllowed == isPermitted(route)
        case .settled(nil):
            if isAllowed { beyond += 1 }
            return true
        case .unsettled(let routes):
            return !isAllowed || routes.allSatisfy { $0.map(isPermitted) ?? true }
        }
    }

    /// A refusal names a request that resolves to the refused route and that the permitted one's template, with
    /// stars for its parameters, takes too; and another that resolves to the route that a denial would harm.
    private static func isReasoned(_ error: PolicyCompilerError, _ random: RandomTable) -> Bool {
        guard case .notExact(let permitted, let refused, let request, let harmed, let example) = error else {
            return false
        }
        guard route(of: request, in: random) == refused.description,
            route(of: example, in: random) == harmed.description
        else { return false }
        guard let entry = random.entries.first(where: { $0.key == permitted.description }) else { return false }
        guard entry.method != "$default" else { return true }
        let pattern = entry.segments.reduce("") { $0 + "/" + ($1.hasPrefix("{") ? "*" : $1) }
        return IAMEvaluator.matches(pattern, String(request.drop { $0 != "/" }))
    }

    private static func route(of request: String, in random: RandomTable) -> String? {
        let parts = request.split(separator: " ")
        let path = parts[1].split(separator: "/").map { String($0) }
        return random.route(for: RandomTable.Request(verb: String(parts[0]), path: path)).map { random.entries[$0].key }
    }
}

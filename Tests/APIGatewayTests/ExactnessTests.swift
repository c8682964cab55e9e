import APIGateway
@testable import Authorization
import StrictJSON
import Synchronization
import TestSupport
import Testing

@Suite("A compiled policy says what the route table says")
struct ExactnessTests {
    static let seed: UInt64 = 20_260_101

    /// Verdicts given, and tables met and refused.
    private final class Tally: Sendable {
        let verdicts = Atomic(0)
        let tables = Atomic(0)
        let refused = Atomic(0)
        let beyond = Atomic(0)
    }

    struct Wrong: Error { let request: RandomTable.Request, isAllowed: Bool, policy: CompiledPolicy }

    @Test
    func `for every request that resolves to a route, the policy allows it if and only if its rule is met`() throws {
        let tally = Tally()

        try check(
            seed: Self.seed, count: 600, generate: { RandomTable.random(using: &$0) }, shrink: { $0.smaller },
            property: { try Self.holds($0, tally) { $0 } })

        let (tables, refused) = (tally.tables.load(ordering: .relaxed), tally.refused.load(ordering: .relaxed))
        print(
            "exactness: \(tally.verdicts.load(ordering: .relaxed)) verdicts, \(refused) of \(tables) random tables "
                + "refused, \(tally.beyond.load(ordering: .relaxed)) requests beyond every route allowed")
        #expect(tally.verdicts.load(ordering: .relaxed) >= 20_000)
        #expect(refused * 100 < tables * 45)
    }

    struct Mutation: CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (CompiledPolicy) -> CompiledPolicy
    }

    static let mutations = [
        Mutation(testDescription: "no statement denies") { policy in
            var policy = policy
            policy.deny = []
            return policy
        },
        Mutation(testDescription: "the first denial is forgotten") { policy in
            var policy = policy
            policy.deny = Array(policy.deny.dropFirst())
            return policy
        },
        Mutation(testDescription: "empty segments are not denied") { policy in
            var policy = policy
            policy.deny.removeAll { $0 == "*//*" }
            return policy
        },
        Mutation(testDescription: "a slash at the end is not denied") { policy in
            var policy = policy
            policy.deny.removeAll { $0.description.hasSuffix("/") }
            return policy
        },
        Mutation(testDescription: "a star takes nothing too") { policy in
            var policy = policy
            policy.allow = policy.allow.map { ExactString($0.description.replacingText("?*", by: "*")) }
            return policy
        },
        Mutation(testDescription: "two stars are one") { policy in
            var policy = policy
            policy.allow = policy.allow.map { ExactString($0.description.replacingText("?*/?*", by: "?*")) }
            return policy
        },
        Mutation(testDescription: "every verb is a star") { policy in
            var policy = policy
            policy.allow = policy.allow.map { text in
                ExactString("*" + text.description.drop { $0 != "/" })
            }
            return policy
        },
        Mutation(testDescription: "a verb's denial is for every verb") { policy in
            var policy = policy
            policy.deny = policy.deny.map { text in
                ExactString("*" + text.description.drop { $0 != "/" })
            }
            return policy
        },
        Mutation(testDescription: "the last allowance is forgotten") { policy in
            var policy = policy
            policy.allow = Array(policy.allow.dropLast())
            return policy
        },
    ]

    @Test(arguments: mutations)
    func `a compiler that is broken is caught`(_ mutation: Mutation) {
        let caught = #expect(throws: Counterexample.self) {
            try check(
                seed: Self.seed, count: 600, generate: { RandomTable.random(using: &$0) },
                property: { try Self.holds($0, Tally(), mutation.change) })
        }

        // By its verdict: any other error would say nothing of the mutation.
        #expect(caught?.breach.contains("Wrong(") == true)
    }

    private static func holds(
        _ random: RandomTable, _ tally: Tally, _ change: (CompiledPolicy) -> CompiledPolicy
    ) throws -> Bool {
        let table = try RouteTable(random.entries.map { (try RouteKey(parsing: ExactString($0.key)), $0.rule) })
        tally.tables.add(1, ordering: .relaxed)
        let compiler: PolicyCompiler
        do { compiler = try PolicyCompiler(table) } catch {
            tally.refused.add(1, ordering: .relaxed)
            return try isReasoned(error, random)
        }
        let caller = try caller(issuer: random.issuer, scopes: random.scopes)
        let policy = change(compiler.policy(for: table.permittedRoutes(for: caller)))
        let document = PolicyDocument(policy, on: try arn("GET/"))
        let allow = document.allow.map { $0.description }
        let deny = document.deny.map { $0.description }
        for request in random.requests {
            tally.verdicts.add(1, ordering: .relaxed)
            let isAllowed = IAMEvaluator.allows(apiARN + request.description, allow: allow, deny: deny)
            let readings = Self.readings(of: request).map { reading in
                random.route(for: reading).map { random.entries[$0].rule.refusal(of: caller, on: .default) == nil }
            }
            let isRegular = !request.path.contains("")
            if isRegular, readings == [nil], isAllowed { tally.beyond.add(1, ordering: .relaxed) }
            let isRight =
                isRegular ? readings[0].map { $0 == isAllowed } ?? true : !isAllowed || !readings.contains(false)
            if !isRight { throw Wrong(request: request, isAllowed: isAllowed, policy: policy) }
        }
        return true
    }

    /// The paths for which API Gateway may take a request: one with empty segments for that without them, and for
    /// that with one in their place (where a greedy route takes the empty segment).
    private static func readings(of request: RandomTable.Request) -> [RandomTable.Request] {
        guard request.path.contains("") else { return [request] }
        var without = request
        without.path.removeAll { $0.isEmpty }
        var filled = request
        filled.path = filled.path.map { $0.isEmpty ? "~" : $0 }
        return [without, filled]
    }

    /// A refusal names a request that resolves to the refused route and that the permitted one's template, with
    /// stars for its parameters, takes too.
    private static func isReasoned(_ error: PolicyCompilerError, _ random: RandomTable) throws -> Bool {
        guard case .notExact(let permitted, let refused, let request) = error else { return false }
        let parts = request.split(separator: " ")
        let path = parts[1].split(separator: "/").map { String($0) }
        let resolved = random.route(for: RandomTable.Request(verb: String(parts[0]), path: path))
        guard let resolved, random.entries[resolved].key == refused.description else { return false }
        guard let template = permitted.template else { return true }
        let pattern =
            template.text.utf8.isEmpty
            ? ""
            : template.segments.reduce("") { pattern, segment in
                switch segment {
                case .literal(let text): pattern + "/" + text.description
                case .parameter, .greedy: pattern + "/*"
                }
            }
        return IAMEvaluator.matches(Array(pattern.utf8), Array(parts[1].utf8))
    }
}

extension String {
    /// `replacing(_:with:)` of Foundation, for a text that does not overlap itself.
    fileprivate func replacingText(_ old: String, by new: String) -> String {
        var result = ""
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(old) {
                result += new
                rest = rest.dropFirst(old.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }
}

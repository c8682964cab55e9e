import APIGateway
@testable import Authorization
import StrictJSON
import TestSupport
import Testing

@Suite("A compiler that is broken is caught by its verdicts")
struct BrokenCompilerTests {
    struct Mutation: CustomTestStringConvertible {
        let testDescription: String
        let flaw: Exactness.Break

        /// In what it makes of the table.
        init(_ testDescription: String, policy: @escaping @Sendable (inout CompiledPolicy) -> Void) {
            self.testDescription = testDescription
            flaw = Exactness.Break(policy: {
                var broken = $0
                policy(&broken)
                return broken
            })
        }

        /// In how it understands the table.
        init(_ testDescription: String, table: @escaping @Sendable ([RandomTable.Entry]) -> [RandomTable.Entry]) {
            self.testDescription = testDescription
            flaw = Exactness.Break(table: table)
        }

        init(
            _ testDescription: String, entry: @escaping @Sendable (inout RandomTable.Entry) -> Void
        ) {
            self.init(
                testDescription,
                table: { entries in
                    var entries = entries
                    for index in entries.indices { entry(&entries[index]) }
                    return entries
                })
        }
    }

    static let mutations = [
        Mutation("no statement denies") { policy in policy.deny = [] },
        Mutation("the first denial is forgotten") { policy in policy.deny = Array(policy.deny.dropFirst()) },
        Mutation("empty segments are not denied") { policy in policy.deny.removeAll { $0 == "*//*" } },
        Mutation("a slash at the end is not denied") { policy in
            policy.deny.removeAll { $0.description.hasSuffix("/") }
        },
        Mutation("a star takes nothing too") { policy in
            policy.allow = policy.allow.map { $0.replacing("?*", by: "*") }
        },
        Mutation("two stars are one") { policy in policy.allow = policy.allow.map { $0.replacing("?*/?*", by: "?*") } },
        Mutation("every verb is a star") { policy in policy.allow = policy.allow.map(\.withStarForVerb) },
        Mutation("a verb's denial is for every verb") { policy in policy.deny = policy.deny.map(\.withStarForVerb) },
        Mutation("the last allowance is forgotten") { policy in policy.allow = Array(policy.allow.dropLast()) },
        Mutation("a denial takes one character more") { policy in
            policy.deny = policy.deny.map { $0.replacing("*/", by: "?*/") }
        },
        Mutation("an allowance takes what begins with it") { policy in
            policy.allow = policy.allow.map { ExactString($0.description + "*") }
        },
        Mutation("a denial takes what begins with it") { policy in
            policy.deny = policy.deny.map { ExactString($0.description + "*") }
        },
        Mutation("the root is forgotten") { policy in policy.allow.removeAll { $0.description.hasSuffix("/") } },
        Mutation("three letters are GET alone") { policy in
            policy.allow = policy.allow.map { $0.replacing("???/", by: "GET/") }
        },
        Mutation("all rules are taken for one", entry: { $0.rule = RouteRule() }),
        Mutation("rules are taken to ask for no issuer", entry: { $0.rule.issuers = nil }),
        Mutation(
            "all scopes are taken for any scope",
            entry: { entry in
                entry.rule.anyScope = entry.rule.anyScope ?? entry.rule.allScopes
                entry.rule.allScopes = nil
            }),
        Mutation(
            "a greedy segment is taken for one",
            entry: { entry in
                if entry.segments.last == "{p+}" { entry.segments[entry.segments.count - 1] = "{x}" }
            }),
        Mutation(
            "a parameter at the end is taken for a greedy one",
            entry: { entry in
                if entry.segments.last == "{x}" { entry.segments[entry.segments.count - 1] = "{p+}" }
            }),
        Mutation(
            "a parameter is taken for a word",
            entry: { entry in
                entry.segments = entry.segments.map { $0 == "{x}" ? "x" : $0 }
            }),
        Mutation("ANY is taken for GET", entry: { if $0.method == "ANY" { $0.method = "GET" } }),
        Mutation("PUT is taken for POST", entry: { if $0.method == "PUT" { $0.method = "POST" } }),
        Mutation(
            "a route is taken for another",
            table: { entries in
                var entries = entries
                entries[entries.count - 1].segments.append("c")
                return entries
            }),
    ]

    @Test(arguments: mutations)
    func `a compiler that is broken is caught by a wrong verdict`(_ mutation: Mutation) {
        let seen = Exactness(breaking: mutation.flaw)
        let caught = #expect(throws: Counterexample.self) {
            try check(
                seed: 20_260_101, count: 2_000, generate: { RandomTable.hostile(requests: 100, using: &$0) },
                property: seen.holds)
        }

        // By its verdict: any other error would say nothing of the mutation.
        #expect(caught?.breach.contains("Wrong(") == true, "\(caught?.breach ?? "")")
    }

    @Test
    func `a compiler that is not broken is not caught`() throws {
        let seen = Exactness(breaking: Exactness.Break())
        try check(
            seed: 20_260_101, count: 200, generate: { RandomTable.hostile(requests: 100, using: &$0) },
            property: seen.holds)
    }
}

extension ExactString {
    fileprivate var withStarForVerb: ExactString { ExactString("*" + description.drop { $0 != "/" }) }

    /// `replacing(_:with:)` of Foundation, for a text that does not overlap itself.
    fileprivate func replacing(_ old: String, by new: String) -> ExactString {
        var result = ""
        var rest = description[...]
        while !rest.isEmpty {
            if rest.hasPrefix(old) {
                result += new
                rest = rest.dropFirst(old.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return ExactString(result)
    }
}

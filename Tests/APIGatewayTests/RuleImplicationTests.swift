@testable import APIGateway
import Authorization
import StrictJSON
import Testing

@Suite("Whether some caller meets these rules and not that one")
struct RuleImplicationTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let permitted: [RouteRule]
        let refused: RouteRule
        let isPossible: Bool
    }

    static let vectors = [
        Vector(testDescription: "nothing is asked", permitted: [RouteRule()], refused: RouteRule(), isPossible: false),
        Vector(
            testDescription: "a scope beside none", permitted: [RouteRule()], refused: RouteRule(anyScope: ["r"]),
            isPossible: true),
        Vector(
            testDescription: "the same scope", permitted: [RouteRule(anyScope: ["r"])],
            refused: RouteRule(anyScope: ["r"]), isPossible: false),
        Vector(
            testDescription: "one of more", permitted: [RouteRule(anyScope: ["r"])],
            refused: RouteRule(anyScope: ["r", "w"]), isPossible: false),
        Vector(
            testDescription: "one of fewer", permitted: [RouteRule(anyScope: ["r", "w"])],
            refused: RouteRule(anyScope: ["r"]), isPossible: true),
        Vector(
            testDescription: "all gives any", permitted: [RouteRule(allScopes: ["r", "w"])],
            refused: RouteRule(anyScope: ["w"]), isPossible: false),
        Vector(
            testDescription: "any does not give all", permitted: [RouteRule(anyScope: ["r", "w"])],
            refused: RouteRule(allScopes: ["r", "w"]), isPossible: true),
        Vector(
            testDescription: "one alone gives all of one", permitted: [RouteRule(anyScope: ["r"])],
            refused: RouteRule(allScopes: ["r"]), isPossible: false),
        Vector(
            testDescription: "two rules together", permitted: [RouteRule(anyScope: ["r"]), RouteRule(anyScope: ["w"])],
            refused: RouteRule(allScopes: ["r", "w"]), isPossible: false),
        Vector(
            testDescription: "an issuer among more", permitted: [RouteRule(issuers: ["a"])],
            refused: RouteRule(issuers: ["a", "b"]), isPossible: false),
        Vector(
            testDescription: "an issuer among fewer", permitted: [RouteRule(issuers: ["a", "b"])],
            refused: RouteRule(issuers: ["a"]), isPossible: true),
        Vector(
            testDescription: "any issuer", permitted: [RouteRule()], refused: RouteRule(issuers: ["a"]),
            isPossible: true),
        Vector(
            testDescription: "no issuer in common",
            permitted: [RouteRule(issuers: ["a"]), RouteRule(issuers: ["b"])], refused: RouteRule(anyScope: ["r"]),
            isPossible: false),
        Vector(
            testDescription: "clients in common",
            permitted: [RouteRule(clients: ["a", "b"]), RouteRule(clients: ["b", "c"])],
            refused: RouteRule(clients: ["b"]), isPossible: false),
        Vector(
            testDescription: "no client in common",
            permitted: [RouteRule(clients: ["a"]), RouteRule(clients: ["b"])], refused: RouteRule(clients: ["c"]),
            isPossible: false),
        Vector(
            testDescription: "another client", permitted: [RouteRule(clients: ["a", "b"])],
            refused: RouteRule(clients: ["b"]), isPossible: true),
        Vector(
            testDescription: "a group beside none", permitted: [RouteRule(anyScope: ["r"])],
            refused: RouteRule(anyGroup: ["g"]), isPossible: true),
        Vector(
            testDescription: "the same group", permitted: [RouteRule(anyGroup: ["g"])],
            refused: RouteRule(anyGroup: ["g", "h"]), isPossible: false),
        Vector(
            testDescription: "a rule that nobody meets", permitted: [RouteRule(anyScope: [])],
            refused: RouteRule(anyScope: ["r"]), isPossible: false),
        Vector(
            testDescription: "a refused rule that nobody meets", permitted: [RouteRule(anyScope: ["r"])],
            refused: RouteRule(anyScope: []), isPossible: true),
    ]

    @Test
    func `what no caller of the configured issuers can be is not looked for`() throws {
        let table = try table(["GET /a": "r"])
        let one = KnownCallers([("machines", nil)], in: table)
        let two = KnownCallers([("machines", ["a"]), ("staff", ["b"])], in: table)
        func canRefuse(_ permitted: RouteRule, _ refused: RouteRule, _ callers: KnownCallers) -> Bool {
            RuleImplication(permitted: [permitted], callers: callers).canRefuse(refused)
        }

        #expect(!canRefuse(RouteRule(), RouteRule(issuers: ["machines"]), one))
        #expect(canRefuse(RouteRule(), RouteRule(issuers: ["machines"]), two))
        #expect(!canRefuse(RouteRule(clients: ["a"]), RouteRule(issuers: ["machines"]), two))
        #expect(!canRefuse(RouteRule(issuers: ["staff"]), RouteRule(clients: ["b"]), two))
        #expect(canRefuse(RouteRule(issuers: ["staff"]), RouteRule(clients: ["a"]), two))
        #expect(!canRefuse(RouteRule(clients: ["c"]), RouteRule(anyScope: ["r"]), two))
        #expect(canRefuse(RouteRule(clients: ["a"]), RouteRule(anyScope: ["r"]), two))
    }

    @Test
    func `clients that the same rules name are looked at once, others each`() throws {
        let many = (0..<2_000).map { ExactString("client-\($0)") }
        let table = try RouteTable([
            (try RouteKey(parsing: "GET /a"), RouteRule(clients: many)),
            (try RouteKey(parsing: "GET /b"), RouteRule(clients: [many[7]])),
        ])
        func canRefuse(_ permitted: Int, _ refused: Int, _ callers: KnownCallers) -> Bool {
            RuleImplication(permitted: [table.rules[permitted]], callers: callers).canRefuse(table.rules[refused])
        }
        let all = KnownCallers([("machines", Set(many))], in: table)
        let any = KnownCallers([("machines", nil)], in: table)
        let one = KnownCallers([("machines", [many[7]])], in: table)

        #expect(all.count == 2)
        #expect(any.count == 3)
        for callers in [all, any] {
            #expect(canRefuse(0, 1, callers))
            #expect(!canRefuse(1, 0, callers))
        }
        #expect(!canRefuse(0, 1, one))
    }

    @Test(arguments: vectors)
    func `monotone conditions are compared by their least callers`(_ vector: Vector) {
        #expect(RuleImplication(permitted: vector.permitted).canRefuse(vector.refused) == vector.isPossible)
    }
}

@testable import AuthorizerService
import JOSE
import Testing

@Suite("What is done before the first event")
struct WarmUpTests {
    @Test func `every example verifies`() throws { try WarmUp.verifyExamples(of: Set(Algorithm.allCases)) }

    @Test func `the event is refused for its issuer, and for nothing before it, so that it asks for no key`() throws {
        let configuration = try Configuration(
            parsing: Array(
                #"""
                {"issuers": [{"name": "partner", "issuer": "https://issuer.example/", "audiences": "any",
                              "jwksURL": "https://issuer.example/keys"}],
                 "routes": {"GET /": {}}}
                """#.utf8),
            path: "authorizer.json", environment: { _ in nil })
        let clock = Clock(wallNanoseconds: { 1_900_000_000_000_000_000 }, uptime: { Uptime(nanoseconds: 1) })
        var function = AuthorizerFunction(
            configuration, judge: Judge(configuration, clock: clock, spread: 0), log: Log(), clock: clock)
        let (_, judgement) = function.answer(WarmUp.event, deadlineInMilliseconds: nil)
        #expect(judgement.reason == "unknown_issuer")
    }
}

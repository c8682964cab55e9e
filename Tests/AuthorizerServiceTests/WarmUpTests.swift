@testable import AuthorizerService
@testable import JOSE
import Testing

@Suite("What is done before the first event")
struct WarmUpTests {
    @Test(arguments: StandardExample.all)
    func `every example verifies`(example: StandardExample) throws { try WarmUp.verify(example) }

    @Test func `an example whose signature is another's does not`() throws {
        for (example, other) in zip(StandardExample.all, StandardExample.all.dropFirst()) {
            let swapped = StandardExample(
                name: example.name, algorithm: example.algorithm, key: example.key, token: other.token)
            #expect(throws: StartError.self) { try WarmUp.verify(swapped) }
        }
    }

    static let chosen: [(algorithms: Set<Algorithm>, example: Algorithm)] = [
        ([.rs256], .rs256), ([.es256], .es256), ([.edDSA], .edDSA), ([.es256, .rs256, .edDSA], .rs256),
        ([.edDSA, .es256], .es256), ([.ps512], .rs256), ([], .rs256),
    ]

    @Test(arguments: chosen)
    func `the example is of an algorithm in use, if there is one`(algorithms: Set<Algorithm>, example: Algorithm) {
        #expect(WarmUp.example(for: algorithms)?.algorithm == example)
    }

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

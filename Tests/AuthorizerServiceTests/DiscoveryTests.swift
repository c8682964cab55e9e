@testable import AuthorizerService
import Testing

@Suite("OpenID Connect Discovery §4")
struct DiscoveryTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        var issuer = "https://issuer.example"
        let document: String
        var refusal: String?
    }

    static let vectors = [
        Vector(
            testDescription: "https",
            document: #"{"issuer":"https://issuer.example","jwks_uri":"https://keys.example/k"}"#),
        Vector(
            testDescription: "an issuer on this machine", issuer: "http://127.0.0.1:9",
            document: #"{"issuer":"http://127.0.0.1:9","jwks_uri":"http://127.0.0.1:9/k"}"#),
        Vector(
            testDescription: "http to this machine's own ports",
            document: #"{"issuer":"https://issuer.example","jwks_uri":"http://127.0.0.1:9001/k"}"#,
            refusal: "the jwks_uri of the discovery document is not an https URL"),
        Vector(
            testDescription: "a file",
            document: #"{"issuer":"https://issuer.example","jwks_uri":"file:///etc/passwd"}"#,
            refusal: "the jwks_uri of the discovery document is not an https URL"),
        Vector(
            testDescription: "another issuer",
            document: #"{"issuer":"https://issuer.example/","jwks_uri":"https://keys.example/k"}"#,
            refusal: "the discovery document names another issuer"),
        Vector(
            testDescription: "no address", document: #"{"issuer":"https://issuer.example","jwks_uri":null}"#,
            refusal: "the discovery document has no jwks_uri"),
        Vector(testDescription: "no object", document: "[]", refusal: "the discovery document is not a JSON object"),
    ]

    @Test(arguments: vectors)
    func `threat 77: a discovery document names its own issuer and an address that is as safe`(_ vector: Vector) {
        do throws(KeyFetchError) {
            _ = try KeyFetcher.address(inDocument: Array(vector.document.utf8), of: vector.issuer)
            #expect(vector.refusal == nil)
        } catch {
            #expect(error.description == vector.refusal)
            #expect(error.code == "discovery_failed")
        }
    }
}

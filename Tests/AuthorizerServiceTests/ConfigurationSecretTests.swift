import AuthorizerService
import Testing

@Suite("Secrets of a configuration")
struct ConfigurationSecretTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        /// Members of the one issuer, in which `HIDDEN` is what nobody may see.
        let members: String
        let member: String
    }

    static let vectors = [
        Vector(
            testDescription: "a password in a URL", members: #""jwksURL": "https://user:HIDDEN@issuer.example/""#,
            member: "issuers[0].jwksURL"),
        Vector(
            testDescription: "a password in a URL that is wrong before that",
            members: #""jwksURL": "HTTPS://user:HIDDEN@issuer.example/""#, member: "issuers[0].jwksURL"),
        Vector(
            testDescription: "a key in place of the object", members: #""jwksFile": "k", "usageKey": "HIDDEN""#,
            member: "issuers[0].usageKey"),
        Vector(
            testDescription: "a key of the wrong form",
            members: #""jwksFile": "k", "usageKey": {"from": "fixed", "value": "HIDDEN"}"#,
            member: "issuers[0].usageKey.value"),
        Vector(
            testDescription: "a secret of another type",
            members: #""jwksFile": "k", "usageKey": {"from": "hmac", "secret": ["HIDDEN"]}"#,
            member: "issuers[0].usageKey.secret"),
        Vector(
            testDescription: "a key in place of the word",
            members: #""jwksFile": "k", "usageKey": {"from": "HIDDEN-0123456789-abcdef"}"#,
            member: "issuers[0].usageKey.from"),
    ]

    @Test(arguments: vectors)
    func `threat 82: an error of the configuration names the member and quotes no secret`(_ vector: Vector) {
        let text = #"""
            {"issuers": [{"name": "i", "issuer": "https://issuer.example", "audiences": "any", \#(vector.members)}],
             "routes": {"GET /": {}}}
            """#

        let error = #expect(throws: ConfigurationError.self) {
            try Configuration(parsing: Array(text.utf8), path: "authorizer.json") { _ in nil }
        }

        #expect(error?.member == vector.member)
        #expect(error?.description.contains("HIDDEN") == false)
    }

    @Test
    func `threat 82: a file that is but a string is not quoted, since another one was meant`() {
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration(parsing: Array(#""HIDDEN""#.utf8), path: "authorizer.json") { _ in nil }
        }

        #expect(error?.description.contains("HIDDEN") == false)
    }

    @Test
    func `a word that is too short for a key is quoted, so that a slip of the pen is seen`() {
        let text = #"""
            {"issuers": [{"name": "i", "issuer": "https://issuer.example", "audiences": "any", "jwksFile": "k",
             "usageKey": {"from": "clientId"}}], "routes": {"GET /": {}}}
            """#

        let error = #expect(throws: ConfigurationError.self) {
            try Configuration(parsing: Array(text.utf8), path: "authorizer.json") { _ in nil }
        }

        #expect(error?.description.contains(#"found "clientId""#) == true)
    }
}

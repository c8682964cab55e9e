import Authorization
import JOSE
import OpenSSLSignatures
import StrictJSON
import TestSupport
import Testing

@Suite("Callers")
struct CallerTests {
    @Test
    func `a caller is what a verified token says`() throws {
        let policy = IssuerPolicy(name: "machines", issuer: ExactString(TestToken.issuer), audiences: .any)
        let token = TestToken(claims: ["cognito:groups": #"["operators"]"#, "tenant": #""t1""#])
        let unverified = try UnverifiedToken(parsing: token.bytes[...])
        let members = token.key.material.publicMembers.map { #""\#($0)":"\#($1)""# }.joined(separator: ",")
        let keys = try KeySet(
            parsing: Array(#"{"keys":[{"kid":"\#(TestToken.keyID)",\#(members)}]}"#.utf8), using: OpenSSLVerifier())
        let verified = try TokenVerifier(signatures: OpenSSLVerifier()).verify(
            unverified, under: try #require(keys.keys.first),
            of: try TrustedIssuers([policy]).issuer(for: unverified), at: TestToken.now)

        let caller = Caller(verified)

        #expect(caller.issuerName == "machines")
        #expect(caller.issuer == ExactString(TestToken.issuer))
        #expect(caller.subject == "client-1")
        #expect(caller.clientID == "client-1")
        #expect(caller.scopes == ["orders/read", "orders/write"])
        #expect(caller.groups == ["operators"])
        #expect(caller.isMachine)
        #expect(caller.claim(named: "tenant")?.exactString == "t1")
        #expect(caller.claim(named: "absent") == nil)
    }
}

import AWSClient
import Testing

@Suite("Credentials as text")
struct CredentialsTextTests {
    @Test func `credentials show their key id and no secret`() {
        let credentials = AWSCredentials(accessKeyID: "AKIAEXAMPLE", secretAccessKey: "s3cret", sessionToken: "t0ken")
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped] {
            #expect(text.contains("AKIAEXAMPLE"))
            #expect(!text.contains("s3cret") && !text.contains("t0ken"))
        }
    }
}

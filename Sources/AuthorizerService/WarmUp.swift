import JOSE
import OpenSSLSignatures
import StrictJSON

/// What is done once before the first event, so that no caller pays for it: Lambda gives the start a full processor.
/// Every algorithm in use verifies the example of its standard, which also shows that it can; and one event goes the whole
/// way from its text to an answer.
enum WarmUp {
    /// - Throws: ``StartError/selfTest(_:)`` where an example is not found to be what its standard says.
    static func verifyExamples(of algorithms: Set<Algorithm>) throws(StartError) {
        for example in StandardExample.all where algorithms.contains(example.algorithm) {
            do throws(TokenError) {
                try verify(example)
            } catch {
                throw .selfTest(example.name)
            }
        }
    }

    private static func verify(_ example: StandardExample) throws(TokenError) {
        let signatures = OpenSSLVerifier()
        let jws = try CompactJWS(parsing: Array(example.token.utf8)[...])
        let set: KeySet<PublicKey>
        do throws(KeySetError) {
            set = try KeySet(parsing: Array("{\"keys\":[\(example.key)]}".utf8), using: signatures)
        } catch {
            throw .cryptographyFailed
        }
        guard let key = set.keys.first else { throw .cryptographyFailed }
        try TokenVerifier(signatures: signatures).verifySignature(of: jws, under: key)
    }

    /// An event whose token is nobody's: it is read, refused, and asks for no key.
    static let event = Array(
        """
        {"type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:warmup0000/prod/GET/","resource":"/",\
        "path":"/","httpMethod":"GET","headers":{"Authorization":"Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6Indhcm0tdXAifQ.\
        eyJpc3MiOiJodHRwczovL3dhcm0tdXAuaW52YWxpZC8ifQ.AAAA"},"requestContext":{"apiId":"warmup0000","stage":"prod",\
        "httpMethod":"GET","resourcePath":"/"}}
        """.utf8)
}

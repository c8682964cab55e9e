import JOSE
import OpenSSLSignatures
import StrictJSON

/// What is done once before the first event, so that no caller pays for it: Lambda gives the start a full processor.
/// An example of the standards is verified, which also shows that it can be; and one event goes the whole way from its text
/// to an answer.
enum WarmUp {
    /// One of an algorithm in use, or where there is none the first: what libcrypto does once costs the first signature some
    /// 120 µs, whichever it is, and the first of another algorithm 20 µs, which is less than verifying an example of it.
    static func example(for algorithms: Set<Algorithm>) -> StandardExample? {
        StandardExample.all.first { algorithms.contains($0.algorithm) } ?? StandardExample.all.first
    }

    /// - Throws: ``StartError/selfTest(_:)`` where the example is not found to be what its standard says.
    static func verify(_ example: StandardExample) throws(StartError) {
        do throws(TokenError) {
            try verifySignature(of: example)
        } catch {
            throw .selfTest(example.name)
        }
    }

    private static func verifySignature(of example: StandardExample) throws(TokenError) {
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

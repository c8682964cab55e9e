import AuthorizerService
import HTTPTransport
import OpenSSLSignatures
import TestSupport
import Testing

@Suite("A few roots that are believed before the system's")
struct FirstRootsTests {
    /// A certificate that proves the name, and the roots that lead to it; one that leads nowhere else.
    private let certificates: TestCertificates
    private var root: String { certificates.root }
    private var stranger: String { certificates.path(of: "self-signed") }

    init() throws { certificates = try TestCertificates.shared.get() }

    /// Asks `localhost` once.
    ///
    /// - Returns: The outcome, and how many requests came.
    private func fetch(
        first: FirstRoots?, system: String, caFile: String? = nil, _ tls: ScriptedServer.TLS
    ) throws -> (outcome: String, requests: Int) {
        let server = try ScriptedServer([.keys("k1")], tls: tls)
        var keys = KeyFetching()
        keys.firstRoots = first
        keys.caFile = caFile
        let fetcher = KeyFetcher(keys, signatures: OpenSSLVerifier(), system: TrustAnchors(file: system))
        let outcome: String
        do {
            _ = try fetcher.fetch(
                .jwksURL("https://localhost:\(server.port)/keys"), entityTag: nil, timeoutInMilliseconds: 20_000,
                uptime: { SourceBench.at(0) })
            outcome = "fetched"
        } catch {
            outcome = error.code
        }
        return (outcome, try server.requests().count)
    }

    @Test func `the few are enough where they lead to the certificate, whatever the system has`() throws {
        let found = try fetch(
            first: FirstRoots(file: root, domain: "localhost"), system: stranger, certificates.valid)
        #expect(found == ("fetched", 1))
    }

    @Test(arguments: [true, false])
    func `the system's are asked where the few do not lead to it, or cannot be read`(_ isThere: Bool) throws {
        let few = isThere ? stranger : "/nowhere/amazon-roots.pem"
        let found = try fetch(first: FirstRoots(file: few, domain: "localhost"), system: root, certificates.valid)
        #expect(found == ("fetched", 1))
    }

    @Test func `threat 74: who can prove its name by neither is not asked for keys`() throws {
        for tls in [certificates.wrongName, certificates.expired, certificates.selfSigned] {
            let found = try fetch(first: FirstRoots(file: root, domain: "localhost"), system: root, tls)
            #expect(found == ("tls_peer_not_verified", 0))
        }
    }

    @Test func `they are for the hosts of their domain`() throws {
        let found = try fetch(
            first: FirstRoots(file: root, domain: ".amazonaws.com"), system: stranger, certificates.valid)
        #expect(found == ("tls_peer_not_verified", 0))
    }

    @Test func `a caFile is believed alone`() throws {
        let found = try fetch(
            first: FirstRoots(file: root, domain: "localhost"), system: root, caFile: stranger, certificates.valid)
        #expect(found == ("tls_peer_not_verified", 0))
    }

    @Test(arguments: [
        ("https://cognito-idp.eu-west-1.amazonaws.com/p", true), ("https://amazonaws.com/", false),
        ("https://cognito-idp.eu-west-1.amazonaws.com.evil.example/p", false), ("https://evilamazonaws.com/", false),
        ("https://a.AMAZONAWS.COM/", false),
    ])
    func `a host is of a domain letter for letter, dot and all`(_ url: String, _ isOfDomain: Bool) throws {
        #expect(try HTTPURL(parsing: url).isOfDomain(".amazonaws.com") == isOfDomain)
    }
}

import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import turnstile

private func credentials(_ id: String, _ secret: String) throws -> ClientCredentials {
    ClientCredentials(id: id, secret: try ClientSecret(Array(secret.utf8), from: "a test"))
}

@Suite("RFC 6749 appendix B and §2.3.1: what is sent")
struct TokenRequestTests {
    @Test(arguments: [
        ("", ""), ("abc-XYZ_0.9~", "abc-XYZ_0.9~"), ("a b", "a+b"), ("+", "%2B"), ("&=%", "%26%3D%25"),
        // The example of appendix B.
        (" %&+£€", "+%25%26%2B%C2%A3%E2%82%AC"),
        (
            "https://api.example.com/prod/external/api.readwrite",
            "https%3A%2F%2Fapi.example.com%2Fprod%2Fexternal%2Fapi.readwrite"
        ),
        ("\u{1}", "%01"),
    ])
    func `a form holds UTF-8, percent-encoded`(_ text: String, _ encoded: String) {
        #expect(FormEncoding.encode(text) == encoded)
    }

    @Test(arguments: [
        // RFC 6749 §2.3.1 and §4.4.2.
        ("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw", "czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"),
        ("s6BhdRkqt3", "gX1fBat3bV", "czZCaGRSa3F0MzpnWDFmQmF0M2JW"),
        // "a%3Ab" and "c%2Bd%20e", encoded each before they are joined: the colon of an id is not the one between.
        ("a:b", "c+d e", "YSUzQWI6YyUyQmQlMjBl"),
    ])
    func `id and secret are form-encoded, joined and in base64`(_ id: String, _ secret: String, _ basic: String) throws
    {
        #expect(try credentials(id, secret).basicAuthorization == "Basic \(basic)")
    }

    @Test func `nothing that describes credentials or a token tells them`() throws {
        let client = try credentials("abc", "hush-hush")
        var said = "\(client) \(try ClientSecret(Array("hush-hush".utf8), from: "a test"))"
        dump(client, to: &said)
        let token = AccessToken(text: "to-ken", scope: nil, obtainedAt: 0, expiresAt: 1)
        said += "\(token)"
        dump(token, to: &said)
        #expect(!said.contains("hush"))
        #expect(!said.contains("to-ken"))
    }

    @Test(arguments: ["", "\n", "a\nb", "a\tb", "é", "\u{0}", String(repeating: "x", count: 1_025)])
    func `what cannot be a secret is refused, and not repeated`(_ text: String) throws {
        let problem = #expect(throws: Problem.self) { try ClientSecret(Array(text.utf8), from: "a test") }
        #expect(problem.map { text.count < 2 || !$0.description.contains(text) } == true)
    }

    @Test(arguments: ["a", "a\n", "a\r\n"])
    func `one line's end is not of the secret`(_ text: String) throws {
        #expect(try ClientSecret(Array(text.utf8), from: "a test").description == "[secret]")
        #expect(try credentials("id", text).secretBytes == [UInt8(ascii: "a")])
    }
}

@Suite("RFC 6749 §3.3 scope")
struct TokenScopeTests {
    @Test(arguments: [
        ([], ""), (["a"], "a"), (["b", "a"], "b a"), (["a b", "c"], "a b c"), (["a", "a"], "a"),
        (["https://api.example.com/x.read"], "https://api.example.com/x.read"),
    ])
    func `scopes are sent in the order in which they were given, each once`(_ texts: [String], _ text: String) throws {
        #expect(try TokenScope(texts).text == text)
    }

    @Test(arguments: ["", " ", "a  b", " a", "a ", "a\"b", "a\\b", "a\tb", "a\nb", "é"])
    func `what no scope can be is refused`(_ text: String) {
        #expect(throws: Problem.self) { try TokenScope([text]) }
    }

    @Test(arguments: [("a b", "a b"), (" b  a ", "b a"), ("", ""), (" ", ""), ("a\tb", nil), ("a\"b", nil), ("é", nil)])
    func `a server's scope is divided at spaces, however many`(_ text: String, _ scope: String?) {
        #expect(TokenScope(granted: text)?.text == scope)
    }

    @Test(
        arguments: [
            (["a", "b"], "b a", nil), ([], "a", nil), ([], nil, nil),
            (["a", "b"], "a", "the server granted other scopes than were asked for: a"),
            (["a"], "a b", "the server granted other scopes than were asked for: a b"),
            (["a"], "", "the server granted other scopes than were asked for: none"),
            (["a"], nil, "the server does not say in a readable way which scopes it granted"),
        ] as [([String], String?, String?)])
    func `other scopes than were asked for are a difference`(
        _ asked: [String], _ granted: String?, _ difference: String?
    ) throws {
        #expect(try TokenScope(asked).difference(from: granted) == difference)
    }
}

@Suite("Where tokens are asked for")
struct TokenEndpointTests {
    @Test(arguments: [
        ("example", "eu-west-1", "https://example.auth.eu-west-1.amazoncognito.com/oauth2/token"),
        ("example", "us-gov-west-1", "https://example.auth-fips.us-gov-west-1.amazoncognito.com/oauth2/token"),
        ("auth.example.com", nil, "https://auth.example.com/oauth2/token"),
    ])
    func `a domain is a host, or a prefix in a region`(_ domain: String, _ region: String?, _ url: String) throws {
        #expect(try TokenEndpoint(domain: domain, region: region).identity == "url \(url)")
    }

    @Test(
        arguments: [
            ("example", nil), ("Example", "eu-west-1"), ("a_b", "eu-west-1"), ("", "eu-west-1"), ("a/b", "eu-west-1"),
            ("example", "europe"), ("example", "eu-west-1.evil.example/"), ("example", "cn-north-1"),
            ("auth.example.com", "eu-west-1"), ("https://auth.example.com", nil), ("auth.example.com/x?", nil),
            ("user@auth.example.com", nil), ("auth.example.com#", nil),
        ] as [(String, String?)])
    func `anything else is no domain`(_ domain: String, _ region: String?) {
        #expect(throws: Problem.self) { try TokenEndpoint(domain: domain, region: region) }
    }

    @Test(arguments: [
        ("eu-west-1_AbC", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC"),
        ("cn-north-1_AbC", "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbC"),
    ])
    func `a user pool is asked at its issuer`(_ id: String, _ issuer: String) throws {
        #expect(try TokenEndpoint(userPool: id) == .discovered(issuer: issuer))
    }

    @Test(arguments: [
        ("https://a.example", "https://a.example/.well-known/openid-configuration"),
        ("https://a.example/", "https://a.example/.well-known/openid-configuration"),
        ("https://a.example/b/", "https://a.example/b/.well-known/openid-configuration"),
        ("https://[::1]:8443/b", "https://[::1]:8443/b/.well-known/openid-configuration"),
    ])
    func `OpenID Connect Discovery §4.1: the document lies under the issuer`(_ issuer: String, _ url: String) throws {
        #expect(try TokenEndpoint(issuer: issuer) == .discovered(issuer: issuer))
        #expect(TokenEndpoint.discoveryAddress(of: issuer) == url)
    }

    /// The document's path would become a part of the query.
    @Test func `an issuer has no query, and leaves room for the document's path`() {
        for issuer in [
            "https://a.example/?b=c", "https://a.example?", "https://a.example/" + String(repeating: "a", count: 2_020),
        ] {
            #expect(throws: Problem.self) { try TokenEndpoint(issuer: issuer) }
        }
    }

    @Test(arguments: ["http://example.com/token", "ftp://example.com", "example.com", "https://u:p@example.com", ""])
    func `threat 74: an address that does not vouch for its answer gets no secret`(_ url: String) {
        #expect(throws: Problem.self) { try TokenEndpoint(tokenURL: url) }
        #expect(throws: Problem.self) { try TokenEndpoint(issuer: url) }
    }

    private static let issuer = "https://login.example.com/"

    @Test(
        arguments: [
            ("", .notADocument), ("[]", .notADocument), ("{}", .otherIssuer),
            (#"{"issuer":"https://login.example.com"}"#, .otherIssuer), (#"{"issuer":"\#(issuer)"}"#, .noAddress),
            (#"{"issuer":"\#(issuer)","token_endpoint":1}"#, .noAddress),
            (#"{"issuer":"\#(issuer)","token_endpoint":"http://login.example.com/token"}"#, .insecureAddress),
            (#"{"issuer":"\#(issuer)","token_endpoint":"http://127.0.0.1/token"}"#, .insecureAddress),
            (#"{"issuer":"\#(issuer)","issuer":"\#(issuer)","token_endpoint":"https://e.example"}"#, .notADocument),
        ] as [(String, TokenFault.Discovery)])
    func `threat 77: a discovery document must be the issuer's own, and name an https address`(
        _ document: String, _ fault: TokenFault.Discovery
    ) {
        #expect(throws: TokenFault.discovery(fault)) {
            try TokenClient.address(inDocument: Array(document.utf8), of: Self.issuer)
        }
    }

    @Test func `a right one names the endpoint`() throws {
        let document = #"{"issuer":"\#(Self.issuer)","token_endpoint":"https://e.example/token"}"#
        let url = try TokenClient.address(inDocument: Array(document.utf8), of: Self.issuer)
        #expect(TokenEndpoint.url(url).identity == "url https://e.example/token")
    }
}

@Suite("How long a token is handed out")
struct AccessTokenTests {
    @Test(arguments: [
        Vector("when it was obtained", lifetime: 3_600, age: 0, isUsable: true),
        Vector("one second before the last minute", lifetime: 3_600, age: 3_539, isUsable: true),
        Vector("in its last minute", lifetime: 3_600, age: 3_540),
        Vector("a short life's last tenth, one second before", lifetime: 100, age: 89, isUsable: true),
        Vector("a short life's last tenth", lifetime: 100, age: 90),
        Vector("a life of one second", lifetime: 1, age: 0, isUsable: true),
        Vector("at its end", lifetime: 1, age: 1),
        Vector("after the clock was set back", lifetime: 3_600, age: -1),
        Vector("long after", lifetime: 3_600, age: 1 << 40),
        Vector("where its end is not known", lifetime: nil, age: 0),
    ])
    func `a token is handed out until shortly before its end`(_ vector: Vector) {
        let obtainedAt: Int64 = 1_000_000
        let token = AccessToken(
            text: "t", scope: nil, obtainedAt: obtainedAt, expiresAt: vector.lifetime.map { obtainedAt + $0 })
        #expect(token.isUsable(at: obtainedAt + vector.age) == vector.isUsable)
    }

    struct Vector: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let lifetime: Int64?
        let age: Int64
        let isUsable: Bool

        init(_ testDescription: String, lifetime: Int64?, age: Int64, isUsable: Bool = false) {
            self.testDescription = testDescription
            self.lifetime = lifetime
            self.age = age
            self.isUsable = isUsable
        }
    }

    @Test(arguments: [
        ("a", true), ("aZ0-._~+/==", true), ("", false), ("=", false), ("a=b", false), ("a b", false),
        ("a\n", false), ("a\r\nX: y", false), ("é", false), ("a\"", false),
    ])
    func `RFC 6750 §2.1: a bearer token is one word of certain characters`(_ text: String, _ isToken: Bool) {
        #expect(AccessToken.isBearerToken(Array(text.utf8)[...]) == isToken)
    }

    private static let entry =
        #"{"version":1,"proof":"00","access_token":"t","scope":null,"obtained_at":10,"expires_at":20}"#

    @Test func `a cached token is read as it was written`() throws {
        let entry = try #require(TokenCache.Entry(parsing: Array(Self.entry.utf8)))
        #expect(entry.json(expiresAt: 20) == Array(Self.entry.utf8))
    }

    @Test(arguments: [
        ("1,", "2,"), (#""t""#, #""t\n""#), (#""t""#, "null"), ("null", "1"), ("10", "20"),
        ("20", "-9223372036854775808"),
        ("20", "99999999999"), ("}", ""), (#""proof":"00","#, ""), (#""00""#, #""00","proof":"01""#),
    ])
    func `a cached token that differs from how it is written is not read`(_ part: String, _ other: String) throws {
        let range = try #require(Self.entry.range(of: part))
        let text = Self.entry.replacingCharacters(in: range, with: other)
        #expect(TokenCache.Entry(parsing: Array(text.utf8)) == nil)
    }

    @Test(
        arguments: [
            (["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/turnstile"), (["HOME": "/h"], "/h/.cache/turnstile"),
            (["XDG_CACHE_HOME": "x", "HOME": "/h"], "/h/.cache/turnstile"), (["XDG_CACHE_HOME": "", "HOME": ""], nil),
            ([:], nil),
        ] as [([String: String], String?)])
    func `the cache is where the XDG specification has it`(_ environment: [String: String], _ path: String?) {
        #expect(TokenCacheFolder.path(environment) == path)
    }
}

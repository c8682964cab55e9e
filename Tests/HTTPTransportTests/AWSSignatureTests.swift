import Foundation
import HTTPTransport
import TestSupport
import Testing

/// One request, made of random parts that hurt.
struct SignedCase {
    var method: ServiceRequest.Method
    var segments: [String]
    var parameters: [(name: String, value: String)]
    var fields: [HTTPField]
    var body: [UInt8]?
    var keyID: String
    var secret: String
    var token: String?
    var region: String
    var service: String

    init(_ random: inout SeededRandom) {
        method = random.pick([.get, .post, .put, .patch, .delete])
        segments = (0..<Int.random(in: 0...4, using: &random)).map { _ in Self.text(&random, 1...12) }
            .map { [".", ".."].contains($0) ? "..." : $0 }
        let names = (0..<3).map { _ in Self.text(&random, 1...6) } + ["limit", "position", "a", "a1", "a-", "a."]
        parameters = (0..<Int.random(in: 0...6, using: &random)).map { _ in
            (random.pick(names), random.oneIn(4) ? "" : Self.text(&random, 1...20))
        }
        let json = HTTPField(
            name: "Content-Type", value: random.pick(["application/json", "application/x-amz-json-1.1"]))
        let target = HTTPField(name: "X-Amz-Target", value: "Service.List\(random.next() % 100)")
        let hasBody = method != .get && !random.oneIn(4)
        body = hasBody ? (0..<Int.random(in: 0...3_000, using: &random)).map { _ in UInt8(random.next() % 256) } : nil
        fields = [hasBody ? json : nil, random.oneIn(2) ? target : nil].compactMap { $0 }
        keyID = "AKIA" + Self.characters("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16, &random)
        secret = Self.characters(Self.base64, 40, &random)
        token =
            random.oneIn(2)
            ? Self.characters(Self.base64 + "=", Int.random(in: 16...1_500, using: &random), &random) : nil
        region = random.pick(["eu-central-1", "us-gov-west-1", "cn-north-1", "ap-southeast-2"])
        service = random.pick(["apigateway", "cognito-idp"])
    }

    private static let base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    private static let scalars =
        Array("abcXYZ0189-._~ !\"#$%&'()*+,/:;<=>?@[\\]^`{|}%2F%zz\u{7F}äß✓é中😀\u{301}".unicodeScalars)

    private static func text(_ random: inout SeededRandom, _ length: ClosedRange<Int>) -> String {
        var text = ""
        for _ in 0..<Int.random(in: length, using: &random) { text.unicodeScalars.append(random.pick(scalars)) }
        return text
    }

    private static func characters(_ alphabet: String, _ count: Int, _ random: inout SeededRandom) -> String {
        let letters = Array(alphabet)
        return String((0..<count).map { _ in random.pick(letters) })
    }

    func target() throws -> CanonicalTarget {
        try #require(CanonicalTarget(segments: segments, parameters: parameters))
    }

    func request(to port: Int) throws -> ServiceRequest {
        let signature = AWSSignature(
            accessKeyID: keyID, secretAccessKey: secret, sessionToken: token, region: region, service: service)
        return ServiceRequest(
            method,
            to: .signed(try SecureURL(parsing: "http://127.0.0.1:\(port)"), try target(), try #require(signature)),
            fields: fields, body: body, timeoutInMilliseconds: patienceInMilliseconds,
            connectTimeoutInMilliseconds: patienceInMilliseconds, bodyLimitInBytes: 1_000)
    }

    func line(_ received: Received, secret: String? = nil) throws -> String {
        let object: [String: Any] = [
            "keyID": keyID, "secret": secret ?? self.secret, "token": token as Any? ?? NSNull(), "region": region,
            "service": service,
            "segments": segments, "parameters": parameters.map { [$0.name, $0.value] },
            "received": [
                "method": received.method, "target": received.target, "headers": received.headers,
                "body": received.body,
            ] as [String: Any],
        ]
        return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
    }
}

/// A request as it came, to be tampered with.
struct Received {
    var method: String
    var target: String
    var headers: [[String]]
    var body: String

    init(_ request: ScriptedServer.Request) {
        method = request.method
        target = request.target
        headers = request.headers
        body = request.body
    }
}

private let botocoreIsInstalled = PythonPeer.isExpected("signatures.py")

@Suite("Signature Version 4")
struct AWSSignatureTests {
    let client = ServiceClient(trust: .system, userAgent: "turnstile/test")

    /// Cases that the libcurl at hand signs as AWS does, and what a server got of each.
    func exchanged(_ count: Int) throws -> [(SignedCase, Received)] {
        let server = try ScriptedServer([Step("{}")])
        var random = SeededRandom(seed: 20_261_121)
        var cases: [SignedCase] = []
        while cases.count < count {
            let next = SignedCase(&random)
            guard SigningLibrary.current.canSign(try next.target()) else { continue }
            #expect(try client.send(next.request(to: server.port)).status == 200)
            cases.append(next)
        }
        let received = try server.requests()
        try #require(received.count == count)
        return Array(zip(cases, received.map { Received($0) }))
    }

    @Test(.enabled(if: botocoreIsInstalled, "botocore is installed by scripts/install"))
    func `100 random requests are signed as botocore signs them`() throws {
        let exchanged = try exchanged(100)
        for (sent, received) in exchanged {
            #expect(received.method == sent.method.rawValue)
            #expect(received.body.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } == sent.body ?? [])
        }
        let lines = try exchanged.map { try $0.line($1) }
        let differences = try PythonPeer.run("signatures.py", input: lines.joined(separator: "\n"))
        #expect(differences.count == 100)
        #expect(differences.first { !$0.isEmpty } == nil)
    }

    @Test(.enabled(if: botocoreIsInstalled, "botocore is installed by scripts/install"))
    func `a signature fits no other secret, path, method, body or header`() throws {
        var lines: [String] = []
        for (sent, received) in try exchanged(20) {
            var secret = Array(sent.secret.utf8)
            secret[7] ^= 1
            lines.append(try sent.line(received, secret: String(decoding: secret, as: UTF8.self)))
            var elsewhere = sent
            elsewhere.segments.append("x")
            var tampered = received
            tampered.target = try elsewhere.target().text
            lines.append(try elsewhere.line(tampered))
            tampered = received
            tampered.method = "HEAD"
            lines.append(try sent.line(tampered))
            tampered = received
            tampered.body += "x"
            lines.append(try sent.line(tampered))
            tampered = received
            tampered.headers = received.headers.map { $0[0] == "Host" ? ["Host", "127.0.0.2"] : $0 }
            lines.append(try sent.line(tampered))
        }
        let differences = try PythonPeer.run("signatures.py", input: lines.joined(separator: "\n"))
        #expect(differences.count == 100)
        #expect(differences.allSatisfy { $0.hasPrefix("AWS4-HMAC-SHA256 Credential=") })
    }
}

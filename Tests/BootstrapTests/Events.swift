import Foundation
import JOSE
import TestSupport

/// An event as API Gateway sends it, and what of it must never be seen again.
struct Event {
    var body: String
    var secrets: [String] = []

    /// Of a REST API's REQUEST authorizer.
    init(token: String, method: String = "GET", resource: String = "/orders") {
        body = #"""
            {"type": "REQUEST", "resource": "\#(resource)", "path": "\#(resource)", "httpMethod": "\#(method)",
             "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/\#(method)\#(resource)",
             "headers": {"Authorization": "Bearer \#(token)"},
             "requestContext": {"apiId": "abcdef1234", "stage": "prod"}}
            """#
        // Its parts are secret too; what is shorter could stand anywhere.
        secrets = ([token] + token.split(separator: ".").map(String.init)).filter { $0.utf8.count >= 16 }
    }

    init(body: String) { self.body = body }

    func step(id: String, deadlineInMilliseconds: Int64) -> Step {
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        return Step(
            body,
            headers: [
                ["Lambda-Runtime-Aws-Request-Id", id],
                ["Lambda-Runtime-Deadline-Ms", "\(now + deadlineInMilliseconds)"],
                ["Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419"],
            ])
    }
}

/// A token that is good from now on.
func token(
    _ keyID: String = "k1", key: SigningKey = .rsa, issuer: String = TestToken.issuer,
    client: String = "orders-client-0123456789", claims: [String: String] = [:]
) -> String {
    let now = Int64(Date().timeIntervalSince1970)
    var token = TestToken(.rs256, key: key)
    token.header["kid"] = "\"\(keyID)\""
    token.claims = [
        "iss": "\"\(issuer)\"", "sub": "\"\(client)\"", "client_id": "\"\(client)\"", "scope": #""orders/read""#,
        "iat": "\(now - 10)", "exp": "\(now + 3_600)",
    ].merging(claims) { $1 }
    return token.text
}

extension Setup {
    static let routes =
        #"{"GET /orders": {"anyScope": ["orders/read"]}, "POST /orders": {"anyScope": ["orders/write"]}}"#

    /// One issuer. `location` are its members that say where its keys are, `keys` is the member of that name.
    init(
        _ location: String, issuer: String = TestToken.issuer, keys: String = "{}", files: [String: String] = [:]
    ) {
        self.init(
            configuration: #"""
                {"issuers": [{"name": "partner", "issuer": "\#(issuer)", "audiences": "any", \#(location)}],
                 "routes": \#(Self.routes), "keys": \#(keys)}
                """#,
            files: files)
    }

    /// One issuer whose keys are in a file.
    static var keysInFile: Setup { Setup(#""jwksFile": "keys.json""#, files: ["keys.json": keySet("k1")]) }

    func with(_ change: (inout Setup) -> Void) -> Setup {
        var setup = self
        change(&setup)
        return setup
    }
}

/// A key set that has the same key under each of these names.
func keySet(_ keyIDs: String..., key: SigningKey = .rsa) -> String {
    #"{"keys":[\#(keyIDs.map { key.jwk(keyID: $0) }.joined(separator: ","))]}"#
}

extension Step {
    static func keys(_ keyIDs: String..., headers: [[String]] = []) -> Step {
        Step(#"{"keys":[\#(keyIDs.map { SigningKey.rsa.jwk(keyID: $0) }.joined(separator: ","))]}"#, headers: headers)
    }

    /// Ends the connection with nothing said.
    static let nothing = Step().with { $0.answer = "no" }

    /// Says nothing and lets the other side wait.
    static let silence = Step().with { $0.answer = "never" }
}

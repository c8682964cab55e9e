import APIGateway
@testable import Authorization
import StrictJSON

/// A caller with the claims given; the values are those of a machine client of a user pool.
func caller(
    issuer: ExactString = "machines", subject: ExactString? = "client-1", client: ExactString? = "client-1",
    scopes: Set<ExactString> = [], groups: Set<ExactString> = [], isMachine: Bool = true, claims: String = "{}"
) throws -> Caller {
    let payload = try JSONDocument(parsing: Array(claims.utf8)).root
    return Caller(
        issuerName: issuer, issuer: "https://issuer.example", subject: subject, clientID: client, scopes: scopes,
        groups: groups, isMachine: isMachine, claim: { payload[$0] })
}

/// A table of route keys and the one scope that each needs; an empty one needs none.
func table(_ routes: KeyValuePairs<String, String>) throws -> RouteTable {
    try RouteTable(
        try routes.map { key, scope in
            (
                try RouteKey(parsing: ExactString(key)),
                scope.isEmpty ? RouteRule() : RouteRule(anyScope: [ExactString(scope)])
            )
        })
}

let apiARN = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/"

func arn(_ rest: String) throws -> MethodARN { try MethodARN(parsing: ExactString(apiARN + rest)) }

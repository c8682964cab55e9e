@testable import Authorization
import StrictJSON

/// A caller with the claims given; the values are those of a machine client of a user pool.
func caller(
    issuer: ExactString = "machines", url: ExactString = "https://issuer.example",
    client: ExactString? = "1h57kf5cpq17m0eml12example", scopes: Set<ExactString> = [],
    groups: Set<ExactString> = [], isMachine: Bool = true, claims: String = "{}"
) throws -> Caller {
    let payload = try JSONDocument(parsing: Array(claims.utf8)).root
    return Caller(
        issuerName: issuer, issuer: url, subject: client, clientID: client, scopes: scopes,
        groups: groups, isMachine: isMachine, claim: { payload[$0] })
}

func table(_ keys: String...) throws -> RouteTable {
    try RouteTable(try keys.map { (try RouteKey(parsing: ExactString($0)), RouteRule()) })
}

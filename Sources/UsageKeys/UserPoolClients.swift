package import AWSClient
import StrictJSON

/// The app clients of one user pool.
package struct UserPoolClients {
    private let client: AWSClient
    private let pool: String

    /// App clients of one page, the most there may be (Cognito API, `ListUserPoolClients`).
    private static let pageSize: Int64 = 60

    package init(_ client: AWSClient, pool: String) {
        self.client = client
        self.pool = pool
    }

    /// Reads every client. A list holds ids and names only, so each client is asked for by itself.
    ///
    /// - Parameter progress: Is told how many were read, of how many.
    /// - Returns: In Cognito's order.
    /// - Throws: ``AWSError``.
    package func all(progress: (Int, Int) -> Void = { _, _ in }) throws(AWSError) -> [AppClient] {
        let ids = try identifiers()
        var clients: [AppClient] = []
        for (index, id) in ids.enumerated() {
            progress(index, ids.count)
            if let client = try describe(id) { clients.append(client) }
        }
        progress(ids.count, ids.count)
        return clients
    }

    private func identifiers() throws(AWSError) -> [String] {
        let operation = "ListUserPoolClients"
        var ids: [String] = []
        var seen: Set<String> = []
        try client.list(.nextToken) { token in
            var json = JSONWriter()
            json.beginObject()
            json.member("UserPoolId", pool)
            json.name("MaxResults")
            json.integer(Self.pageSize)
            if let token { json.member("NextToken", token) }
            json.endObject()
            return .userPools(operation, json: json.bytes)
        } take: { page throws(AWSError) in
            guard let items = page["UserPoolClients"]?.elements else {
                throw .malformedResponse(action: operation, reason: "has no UserPoolClients")
            }
            for item in items {
                let id = try item.requiredString("ClientId", in: operation)
                if seen.insert(id).inserted { ids.append(id) }
            }
        }
        return ids
    }

    /// - Returns: `nil` for a client that is gone since the list was read.
    private func describe(_ id: String) throws(AWSError) -> AppClient? {
        let operation = "DescribeUserPoolClient"
        var json = JSONWriter()
        json.beginObject()
        json.member("UserPoolId", pool)
        json.member("ClientId", id)
        json.endObject()
        let answer: AWSResponse
        do throws(AWSError) {
            answer = try client.send(.userPools(operation, json: json.bytes))
        } catch {
            guard case .notFound = error else { throw error }
            return nil
        }
        guard let found = answer.document?.root["UserPoolClient"] else {
            throw .malformedResponse(action: operation, reason: "has no UserPoolClient")
        }
        return AppClient(
            id: ExactString(try found.requiredString("ClientId", in: operation)),
            name: found["ClientName"]?.string ?? id, isMachine: Self.isMachine(found))
    }

    /// Cognito lets a client have this flow only if it has a secret (Cognito API, `CreateUserPoolClient`).
    private static func isMachine(_ client: JSONValue) -> Bool {
        guard client["AllowedOAuthFlowsUserPoolClient"]?.bool == true else { return false }
        return client["AllowedOAuthFlows"]?.elements?.contains { $0.isString("client_credentials") } ?? false
    }
}

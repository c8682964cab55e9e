package import AWSClient
package import StrictJSON

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

    /// Asks for clients that the list did not show, each by its id: lists can lack what was made a moment ago, or be cut
    /// short on the way, and who takes something away because of that has to be sure.
    ///
    /// - Parameters:
    ///   - ids: What somebody wrote down as clients' ids; what cannot be one is not asked for.
    ///   - progress: Is told how many were asked for, of how many.
    /// - Returns: Those that are there.
    /// - Throws: ``AWSError``.
    package func clients(
        unlisted ids: [ExactString], progress: (Int, Int) -> Void = { _, _ in }
    ) throws(AWSError) -> [AppClient] {
        var clients: [AppClient] = []
        for (index, id) in ids.enumerated() where Self.isClientID(id) {
            progress(index, ids.count)
            if let client = try describe(id.description) { clients.append(client) }
        }
        return clients
    }

    /// Cognito API, `ClientIdType`: `[\w+]+`, 1 to 128 characters.
    private static func isClientID(_ id: ExactString) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"):
                    true
                default: false
                }
            }
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
        guard found["ClientId"]?.exactString == ExactString(id) else {
            throw .malformedResponse(action: operation, reason: "is about another client")
        }
        return AppClient(
            id: ExactString(id), name: found["ClientName"]?.string ?? id,
            isMachine: try Self.isMachine(found, in: operation))
    }

    /// Cognito lets a client have this flow only if it has a secret (Cognito API, `CreateUserPoolClient`).
    /// Members that are not there, or null, are those of a client without such flows; of another type they say nothing.
    private static func isMachine(_ client: JSONValue, in operation: String) throws(AWSError) -> Bool {
        let (isAllowed, flows) = (client["AllowedOAuthFlowsUserPoolClient"], client["AllowedOAuthFlows"])
        guard isAllowed?.isNull ?? true || isAllowed?.bool != nil, flows?.isNull ?? true || flows?.elements != nil
        else {
            throw .malformedResponse(action: operation, reason: "has flows of no known form")
        }
        return isAllowed?.bool == true && flows?.elements?.contains { $0.isString("client_credentials") } ?? false
    }
}

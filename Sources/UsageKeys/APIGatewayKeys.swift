package import AWSClient
import Authorization
import HTTPTransport
package import StrictJSON

/// The API keys and usage plans of one account and region.
package struct APIGatewayKeys {
    private let client: AWSClient
    private let pauseInMilliseconds: (Int) -> Void

    /// Keys or plans of one page, the most there may be (API Gateway API, `GetApiKeys`).
    private static let pageSize = "500"

    /// - Parameters:
    ///   - client: Signs and sends.
    ///   - pause: Lets time pass before an attempt that follows this many.
    package init(_ client: AWSClient, pause: @escaping (Int) -> Void) {
        self.client = client
        pauseInMilliseconds = pause
    }

    // MARK: Reading

    /// Every API key, with its value.
    ///
    /// - Parameter progress: Is told how many have come.
    /// - Returns: In API Gateway's order.
    /// - Throws: ``AWSError``.
    package func keys(progress: (Int) -> Void = { _ in }) throws(AWSError) -> [APIKey] {
        var keys: [APIKey] = []
        try list(["apikeys"], [("includeValues", "true")]) { item throws(AWSError) in
            keys.append(try Self.key(item))
            if keys.count.isMultiple(of: 500) { progress(keys.count) }
        }
        return keys
    }

    /// The ids of a plan's keys.
    package func keys(inPlan plan: String) throws(AWSError) -> Set<String> {
        var ids: Set<String> = []
        try list(["usageplans", plan, "keys"], []) { item throws(AWSError) in
            ids.insert(try item.requiredString("id", in: "GET /usageplans"))
        }
        return ids
    }

    package func plans() throws(AWSError) -> [UsagePlan] {
        var plans: [UsagePlan] = []
        try list(["usageplans"], []) { item throws(AWSError) in
            let id = try item.requiredString("id", in: "GET /usageplans")
            let stages = item["apiStages"]?.elements?.compactMap { stage in
                stage["apiId"]?.string.flatMap { api in stage["stage"]?.string.map { "\(api):\($0)" } }
            }
            plans.append(UsagePlan(id: id, name: item["name"]?.string ?? "", stages: Set(stages ?? [])))
        }
        return plans
    }

    private func list(
        _ path: [String], _ query: [(name: String, value: String)],
        take: (JSONValue) throws(AWSError) -> Void
    ) throws(AWSError) {
        try client.list(.position) { position in
            let page = position.map { [(name: "position", value: $0)] } ?? []
            return .rest(.get, path, query: query + [(name: "limit", value: Self.pageSize)] + page)
        } take: { page throws(AWSError) in
            guard let items = page["item"], !items.isNull else { return }
            guard let elements = items.elements else {
                throw .malformedResponse(
                    action: "GET /\(path.joined(separator: "/"))", reason: "has \(items.kind.rawValue) for items")
            }
            for element in elements { try take(element) }
        }
    }

    private static func key(_ item: JSONValue) throws(AWSError) -> APIKey {
        let action = "GET /apikeys"
        guard let value = item["value"]?.exactString else {
            throw .malformedResponse(action: action, reason: "has a key without its value")
        }
        var tags: [ExactString: ExactString] = [:]
        if let members = item["tags"]?.members {
            for tag in members { tags[ExactString(utf8: tag.nameUTF8)] = tag.value.exactString }
        }
        return APIKey(
            id: try item.requiredString("id", in: action), value: value, name: item["name"]?.string ?? "",
            isEnabled: item["enabled"]?.bool ?? false, description: item["description"]?.string ?? "", tags: tags)
    }
}

extension APIGatewayKeys: UsageKeyStore {
    package func create(_ wanted: WantedKey, for pool: ExactString) throws(AWSError) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("name", wanted.name)
        json.member("description", KeyDescription.made)
        json.name("enabled")
        json.bool(true)
        json.name("value")
        json.string(wanted.value.value)
        json.name("tags")
        json.beginObject()
        for tag in KeyMark(pool: pool, owner: wanted.owner).tags {
            json.name(tag.name.description)
            json.string(tag.value)
        }
        json.endObject()
        json.endObject()
        let answer: AWSResponse
        do throws(AWSError) {
            answer = try client.send(.rest(.post, ["apikeys"], json: json.bytes))
        } catch {
            throw error.withholding(wanted.value.value)
        }
        guard let id = answer.document?.root["id"]?.string, !id.isEmpty else {
            throw .malformedResponse(action: "POST /apikeys", reason: "has no id")
        }
        return id
    }

    package func attach(_ key: String, to plan: String) throws(AWSError) {
        var json = JSONWriter()
        json.beginObject()
        json.member("keyId", key)
        json.member("keyType", "API_KEY")
        json.endObject()
        _ = try client.send(.rest(.post, ["usageplans", plan, "keys"], json: json.bytes))
    }

    package func detach(_ key: String, from plan: String) throws(AWSError) {
        _ = try client.send(.rest(.delete, ["usageplans", plan, "keys", key]))
    }

    package func update(_ key: String, with changes: [KeyUpdate]) throws(AWSError) {
        var json = JSONWriter()
        json.beginObject()
        json.name("patchOperations")
        json.beginArray()
        for change in changes {
            json.beginObject()
            json.member("op", "replace")
            json.member("path", change.path)
            json.member("value", change.value)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        _ = try client.send(.rest(.patch, ["apikeys", key], json: json.bytes))
    }

    package func delete(_ key: String) throws(AWSError) {
        _ = try client.send(.rest(.delete, ["apikeys", key]))
    }

    /// There is no way to ask for a value but to read all.
    package func key(valued value: ExactString) throws(AWSError) -> APIKey? {
        try keys().first { $0.value == value }
    }

    package func isAttached(_ key: String, to plan: String) throws(AWSError) -> Bool {
        do throws(AWSError) {
            _ = try client.send(.rest(.get, ["usageplans", plan, "keys", key]))
            return true
        } catch {
            guard case .notFound = error else { throw error }
            return false
        }
    }

    package func plans(of key: String) throws(AWSError) -> [String] {
        var plans: [String] = []
        try list(["usageplans"], [("keyId", key)]) { item throws(AWSError) in
            plans.append(try item.requiredString("id", in: "GET /usageplans"))
        }
        return plans
    }

    package func wait(after attempt: Int) { pauseInMilliseconds(attempt) }
}

extension KeyUpdate {
    /// As PATCH names it (API Gateway API, *Patch operations*).
    fileprivate var path: String {
        switch self {
        case .name: "/name"
        case .enabled: "/enabled"
        case .description: "/description"
        }
    }

    fileprivate var value: String {
        switch self {
        case .name(let text), .description(let text): text
        case .enabled(let isEnabled): isEnabled ? "true" : "false"
        }
    }
}

import Foundation
import JOSE

/// What the caller behind a sample token may do by `events/authorizer.json`, put down by hand from its rules and from
/// nothing of the product's.
struct SampleCaller {
    let token: [UInt8]
    let issuer: String
    let usageKey: String?
    private let scopes: Set<Substring>
    private let groups: [String]

    static let known: [SampleCaller] = {
        var usageKeys: [String: String] = [:]
        var callers: [SampleCaller] = []
        for sample in SampleEvent.all where sample.isKnown {
            for token in sample.tokens {
                let caller = SampleCaller(token)
                caller.check(against: sample)
                if let key = sample.usageKey { usageKeys[caller.issuer] = key }
                callers.append(caller)
            }
        }
        return callers.map { SampleCaller($0, usageKey: usageKeys[$0.issuer]) }
    }()

    private init(_ token: [UInt8]) {
        self.token = token
        let payload = token.split(separator: UInt8(ascii: "."))[1]
        let claims = jsonObject(Base64URL.decode(payload) ?? [])
        let client = claims["client_id"] as? String ?? ""
        let isOfPool = (claims["iss"] as? String ?? "").contains("cognito-idp")
        issuer = !isOfPool ? "partner" : client.hasPrefix("1webapp") ? "staff" : "machines"
        scopes = Set((claims["scope"] as? String ?? "").split(separator: " "))
        groups = claims["cognito:groups"] as? [String] ?? []
        usageKey = nil
    }

    private init(_ caller: SampleCaller, usageKey: String?) {
        token = caller.token
        issuer = caller.issuer
        scopes = caller.scopes
        groups = caller.groups
        self.usageKey = usageKey
    }

    /// The routes that are open to the caller.
    var routes: Set<String> {
        var routes: Set<String> = []
        let mayRead = scopes.contains("https://api.example.com/prod/external/api.read")
        let mayWrite = scopes.contains("https://api.example.com/prod/external/api.readwrite")
        if mayRead || mayWrite { routes.insert("GET /external/orders") }
        if mayWrite { routes.insert("POST /external/orders") }
        if mayRead && issuer != "staff" { routes.insert("GET /external/orders/{id}") }
        if issuer == "staff" && groups.contains("operators") { routes.insert("ANY /internal/{proxy+}") }
        if scopes.contains("https://api.example.com/prod/external/events") { routes.insert("$connect") }
        return routes
    }

    /// Whether one of the caller's routes takes the request, which is what stands behind the stage in its ARN. A slash
    /// at the end may be there or not, and any text is an id.
    func mayAsk(_ request: [UInt8]) -> Bool {
        if request.elementsEqual("$connect".utf8) { return routes.contains("$connect") }
        guard let slash = request.firstIndex(of: UInt8(ascii: "/")) else { return false }
        let verb = String(decoding: request[..<slash], as: UTF8.self)
        guard ["GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "DELETE"].contains(verb) else { return false }
        let path = request[slash...]
        if path.starts(with: "/internal/".utf8) { return routes.contains("ANY /internal/{proxy+}") }
        let orders = "/external/orders".utf8
        if path.elementsEqual(orders) { return routes.contains("\(verb) /external/orders") }
        guard path.starts(with: "/external/orders/".utf8) else { return false }
        let id = path.dropFirst(orders.count + 1)
        if id.isEmpty, routes.contains("\(verb) /external/orders") { return true }
        return !id.dropLast().contains(UInt8(ascii: "/")) && routes.contains("\(verb) /external/orders/{id}")
    }

    /// Whether the event holds the token, however JSON spells it. An escape may be taken for one that is none: then a
    /// token is found too often, never too seldom.
    func isNamed(in unescaped: Data) -> Bool { unescaped.range(of: Data(token)) != nil }

    /// The requests that the samples' answers allow are those that this table does. The answer to a WebSocket says
    /// nothing of other requests, nor theirs of it.
    private func check(against sample: SampleEvent) {
        let isOfWebSocket = sample.name.hasPrefix("websocket")
        for (request, isAllowed) in sample.requests ?? [:] where (request == "$connect") == isOfWebSocket {
            let isOwn = mayAsk(Array(request.replacing(" ", with: "").utf8))
            require(isOwn == isAllowed, "the criterion agrees with the sample \(sample.name) on \(request)")
        }
    }
}

/// The text with every escape of an ASCII character (RFC 8259 §7) replaced by the character.
func unescaped(_ text: [UInt8]) -> Data {
    var plain = Data(capacity: text.count)
    var position = 0
    while position < text.count {
        let escape = text[position...].prefix(6)
        if escape.count == 6, escape.starts(with: #"\u00"#.utf8),
            let code = UInt8(String(decoding: escape.suffix(2), as: UTF8.self), radix: 16), code < 0x80
        {
            plain.append(code)
            position += 6
        } else {
            plain.append(text[position])
            position += 1
        }
    }
    return plain
}

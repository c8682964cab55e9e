import APIGateway
import Authorization
import AuthorizerService
import JOSE
import StrictJSON

/// A configuration that is right, as a person or a machine reads it. Secrets are left out.
struct ConfigurationListing {
    private let configuration: Configuration

    init(_ configuration: Configuration) { self.configuration = configuration }

    /// How lines are laid out.
    struct Form: Sendable {
        let width: Int?
        let isColoured: Bool

        /// For standard output as it is.
        static var current: Form {
            Form(
                width: System.terminalColumns(.output),
                isColoured: Console.isColoured(.output, environment: Console.environment))
        }
    }

    // MARK: For a person

    private static let anything = "–"

    func lines(_ form: Form) -> [String] {
        issuerTable.lines(width: form.width, coloured: form.isColoured) + [""]
            + routeTable.lines(width: form.width, coloured: form.isColoured) + ["", summary] + notes
    }

    private var issuerTable: Table {
        var table = Table([
            Table.Column(heading: "ISSUER"), Table.Column(heading: "ISS", leastWidth: 16),
            Table.Column(heading: "KEYS", leastWidth: 16), Table.Column(heading: "CLIENTS", leastWidth: 10),
            Table.Column(heading: "AUDIENCES", leastWidth: 10), Table.Column(heading: "ALGORITHMS"),
            Table.Column(heading: "USAGE KEY"),
        ])
        for issuer in configuration.issuers {
            let policy = issuer.policy
            let cells = [
                policy.name.description, policy.issuer.description, issuer.keyLocation.text,
                Self.list(policy.clients.map { $0.sorted() }), Self.list(policy.audiences.names),
                policy.algorithms.names.joined(separator: " "), issuer.usageKey.name,
            ]
            table.rows.append(Table.Row(mark: .passed, cells: cells))
        }
        return table
    }

    private var routeTable: Table {
        var table = Table([
            Table.Column(heading: "ROUTE", leastWidth: 16), Table.Column(heading: "SCOPES", leastWidth: 16),
            Table.Column(heading: "GROUPS", leastWidth: 8), Table.Column(heading: "ISSUERS", leastWidth: 8),
            Table.Column(heading: "CLIENTS", leastWidth: 8),
        ])
        for route in configuration.routes.routes {
            let rule = route.rule
            let scopes = [
                rule.anyScope.map { Self.list($0, "any of ") }, rule.allScopes.map { Self.list($0, "all of ") },
            ].compactMap(\.self)
            let cells = [
                route.key.description, scopes.isEmpty ? Self.anything : scopes.joined(separator: "; "),
                Self.list(rule.anyGroup), Self.list(rule.issuers), Self.list(rule.clients),
            ]
            table.rows.append(Table.Row(mark: .passed, cells: cells))
        }
        return table
    }

    private var summary: String {
        let routes = configuration.routes.routes.count
        let issuers = configuration.issuers.count
        return "\(issuers) \(issuers == 1 ? "issuer" : "issuers"), \(routes) \(routes == 1 ? "route" : "routes"); "
            + "policy per \(configuration.policyScope.name); \(Self.anything) asks for nothing"
    }

    /// What is right and yet to be known.
    private var notes: [String] {
        guard case .token(let policies) = configuration.policyScope, !policies.deniesPathsOfNoRoute else { return [] }
        return [
            "note: the policies have no room to deny the paths that no route here takes, and their wildcards may reach "
                + "them: the API must have no route that is not in this table (docs/policies.md)"
        ]
    }

    /// Names beside each other. `prefix` says how several are meant; one alone needs no word.
    private static func list(_ names: [ExactString]?, _ prefix: String = "") -> String {
        guard let names else { return anything }
        return (names.count > 1 ? prefix : "") + names.map(\.description).joined(separator: " ")
    }

    // MARK: For a machine

    var json: String {
        var json = JSONWriter()
        json.beginObject()
        json.name("valid")
        json.bool(true)
        json.member("policy", configuration.policyScope.name)
        if case .token(let policies) = configuration.policyScope {
            json.name("deniesPathsOfNoRoute")
            json.bool(policies.deniesPathsOfNoRoute)
        }
        json.name("issuers")
        json.beginArray()
        for issuer in configuration.issuers { Self.write(issuer, to: &json) }
        json.endArray()
        json.name("routes")
        json.beginObject()
        for route in configuration.routes.routes {
            json.name(route.key.description)
            Self.write(route.rule, to: &json)
        }
        json.endObject()
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func write(_ issuer: IssuerConfiguration, to json: inout JSONWriter) {
        json.beginObject()
        json.member("name", issuer.policy.name.description)
        json.member("issuer", issuer.policy.issuer.description)
        json.member("keys", issuer.keyLocation.text)
        json.member("clients", issuer.policy.clients.map { $0.sorted() })
        json.member("audiences", issuer.policy.audiences.names)
        json.member("algorithms", issuer.policy.algorithms.names.map { ExactString($0) })
        json.member("usageKey", issuer.usageKey.name)
        json.endObject()
    }

    private static func write(_ rule: RouteRule, to json: inout JSONWriter) {
        json.beginObject()
        json.member("anyScope", rule.anyScope)
        json.member("allScopes", rule.allScopes)
        json.member("anyGroup", rule.anyGroup)
        json.member("issuers", rule.issuers)
        json.member("clients", rule.clients)
        json.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ value: String) {
        self.name(name)
        string(value)
    }

    fileprivate mutating func member(_ name: String, _ values: [ExactString]?) {
        guard let values else { return }
        self.name(name)
        beginArray()
        for value in values { string(value) }
        endArray()
    }
}

extension Configuration.PolicyScope {
    fileprivate var name: String {
        switch self {
        case .token: "token"
        case .request: "request"
        }
    }
}

extension KeyLocation {
    fileprivate var text: String {
        let sources = [address?.text, file].compactMap(\.self)
        return sources.joined(separator: ", snapshot ")
    }
}

extension KeyLocation.Address {
    fileprivate var text: String {
        switch self {
        case .jwksURL(let url): url
        case .discovery(let issuer): "discovered at \(issuer)"
        }
    }
}

extension IssuerPolicy.Audiences {
    /// `nil` where any will do.
    fileprivate var names: [ExactString]? {
        switch self {
        case .any: nil
        case .oneOf(let names): names.sorted()
        }
    }
}

extension Set<Algorithm> {
    /// In the order of the table of algorithms.
    fileprivate var names: [String] { Algorithm.allCases.filter(contains).map(\.rawValue) }
}

extension UsageKeyStrategy {
    /// The word of the configuration, without what must stay secret.
    fileprivate var name: String {
        switch self {
        case .automatic: "clientID of machines"
        case .clientID: "clientID"
        case .claim(let name): "claim \(name)"
        case .hmac: "hmac"
        case .map(let keys, _): "map of \(keys.count)"
        case .fixed: "fixed"
        case .none: "none"
        }
    }
}

import APIGateway
import Authorization
import JOSE
import OpenSSLSignatures
import StrictJSON

/// The parts of the configuration that are not about one issuer.
enum ConfigurationLoader {
    static func root(
        parsing bytes: [UInt8], file: String, environment: @escaping (String) -> String?
    ) throws(ConfigurationError) -> ConfigurationValue {
        do throws(JSONError) {
            let root = try JSONDocument(parsing: bytes).root
            // A file that is no object is another than was meant, perhaps one that holds a secret alone.
            return ConfigurationValue(
                json: root, file: file, place: .root, isSecret: root.kind != .object, environment: environment)
        } catch {
            throw ConfigurationError(file: file, member: "", fault: .notJSON(error.description))
        }
    }

    // MARK: issuers

    static func issuers(_ object: ConfigurationObject) throws(ConfigurationError) -> [IssuerConfiguration] {
        var issuers: [IssuerConfiguration] = []
        for entry in try object.required("issuers", "an array of issuers").array(of: "issuers") {
            let issuer = try IssuerLoader(entry).load()
            for other in issuers { try check(issuer, against: other, in: entry) }
            issuers.append(issuer)
        }
        return issuers
    }

    private static func check(
        _ issuer: IssuerConfiguration, against other: IssuerConfiguration, in entry: ConfigurationValue
    ) throws(ConfigurationError) {
        let name = other.policy.name.description
        guard issuer.policy.name != other.policy.name else {
            throw entry.fault(.inconsistent("the name \(name) is taken by an earlier issuer"))
        }
        guard issuer.policy.issuer == other.policy.issuer else { return }
        // Keys belong to one iss, and the signature is checked before the token's client chooses among entries.
        guard issuer.keyLocation == other.keyLocation else {
            throw entry.fault(.inconsistent("shares its iss with \(name), so its keys must be at the same place"))
        }
        guard other.policy.clients != nil else {
            throw entry.fault(
                .inconsistent("is never reached: \(name) has the same iss and no clients, so it takes every token"))
        }
    }

    // MARK: routes

    static func routes(
        _ object: ConfigurationObject, issuers: [IssuerConfiguration]
    ) throws(ConfigurationError) -> RouteTable {
        let value = try object.required("routes", "an object of route keys and rules")
        var entries: [(RouteKey, RouteRule)] = []
        for (name, rule) in try value.entries() {
            entries.append((try routeKey(name, of: rule), try self.rule(rule, issuers: issuers)))
        }
        guard !entries.isEmpty else { throw value.wrong(allowed: "one route or more") }
        do throws(RouteTableError) {
            return try RouteTable(entries)
        } catch {
            throw value.fault(.inconsistent(error.description))
        }
    }

    private static func routeKey(
        _ name: String, of value: ConfigurationValue
    ) throws(ConfigurationError) -> RouteKey {
        do throws(RouteKeyError) {
            return try RouteKey(parsing: ExactString(name))
        } catch {
            throw value.fault(.inconsistent(error.description))
        }
    }

    private static func rule(
        _ value: ConfigurationValue, issuers: [IssuerConfiguration]
    ) throws(ConfigurationError) -> RouteRule {
        let object = try value.object(allowing: ["anyScope", "allScopes", "anyGroup", "issuers", "clients"])
        if let named = object.optional("issuers") {
            for element in try named.array(of: "issuers' names") {
                let name = try element.exactString()
                guard issuers.contains(where: { $0.policy.name == name }) else {
                    let names = issuers.map { $0.policy.name.description }.joined(separator: ", ")
                    throw element.wrong(allowed: "the name of an issuer: \(names)")
                }
            }
        }
        return RouteRule(
            anyScope: try scopes(object, "anyScope"), allScopes: try scopes(object, "allScopes"),
            anyGroup: try object.exactStrings("anyGroup"), issuers: try object.exactStrings("issuers"),
            clients: try object.exactStrings("clients"))
    }

    /// A scope that no token can carry would make a route that nobody can call.
    private static func scopes(
        _ object: ConfigurationObject, _ name: String
    ) throws(ConfigurationError) -> [ExactString]? {
        guard let value = object.optional(name) else { return nil }
        let scopes = try value.exactStrings()
        for (scope, element) in zip(scopes, try value.array(of: "scopes")) where !ScopeToken.isValid(scope) {
            throw element.wrong(allowed: "a scope of visible ASCII characters without quotation mark and backslash")
        }
        return scopes
    }

    // MARK: the rest

    private enum PolicyWord: String, CaseIterable { case token, request }

    static func policyScope(
        _ object: ConfigurationObject, _ routes: RouteTable, issuers: [IssuerConfiguration],
        answeringHTTPAPIs form: Configuration.HTTPAPIResponse
    ) throws(ConfigurationError) -> Configuration.PolicyScope {
        let word = try object.optional("policy")?.choice(PolicyWord.self) ?? .token
        guard word == .token else { return .request }
        do throws(PolicyCompilerError) {
            return .token(
                try TokenPolicies(
                    routes, callers: KnownCallers(issuers.map { ($0.policy.name, $0.policy.clients) }, in: routes),
                    answersHTTPAPIs: form == .policy))
        } catch {
            let value = try object.required("routes", "routes")
            throw value.fault(.inconsistent(error.description))
        }
    }

    static func context(_ object: ConfigurationObject) throws(ConfigurationError) -> [ExactString] {
        guard let value = object.optional("context") else { return [] }
        if var elements = value.json.elements, elements.next() == nil { return [] }
        return try value.exactStrings()
    }

    static func keys(_ object: ConfigurationObject) throws(ConfigurationError) -> KeyFetching {
        var keys = KeyFetching()
        guard let value = object.optional("keys") else { return keys }
        let members = try value.object(allowing: [
            "maxAgeSeconds", "staleIfErrorSeconds", "cooldownSeconds", "timeoutMilliseconds", "maxBytes", "caFile",
        ])
        keys.maxAgeSeconds = try members.integer(
            "maxAgeSeconds", in: KeyFetching.maxAgeRange, default: keys.maxAgeSeconds)
        keys.staleIfErrorSeconds = try members.integer(
            "staleIfErrorSeconds", in: KeyFetching.staleIfErrorRange, default: keys.staleIfErrorSeconds)
        keys.cooldownSeconds = try members.integer(
            "cooldownSeconds", in: KeyFetching.cooldownRange, default: keys.cooldownSeconds)
        keys.timeoutMilliseconds = try members.integer(
            "timeoutMilliseconds", in: KeyFetching.timeoutRange, default: keys.timeoutMilliseconds)
        keys.maxBytes = try members.integer("maxBytes", in: KeyFetching.maxBytesRange, default: keys.maxBytes)
        if let file = members.optional("caFile") { keys.caFile = try rootsFile(file) }
        return keys
    }

    /// libcurl reads the file anew for each fetch; that it can be read, and believed, is better known at the start.
    private static func rootsFile(_ value: ConfigurationValue) throws(ConfigurationError) -> String {
        let (path, contents) = try value.fileContents()
        guard let count = TrustedRoots.count(inPEM: contents) else {
            throw value.fault(.inconsistent("\(path) holds a certificate that cannot be read"))
        }
        guard count > 0 else { throw value.fault(.inconsistent("\(path) holds no certificate in PEM")) }
        return path
    }
}

extension ConfigurationValue {
    /// A file's path, relative to the configuration's folder unless it is absolute.
    func filePath() throws(ConfigurationError) -> String {
        let name = try string(allowed: "the path of a file")
        guard !name.utf8.starts(with: "/".utf8), let slash = file.utf8.lastIndex(of: UInt8(ascii: "/")) else {
            return name
        }
        return String(file[...slash]) + name
    }

    /// The whole of the file that this member names.
    func fileContents() throws(ConfigurationError) -> (path: String, contents: [UInt8]) {
        let path = try filePath()
        do throws(FileError) {
            return (path, try System.readFile(path, limitInBytes: Configuration.limitInBytes))
        } catch {
            throw fault(.unreadable(error))
        }
    }
}

import Authorization
import HTTPTransport
import JOSE
import StrictJSON

/// One entry of `issuers`.
struct IssuerLoader {
    private let entry: ConfigurationValue
    let object: ConfigurationObject
    let pool: CognitoUserPool?
    private let issuer: String

    init(_ entry: ConfigurationValue) throws(ConfigurationError) {
        self.entry = entry
        object = try entry.object(allowing: [
            "name", "cognitoUserPool", "issuer", "jwksURL", "jwksFile", "discover", "audiences", "clients", "tokenUse",
            "type", "algorithms", "leewaySeconds", "maxLifetimeSeconds", "requiredClaims", "scopeClaim",
            "groupsClaim", "usageKey",
        ])
        switch (object.optional("cognitoUserPool"), object.optional("issuer")) {
        case (let id?, nil):
            guard let pool = CognitoUserPool(id: try id.string()) else {
                throw id.wrong(allowed: "the id of a user pool, as eu-west-1_AbCdEf123")
            }
            self.pool = pool
            issuer = pool.issuer
        case (nil, let name?):
            pool = nil
            issuer = try name.string()
        case (nil, nil): throw entry.fault(.missing(allowed: "cognitoUserPool or issuer"))
        case (_?, _?): throw entry.fault(.inconsistent("has both cognitoUserPool and issuer; one of them says it all"))
        }
    }

    func load() throws(ConfigurationError) -> IssuerConfiguration {
        IssuerConfiguration(policy: try policy(), keyLocation: try keyLocation(), usageKey: try usageKey())
    }

    // MARK: What a token must be

    private func policy() throws(ConfigurationError) -> IssuerPolicy {
        let maxLifetime = object.optional("maxLifetimeSeconds")
        return IssuerPolicy(
            name: try name(), issuer: ExactString(issuer), audiences: try audiences(),
            clients: try object.exactStrings("clients").map(Set.init),
            tokenUse: try object.optional("tokenUse")?.choice(IssuerPolicy.TokenUse.self)
                ?? (pool == nil ? nil : .access),
            type: try object.optional("type").map { value throws(ConfigurationError) in MediaType(try value.string()) },
            algorithms: try algorithms(),
            leewayInSeconds: UInt16(
                clamping: try object.integer("leewaySeconds", in: Self.leewayRange, default: 0)),
            maxLifetimeInSeconds: try maxLifetime.map { value throws(ConfigurationError) in
                UInt32(clamping: try value.integer(in: Self.lifetimeRange))
            },
            requiredClaims: try requiredClaims(),
            scopeClaim: try object.optional("scopeClaim")?.string() ?? "scope",
            groupsClaim: try object.optional("groupsClaim")?.string() ?? "cognito:groups")
    }

    private static let leewayRange =
        Int64(IssuerPolicy.leewayRangeInSeconds.lowerBound)...Int64(IssuerPolicy.leewayRangeInSeconds.upperBound)
    /// Up to a year; Cognito's access tokens live a day at the most.
    private static let lifetimeRange: ClosedRange<Int64> = 1...31_536_000

    private func name() throws(ConfigurationError) -> ExactString {
        let value = try object.required("name", "a name for logs, rules and context")
        let name = try value.exactString()
        guard name.utf8.count <= 64, name.utf8.allSatisfy(Self.isNameCharacter) else {
            throw value.wrong(allowed: "1 to 64 letters, digits, dots, hyphens and underscores")
        }
        return name
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private func audiences() throws(ConfigurationError) -> IssuerPolicy.Audiences {
        guard let value = object.optional("audiences") else {
            guard pool != nil else {
                _ = try object.required("audiences", "the audiences that this API is, or \"any\" to look at none")
                return .any
            }
            return .any
        }
        if value.json.isString("any") { return .any }
        guard value.json.kind == .array else { throw value.wrong(allowed: "an array of strings, or \"any\"") }
        return .oneOf(Set(try value.exactStrings()))
    }

    private func algorithms() throws(ConfigurationError) -> Set<Algorithm> {
        guard let value = object.optional("algorithms") else { return [.rs256] }
        var algorithms: Set<Algorithm> = []
        for element in try value.array(of: "algorithms") {
            guard algorithms.insert(try element.choice(Algorithm.self)).inserted else {
                throw element.wrong(allowed: "each algorithm once")
            }
        }
        return algorithms
    }

    private func requiredClaims() throws(ConfigurationError) -> [RequiredClaim] {
        guard let value = object.optional("requiredClaims") else { return [] }
        var claims: [RequiredClaim] = []
        for (name, claim) in try value.entries() {
            guard !name.isEmpty else { throw claim.wrong(allowed: "claims with a name") }
            var values: [ClaimValue] = []
            for element in claim.json.kind == .array ? try claim.array(of: "values") : [claim] {
                let wanted = try element.claimValue()
                guard !values.contains(wanted) else { throw element.wrong(allowed: "each value once") }
                values.append(wanted)
            }
            claims.append(RequiredClaim(name: ExactString(name), values: values))
        }
        return claims
    }

    // MARK: Where its keys are

    private func keyLocation() throws(ConfigurationError) -> KeyLocation {
        let file = try object.optional("jwksFile")?.filePath()
        let url = object.optional("jwksURL")
        if let discover = object.optional("discover"), try discover.boolean() {
            guard url == nil else {
                throw entry.fault(.inconsistent("has both jwksURL and discover; one of them says where the keys are"))
            }
            try Self.check(issuer, at: object.optional("issuer") ?? entry)
            return KeyLocation(address: .discovery(issuer: issuer), file: file)
        }
        if let url {
            let address = try url.string()
            try Self.check(address, at: url)
            return KeyLocation(address: .jwksURL(address), file: file)
        }
        if let pool { return KeyLocation(address: .jwksURL(pool.jwksURL), file: file) }
        guard file != nil else { throw entry.fault(.missing(allowed: "jwksURL, jwksFile or \"discover\": true")) }
        return KeyLocation(address: nil, file: file)
    }

    private static func check(_ address: String, at value: ConfigurationValue) throws(ConfigurationError) {
        do throws(HTTPURLError) {
            _ = try SecureURL(parsing: address)
        } catch {
            // What stands before an `@` may be a password.
            let quoted = value.json.text.contains(UInt8(ascii: "@")) ? value.secret : value
            throw quoted.wrong(allowed: "an https URL, or http for a loopback address (\(error.description))")
        }
    }
}

extension ConfigurationValue {
    func boolean() throws(ConfigurationError) -> Bool {
        guard let value = json.bool else { throw wrong(allowed: "true or false") }
        return value
    }

    /// A scalar that a claim is compared with; `${NAME}` in a string is replaced.
    func claimValue() throws(ConfigurationError) -> ClaimValue {
        if json.kind == .string { return .string(try exactString()) }
        guard let value = ClaimValue(json) else { throw wrong(allowed: "a string, a number, true or false") }
        return value
    }
}

import AuthorizerService
import HTTPTransport

/// Where tokens are asked for.
enum TokenEndpoint: Equatable, Sendable {
    case url(SecureURL)
    /// Named by `<issuer>/.well-known/openid-configuration` (OpenID Connect Discovery §4).
    case discovered(issuer: String)

    /// What tells one endpoint from another, without asking anybody.
    var identity: String {
        switch self {
        case .url(let url): "url \(url.url.text)"
        case .discovered(let issuer): "issuer \(issuer)"
        }
    }
}

extension TokenEndpoint {
    /// Cognito's path, under a domain of its own or of the pool's owner (Cognito developer guide, *Token endpoint*).
    private static let cognitoPath = "/oauth2/token"

    init(tokenURL: String) throws(Problem) {
        self = .url(try Self.secureURL(tokenURL, option: "--token-url"))
    }

    /// - Parameters:
    ///   - domain: A host with a dot in it, or the prefix of a Cognito domain.
    ///   - region: For a prefix.
    /// - Throws: ``Problem`` where no address can be made of them.
    init(domain: String, region: String?) throws(Problem) {
        guard !domain.contains(".") else {
            guard region == nil else {
                throw Problem(
                    "--region goes with the prefix of a Cognito domain", remedy: "leave it out", status: .usage)
            }
            let remedy = "give the host alone, or an address with --token-url"
            guard try Self.secureURL("https://\(domain)", option: "--domain", remedy: remedy).url.isOrigin else {
                throw Problem("--domain is more than a host", remedy: remedy, status: .usage)
            }
            self = .url(try Self.secureURL("https://\(domain)\(Self.cognitoPath)", option: "--domain"))
            return
        }
        guard let region else {
            throw Problem(
                "--domain with a prefix needs the region of the pool", remedy: "give --region, or the whole host",
                status: .usage)
        }
        let host = try Self.prefixDomain(domain, region)
        self = .url(try Self.secureURL("https://\(host)\(Self.cognitoPath)", option: "--domain"))
    }

    /// Cognito developer guide, *Using the Amazon Cognito prefix domain*, and *Amazon Cognito in AWS GovCloud (US)*,
    /// where only FIPS endpoints are. Of other partitions AWS does not document the host.
    private static func prefixDomain(_ prefix: String, _ region: String) throws(Problem) -> String {
        let isName = prefix.utf8.allSatisfy(isLabelByte) && (1...63).contains(prefix.utf8.count)
        guard isName else {
            throw Problem(
                "--domain is neither a host nor a prefix of a-z, 0-9 and -", remedy: "give the host without https://",
                status: .usage)
        }
        guard CognitoUserPool(id: "\(region)_x") != nil else {
            throw Problem("--region is not a region's name", remedy: "give one such as eu-west-1", status: .usage)
        }
        guard !["cn-", "eusc-", "us-iso", "eu-iso"].contains(where: region.hasPrefix) else {
            throw Problem(
                "the hosts of prefixes in \(region) are not documented",
                remedy: "give the whole host as --domain, or --user-pool", status: .usage)
        }
        let service = region.hasPrefix("us-gov-") ? "auth-fips" : "auth"
        return "\(prefix).\(service).\(region).amazoncognito.com"
    }

    init(userPool id: String) throws(Problem) {
        guard let pool = CognitoUserPool(id: id) else {
            throw Problem(
                "--user-pool is not the id of a user pool", remedy: "give one such as eu-west-1_AbCdEf123",
                status: .usage)
        }
        self = .discovered(issuer: pool.issuer)
    }

    init(issuer: String) throws(Problem) {
        _ = try Self.secureURL(issuer, option: "--issuer")
        // OpenID Connect Discovery §3 and RFC 8414 §2: no query and no fragment.
        guard !issuer.utf8.contains(UInt8(ascii: "?")) else {
            throw Problem(
                "--issuer has a query, which no issuer has", remedy: "give it exactly as the tokens' iss has it",
                status: .usage)
        }
        _ = try Self.secureURL(Self.discoveryAddress(of: issuer), option: "--issuer")
        self = .discovered(issuer: issuer)
    }

    /// OpenID Connect Discovery §4.1: a slash at the issuer's end is left out.
    static func discoveryAddress(of issuer: String) -> String {
        let base = issuer.utf8.last == UInt8(ascii: "/") ? String(issuer.dropLast()) : issuer
        return "\(base)/.well-known/openid-configuration"
    }

    private static func secureURL(
        _ text: String, option: String, remedy: String = "give an https:// address"
    ) throws(Problem) -> SecureURL {
        do {
            return try SecureURL(parsing: text)
        } catch {
            throw Problem("\(option): \(error)", remedy: remedy, status: .usage)
        }
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            || byte == UInt8(ascii: "-")
    }
}

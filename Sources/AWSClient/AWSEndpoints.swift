import HTTPTransport

/// Where the services of a region are asked.
struct AWSEndpoints {
    /// The longest name of a region there is has 16 bytes; this leaves room, and fits one label of a host name.
    static let regionLimitInBytes = 32

    /// The domains of AWS's partitions by the beginnings of their regions' names; all others are of `amazonaws.com`.
    private static let domains = [
        ("cn-", "amazonaws.com.cn"), ("eusc-", "amazonaws.eu"), ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"), ("eu-isoe-", "cloud.adc-e.uk"), ("us-isof-", "csp.hci.ic.gov"),
    ]

    private let origins: [AWSService: SecureURL]

    /// - Parameters:
    ///   - region: Checked by ``isRegion(_:)``.
    ///   - profile: Whose `endpoint_url` counts where no variable is set.
    ///   - surroundings: For their variables.
    /// - Throws: ``AWSError/endpoint(place:reason:)`` for an address that is no origin.
    init(region: String, profile: Profile, surroundings: AWSSurroundings) throws(AWSError) {
        var origins: [AWSService: SecureURL] = [:]
        for service in AWSService.allCases {
            let stated = try Self.stated(service, profile, surroundings)
            origins[service] = try Self.origin(
                stated?.url ?? Self.standard(service, region: region, surroundings),
                place: stated?.place ?? "the region")
        }
        self.origins = origins
    }

    func origin(of service: AWSService) throws(AWSError) -> SecureURL {
        guard let origin = origins[service] else { throw .endpoint(place: service.rawValue, reason: "no address") }
        return origin
    }

    static func isRegion(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...regionLimitInBytes).contains(bytes.count), bytes.first.map(isLetter) == true,
            bytes.last != UInt8(ascii: "-")
        else { return false }
        return bytes.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func standard(_ service: AWSService, region: String, _ surroundings: AWSSurroundings) -> String {
        let domain = domains.first { region.hasPrefix($0.0) }?.1 ?? "amazonaws.com"
        let isFIPS = surroundings.variable("AWS_USE_FIPS_ENDPOINT")?.lowercased() == "true"
        return "https://\(service.rawValue)\(isFIPS ? "-fips" : "").\(region).\(domain)"
    }

    /// In the SDKs' order: the service's variable, the common one, the profile's setting.
    private static func stated(
        _ service: AWSService, _ profile: Profile, _ surroundings: AWSSurroundings
    ) throws(AWSError) -> (url: String, place: String)? {
        guard surroundings.variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.lowercased() != "true" else { return nil }
        for name in [service.endpointVariable, "AWS_ENDPOINT_URL"] {
            if let url = surroundings.variable(name) { return (url, name) }
        }
        do throws(CredentialsError) {
            return try profile.setting("endpoint_url").map { ($0.value, $0.place) }
        } catch {
            throw .credentials(error)
        }
    }

    private static func origin(_ text: String, place: String) throws(AWSError) -> SecureURL {
        let url: SecureURL
        do throws(HTTPURLError) {
            url = try SecureURL(parsing: text)
        } catch {
            throw .endpoint(place: place, reason: error.description)
        }
        guard url.url.target == "/" else { throw .endpoint(place: place, reason: "URL holds a path or a query") }
        return url
    }
}

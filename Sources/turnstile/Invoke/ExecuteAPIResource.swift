import StrictJSON

/// The API and stage of an event, to which requests can be put:
/// `arn:{partition}:execute-api:{region}:{account}:{api}/{stage}/{verb}/{path}`.
struct ExecuteAPIResource: Equatable {
    /// The five parts before the API, with their colons.
    let service: String
    let api: String
    let stage: String

    /// - Parameter event: Its `methodArn`, or `routeArn` in payload format 2.0.
    init?(event: JSONValue) {
        guard let arn = (event["methodArn"] ?? event["routeArn"])?.string else { return nil }
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6 else { return nil }
        let resource = parts[5].split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard resource.count == 3 else { return nil }
        service = parts[..<5].joined(separator: ":") + ":"
        api = String(resource[0])
        stage = String(resource[1])
    }

    /// The ARN of a request such as `GET /external/orders` or `$connect`.
    func arn(of request: String) -> String { Self.arn(service, api, stage, request) }

    /// The same request where the policy must not reach: another API, and another stage of this one.
    func arnsElsewhere(of request: String) -> [String] {
        [Self.arn(service, api + "x", stage, request), Self.arn(service, api, stage + "x", request)]
    }

    private static func arn(_ service: String, _ api: String, _ stage: String, _ request: String) -> String {
        let parts = request.split(separator: " ", maxSplits: 1)
        return "\(service)\(api)/\(stage)/\(parts.joined())"
    }
}

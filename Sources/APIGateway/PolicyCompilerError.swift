package import Authorization

/// Why a route table cannot be told to API Gateway as one policy a token. `"policy": "request"` answers for one
/// request at a time and needs none of this.
package enum PolicyCompilerError: Error, Equatable, Sendable {
    /// Some caller is permitted the first route and refused the second, and no set of patterns tells API Gateway so:
    /// the first route's wildcard takes this request of the second, and whatever denies it also denies the example,
    /// a request of a third route (or of the first) that the caller is permitted.
    case notExact(permitted: RouteKey, refused: RouteKey, request: String, harmed: RouteKey, example: String)
    /// The paths of the routes overlap in more ways than are worth following.
    case tooHard
    /// The rules combine in more ways than are worth looking at for the longest policy.
    case tooManyCallers
    /// A resource would be longer than API Gateway takes.
    case resourceTooLong(RouteKey, limitInBytes: Int)
    /// The answer for some caller would be longer than API Gateway takes.
    case policyTooLong(lengthInBytes: Int, limitInBytes: Int, routes: Int)
}

extension PolicyCompilerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notExact(let permitted, let refused, let request, let harmed, let example):
            "one policy cannot allow \(permitted.description) and refuse \(refused.description): \(request) would be "
                + "decided wrongly, or else \(example) of \(harmed.description); give the routes one rule, "
                + "change a path so that they do not overlap, or set \"policy\" to \"request\""
        case .tooHard:
            "the paths of the routes overlap in too many ways to be compiled; set \"policy\" to \"request\""
        case .tooManyCallers:
            "whether the policy of every caller fits cannot be told, since the rules combine in too many ways; "
                + "use wider routes or fewer rules, or set \"policy\" to \"request\""
        case .resourceTooLong(let route, let limit):
            "\(route.description) makes a resource of more than \(limit) bytes; shorten it, "
                + "or set \"policy\" to \"request\""
        case .policyTooLong(let length, let limit, let routes):
            "the policy of a caller of \(routes) of the routes takes \(length) bytes of \(limit); use wider routes, "
                + "or set \"policy\" to \"request\""
        }
    }
}

import APIGateway

/// IAM's rules for the resources of identity policies, written from IAM's documentation and from nothing of this
/// package's: *Policy evaluation logic* (an explicit deny wins; what is not allowed is denied) and *IAM JSON policy
/// elements: Resource* (`*` any characters, `?` any one, case-sensitive).
enum IAMEvaluator {
    static func allows(_ request: String, allow: [String], deny: [String]) -> Bool {
        let request = Array(request.utf8)
        guard !deny.contains(where: { matches(Array($0.utf8), request) }) else { return false }
        return allow.contains { matches(Array($0.utf8), request) }
    }

    static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var reachable = Set([0])
        for symbol in pattern {
            if symbol == UInt8(ascii: "*") {
                guard let least = reachable.min() else { return false }
                reachable = Set(least...text.count)
            } else {
                let next = reachable.filter {
                    $0 < text.count && (symbol == UInt8(ascii: "?") || symbol == text[$0])
                }
                reachable = Set(next.map { $0 + 1 })
            }
        }
        return reachable.contains(text.count)
    }
}

import StrictJSON

/// A resource of a policy as IAM reads it (IAM user guide, *IAM JSON policy elements: Resource*): `*` takes any
/// characters, `/` among them, `?` takes one, and letters have their case.
struct ResourcePattern {
    let text: ExactString

    /// - Complexity: O(n · m): only the latest `*` is ever gone back to.
    func matches(_ resource: ExactString) -> Bool {
        let (pattern, resource) = (text.utf8, resource.utf8)
        var (position, taken) = (0, 0)
        var latestStar: (position: Int, taken: Int)?
        while taken < resource.count {
            if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
                latestStar = (position, taken)
                position += 1
            } else if position < pattern.count,
                pattern[position] == UInt8(ascii: "?") || pattern[position] == resource[taken]
            {
                position += 1
                taken += 1
            } else if let star = latestStar {
                latestStar = (star.position, star.taken + 1)
                (position, taken) = (star.position + 1, star.taken + 1)
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

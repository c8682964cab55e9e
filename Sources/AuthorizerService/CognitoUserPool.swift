/// The id of an Amazon Cognito user pool, `<region>_<name>`, and the addresses that follow from it.
package struct CognitoUserPool: Hashable, Sendable {
    package let id: String
    private let region: String

    /// The longest id, in bytes (Cognito API, `UserPoolId`).
    private static let limitInBytes = 55

    /// Where a partition's service addresses end, by the start of its regions' names; all others are under
    /// `amazonaws.com`. The source is botocore's partitions.json.
    private static let suffixes = [
        ("cn-", "amazonaws.com.cn"), ("eusc-", "amazonaws.eu"), ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"), ("eu-isoe-", "cloud.adc-e.uk"), ("us-isof-", "csp.hci.ic.gov"),
    ]

    /// - Parameter id: A region of lower-case letters, digits and hyphens, `_`, and letters and digits.
    package init?(id: String) {
        let parts = id.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard id.utf8.count <= Self.limitInBytes, parts.count == 2, Self.isRegion(parts[0]), !parts[1].isEmpty,
            parts[1].allSatisfy({ Self.isDigit($0) || Self.isLowerCase($0 | 0x20) })
        else { return nil }
        self.id = id
        region = String(decoding: Array(parts[0]), as: UTF8.self)
    }

    /// What `iss` is in every token of the pool.
    package var issuer: String {
        let suffix = Self.suffixes.first { region.utf8.starts(with: $0.0.utf8) }?.1 ?? "amazonaws.com"
        return "https://cognito-idp.\(region).\(suffix)/\(id)"
    }

    package var jwksURL: String { "\(issuer)/.well-known/jwks.json" }

    /// `eu-west-1`, `us-gov-west-1`, `eusc-de-east-1`: words, and a number at the end.
    private static func isRegion(_ text: Substring.UTF8View.SubSequence) -> Bool {
        let words = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard words.count >= 3, let number = words.last, !number.isEmpty else { return false }
        return number.allSatisfy(isDigit) && words.dropLast().allSatisfy { !$0.isEmpty && $0.allSatisfy(isLowerCase) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
    private static func isLowerCase(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte }
}

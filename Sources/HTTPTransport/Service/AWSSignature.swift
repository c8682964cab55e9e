/// What a request to AWS is signed with (Signature Version 4).
package struct AWSSignature: Sendable {
    package let accessKeyID: String
    package let secretAccessKey: String
    /// Of temporary credentials. It is sent, and signed, as `X-Amz-Security-Token`.
    package let sessionToken: String?
    package let region: String
    /// The service's signing name, such as `apigateway`.
    package let service: String

    /// - Returns: `nil` where a text is empty, or holds what would end a line, a field of the signature's scope, or the
    ///   text itself for C: anything outside visible ASCII, and in the region or the service anything but letters,
    ///   digits and `-`; in the key id also `/` and `,`, which separate it from what follows. Also where the session token is
    ///   longer than a header may be.
    package init?(accessKeyID: String, secretAccessKey: String, sessionToken: String?, region: String, service: String)
    {
        let secrets = [accessKeyID, secretAccessKey] + (sessionToken.map { [$0] } ?? [])
        guard secrets.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }) else {
            return nil
        }
        guard !accessKeyID.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ",") }) else {
            return nil
        }
        if let sessionToken, HTTPField(name: Self.tokenField, value: sessionToken) == nil { return nil }
        guard [region, service].allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isScopeByte) }) else { return nil }
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.region = region
        self.service = service
    }

    static let tokenField = "X-Amz-Security-Token"

    private static func isScopeByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

extension AWSSignature: CustomStringConvertible, CustomDebugStringConvertible {
    /// The key id is no secret; the rest is.
    package var description: String { "signature by \(accessKeyID) for \(service) in \(region)" }
    package var debugDescription: String { description }
}

import StrictJSON

/// A token, and until when it is good.
struct AccessToken: Sendable {
    let text: String
    /// What was granted, as far as the server says (RFC 6749 §5.1), or else what was asked for.
    let scope: String?
    /// Seconds since 1970, before the token was asked for: so its end is never taken for later than it is.
    let obtainedAt: Int64
    /// Seconds since 1970; `nil` where the server does not say.
    let expiresAt: Int64?

    /// A cached token is not handed out in its last seconds: the caller has a request to make with it yet.
    static let marginInSeconds: Int64 = 60
    /// Of a short life, the last tenth.
    static let marginDivisor: Int64 = 10
    /// More is not believed: a token that never ends would never be fetched anew.
    static let lifetimeRangeInSeconds: ClosedRange<Int64> = 1...31_536_000

    /// Whether it may be handed out at `now`. Before it was obtained the clock was set back, and how much of its life
    /// is left cannot be told.
    func isUsable(at now: Int64) -> Bool {
        guard let expiresAt, now >= obtainedAt else { return false }
        let lifetime = expiresAt - obtainedAt
        return now < expiresAt - min(Self.marginInSeconds, lifetime / Self.marginDivisor)
    }

    /// The credentials' characters (RFC 6750 §2.1, `b64token`). Whatever else came would be more than one header, or
    /// more than one line of a terminal.
    static func isBearerToken(_ bytes: ArraySlice<UInt8>) -> Bool {
        let body = bytes.prefix { isTokenByte($0) }
        return !body.isEmpty && bytes[body.endIndex...].allSatisfy { $0 == UInt8(ascii: "=") }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            return true
        default: return "-._~+/".utf8.contains(byte)
        }
    }
}

extension AccessToken: CustomStringConvertible, CustomReflectable {
    var description: String { "[token]" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

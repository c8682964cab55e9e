import StrictJSON

/// Why a request has no token to verify. Faults of the caller, in the order in which they are looked for.
package enum CredentialsFault: Error, Equatable, Sendable {
    case missing
    case ambiguous
    case malformed

    /// A stable identifier for logs, metrics and alarms. Never reworded, never reused.
    package var code: String {
        switch self {
        case .missing: "missing_token"
        case .ambiguous: "ambiguous_credentials"
        case .malformed: "malformed_token"
        }
    }
}

extension CredentialsFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing: "request has no bearer token"
        case .ambiguous: "request has more than one set of credentials"
        case .malformed: "request's credentials are not Bearer, a space and one token"
        }
    }
}

/// The value of an `Authorization` header (RFC 9110 §11.6.2), as far as bearer tokens go (RFC 6750 §2.1).
enum BearerCredentials {
    /// - Returns: The token. `Bearer` in any case (RFC 9110 §11.1), one space or more, one b64token, and the end.
    static func token(in value: ArraySlice<UInt8>) throws(CredentialsFault) -> ArraySlice<UInt8> {
        guard !value.isEmpty else { throw .missing }
        let scheme = value.prefix { $0 != UInt8(ascii: " ") }
        guard !scheme.isEmpty, schemeCharacters.containsAll(of: scheme.span) else { throw .malformed }
        guard isBearer(scheme) else { throw .missing }
        let token = value[scheme.endIndex...].drop { $0 == UInt8(ascii: " ") }
        guard isToken(token) else { throw .malformed }
        return token
    }

    /// The same, and a token with no scheme before it: what many clients send in the header that a REST authorizer
    /// of type TOKEN is configured to read.
    static func tokenWithOrWithoutScheme(
        in value: ArraySlice<UInt8>
    ) throws(CredentialsFault) -> ArraySlice<UInt8> {
        value.contains(UInt8(ascii: " ")) || isBearer(value) || !isToken(value) ? try token(in: value) : value
    }

    /// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="` (RFC 6750 §2.1).
    static func isToken(_ text: ArraySlice<UInt8>) -> Bool {
        let end = text.lastIndex { $0 != UInt8(ascii: "=") }
        guard let end else { return false }
        let characters = text[...end]
        var rest = characters.span
        while rest.count >= 8 {
            guard areTokenCharacters(rest.firstWord) else { return false }
            rest = rest.extracting(droppingFirst: 8)
        }
        return areTokenCharacters(rest.shortWord(filledWith: UInt8(ascii: "A")))
    }

    @inline(__always)
    private static func areTokenCharacters(_ word: UInt64) -> Bool {
        // No other character becomes a letter by this bit, which upper case lacks.
        let letters = Words.marks(of: 0x61...0x7A, in: word | 0x2020_2020_2020_2020)
        // `-` `.` `/` and the digits stand in a row.
        let digits = Words.marks(of: UInt8(ascii: "-")...UInt8(ascii: "9"), in: word)
        let others =
            Words.marks(of: UInt8(ascii: "+")...UInt8(ascii: "+"), in: word)
            | Words.marks(of: UInt8(ascii: "_")...UInt8(ascii: "_"), in: word)
            | Words.marks(of: UInt8(ascii: "~")...UInt8(ascii: "~"), in: word)
        return Words.areAllMarked(letters | digits | others, in: word)
    }

    /// `tchar` (RFC 9110 §5.6.2).
    private static let schemeCharacters = ASCIISet(alphanumericsAnd: "!#$%&'*+-.^_`|~")

    private static func isBearer(_ scheme: ArraySlice<UInt8>) -> Bool {
        scheme.count == 6 && zip(scheme, "bearer".utf8).allSatisfy { $0 | 0x20 == $1 }
    }
}

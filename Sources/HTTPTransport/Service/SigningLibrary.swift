import CLibcurl

/// What the libcurl at hand signs of a request. Its versions differ in how they write path and query down for the
/// signature; AWS knows one way only.
package enum SigningLibrary: Sendable {
    /// Before 7.88: not all headers are signed, the session token among them.
    case unable
    /// 7.88 through 8.2: path and query are signed as the URL has them.
    case signingAsWritten
    /// 8.3 through 8.13: sorts parameters by as many bytes of `name=value` as the shorter one has. What is already
    /// percent-encoded in the path is signed as the URL has it.
    case sortingRoughly
    /// 8.14 through 8.18: as the last, but signs an encoded `+` of the query as a space. (8.16 was seen to, 8.19 not to.)
    case takingPlusForSpace
    /// From 8.19: encodes the path once more, as AWS has it, and sorts by name and then by value.
    case canonical

    /// - Parameter version: As libcurl numbers itself, a byte each for major, minor and patch.
    package init(version: UInt32) {
        self =
            switch version {
            case ..<0x07_58_00: .unable
            case ..<0x08_03_00: .signingAsWritten
            case ..<0x08_0E_00: .sortingRoughly
            case ..<0x08_13_00: .takingPlusForSpace
            default: .canonical
            }
    }

    /// Of the libcurl that is loaded.
    package static var current: SigningLibrary { SigningLibrary(version: version) }

    /// The version of the libcurl that is loaded: `7.88.1`.
    package static var versionText: String { "\(version >> 16 & 0xFF).\(version >> 8 & 0xFF).\(version & 0xFF)" }

    private static var version: UInt32 { clibcurl_version() }

    /// Whether requests for this target are signed as AWS will.
    package func canSign(_ target: CanonicalTarget) -> Bool {
        switch self {
        case .unable: false
        case .signingAsWritten, .canonical: true
        case .sortingRoughly: target.isSortedByPrefixes
        case .takingPlusForSpace: !target.query.contains("%2B")
        }
    }

    /// Whether the URL must hold the path as it is signed, and the request line be given apart from it.
    var needsSignedPath: Bool {
        switch self {
        case .unable, .signingAsWritten, .sortingRoughly: true
        case .takingPlusForSpace, .canonical: false
        }
    }
}

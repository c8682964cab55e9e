package import HTTPTransport
package import JOSE
package import OpenSSLSignatures
import StrictJSON

/// Gets one key set from where it is published.
package struct KeyFetcher: Sendable {
    private let client: SecureClient
    /// For the hosts of one domain, and asked before ``client``.
    private let first: (client: SecureClient, domain: String)?
    private let signatures: OpenSSLVerifier
    private let maxBytes: Int

    package init(_ keys: KeyFetching, signatures: OpenSSLVerifier, system: TrustAnchors = .system) {
        let trust = keys.caFile.map { TrustAnchors(file: $0) } ?? system
        let userAgent = "turnstile/\(Turnstile.version)"
        client = SecureClient(trust: trust, userAgent: userAgent)
        first = keys.firstRoots.flatMap { roots in
            guard keys.caFile == nil else { return nil }
            return (SecureClient(trust: TrustAnchors(file: roots.file), userAgent: userAgent), roots.domain)
        }
        self.signatures = signatures
        maxBytes = Int(clamping: keys.maxBytes)
    }

    package enum Outcome {
        /// `text` is the set as it came.
        case set(KeySet<PublicKey>, entityTag: [UInt8]?, text: [UInt8])
        /// 304: the set is the one whose entity tag was sent.
        case notModified
    }

    /// Makes one request, or two where the address has to be discovered first.
    ///
    /// - Parameters:
    ///   - address: Where the set is published, or where that is said.
    ///   - entityTag: Of the set that is known, for a conditional request (RFC 9110 §13.1.2).
    ///   - timeoutInMilliseconds: For all of it together.
    ///   - uptime: The clock that the time is taken by.
    /// - Returns: A set with at least one usable key; or that the known one still holds.
    /// - Throws: ``KeyFetchError``.
    package func fetch(
        _ address: KeyLocation.Address, entityTag: [UInt8]?, timeoutInMilliseconds: Int64, uptime: () -> Uptime
    ) throws(KeyFetchError) -> Outcome {
        let start = uptime()
        switch address {
        case .jwksURL(let url):
            return try fetchSet(url, entityTag, timeoutInMilliseconds, uptime)
        case .discovery(let issuer):
            let url = try discover(issuer, timeoutInMilliseconds, uptime)
            let rest = timeoutInMilliseconds - uptime().nanoseconds(since: start) / 1_000_000
            guard rest > 0 else { throw .transport(TransportError(.timedOut, mayHaveBeenSent: false)) }
            return try fetchSet(url, entityTag, rest, uptime)
        }
    }

    private func fetchSet(
        _ url: String, _ entityTag: [UInt8]?, _ timeout: Int64, _ uptime: () -> Uptime
    ) throws(KeyFetchError) -> Outcome {
        var fields = [HTTPField(name: "Accept", value: "application/json")]
        let condition = entityTag.flatMap(Self.condition)
        fields.append(condition)
        let response = try get(url, fields.compactMap { $0 }, timeout, uptime)
        if response.status == 304, condition != nil { return .notModified }
        guard response.status == 200 else { throw .status(response.status) }
        let set: KeySet<PublicKey>
        do throws(KeySetError) {
            set = try KeySet(parsing: response.body, using: signatures)
        } catch {
            throw .notAKeySet(error)
        }
        guard !set.isEmpty else { throw .noUsableKey(skipped: set.skipped.count) }
        let tag = response.headers.value(of: "ETag").map { Array($0) }
        return .set(set, entityTag: tag.flatMap(Self.condition) == nil ? nil : tag, text: response.body)
    }

    /// - Returns: `nil` for a tag that cannot be sent back as it came: what is not ASCII might become another.
    private static func condition(_ entityTag: [UInt8]) -> HTTPField? {
        guard entityTag.allSatisfy({ 0x20...0x7E ~= $0 }) else { return nil }
        return HTTPField(name: "If-None-Match", value: String(decoding: entityTag, as: UTF8.self))
    }

    /// OpenID Connect Discovery §4.
    private func discover(
        _ issuer: String, _ timeout: Int64, _ uptime: () -> Uptime
    ) throws(KeyFetchError) -> String {
        let base = issuer.utf8.last == UInt8(ascii: "/") ? String(issuer.dropLast()) : issuer
        let response = try get("\(base)/.well-known/openid-configuration", [], timeout, uptime)
        guard response.status == 200 else { throw .status(response.status) }
        return try Self.address(inDocument: response.body, of: issuer)
    }

    /// The document must name the very issuer it was asked of (OpenID Connect Discovery §4.3), and its `jwks_uri` must
    /// be of `https` (§3). Only of an issuer on this machine, which is asked by `http` itself, it may be `http`: no
    /// issuer elsewhere sends a request to this machine's own ports.
    static func address(inDocument bytes: [UInt8], of issuer: String) throws(KeyFetchError) -> String {
        guard let document = try? JSONDocument(parsing: bytes), document.root.kind == .object else {
            throw .discovery(.notADocument)
        }
        guard document.root["issuer"]?.isString(issuer) == true else { throw .discovery(.otherIssuer) }
        guard let url = document.root["jwks_uri"]?.string else { throw .discovery(.noAddress) }
        guard url.utf8.starts(with: "https://".utf8) || issuer.utf8.starts(with: "http://".utf8) else {
            throw .discovery(.insecureAddress)
        }
        return url
    }

    private func get(
        _ url: String, _ fields: [HTTPField], _ timeout: Int64, _ uptime: () -> Uptime
    ) throws(KeyFetchError) -> HTTPResponse {
        let address: SecureURL
        do throws(HTTPURLError) {
            address = try SecureURL(parsing: url)
        } catch {
            throw .address(error)
        }
        do throws(TransportError) {
            return try send(address, fields, timeout, uptime)
        } catch {
            throw .transport(error)
        }
    }

    private func send(
        _ url: SecureURL, _ fields: [HTTPField], _ timeout: Int64, _ uptime: () -> Uptime
    ) throws(TransportError) -> HTTPResponse {
        func request(_ timeout: Int64) -> HTTPRequest {
            HTTPRequest(
                url: url, fields: fields, timeoutInMilliseconds: Int(clamping: timeout), bodyLimitInBytes: maxBytes)
        }
        guard let first, url.url.isOfDomain(first.domain) else { return try client.send(request(timeout)) }
        let start = uptime()
        do throws(TransportError) {
            return try first.client.send(request(timeout))
        } catch {
            guard error.kind == .tls(.peerNotVerified) || error.kind == .tls(.trustAnchorsUnreadable) else {
                throw error
            }
            let rest = timeout - uptime().nanoseconds(since: start) / 1_000_000
            guard rest > 0 else { throw error }
            return try client.send(request(rest))
        }
    }
}

/// Why a fetch brought no key set.
package enum KeyFetchError: Error, Sendable {
    case transport(TransportError)
    case status(Int)
    case notAKeySet(KeySetError)
    /// A key set, but none of its keys can be used.
    case noUsableKey(skipped: Int)
    case discovery(DiscoveryFault)
    /// The address that was discovered is not one to be asked.
    case address(HTTPURLError)

    package enum DiscoveryFault: Sendable { case notADocument, otherIssuer, noAddress, insecureAddress }

    /// Stable, for logs.
    package var code: String {
        switch self {
        case .transport(let error): error.code
        case .status: "http_status"
        case .notAKeySet(.cryptographyFailed): "cryptography_failed"
        case .notAKeySet: "not_a_key_set"
        case .noUsableKey: "no_usable_key"
        case .discovery: "discovery_failed"
        case .address: "address_refused"
        }
    }
}

extension KeyFetchError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .transport(let error): error.description
        case .status(let status): "HTTP status \(status) instead of 200"
        case .notAKeySet(let error): error.description
        case .noUsableKey(let skipped): "none of the \(skipped) keys can be used"
        case .discovery(.notADocument): "the discovery document is not a JSON object"
        case .discovery(.otherIssuer): "the discovery document names another issuer"
        case .discovery(.noAddress): "the discovery document has no jwks_uri"
        case .discovery(.insecureAddress): "the jwks_uri of the discovery document is not an https URL"
        case .address(let error): error.description
        }
    }
}

/// Why there is no whole response to return. A response of any status, 500 included, is not an error.
package struct TransportError: Error, Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case couldNotResolve
        case couldNotConnect
        case tls(TLSFailure)
        /// The connection or the whole exchange took longer than it may.
        case timedOut
        /// The status line and the headers passed the limit.
        case headTooLarge(limitInBytes: Int)
        /// The body passed the limit while it came, and was abandoned.
        case bodyTooLarge(limitInBytes: Int)
        /// The connection ended before the response did; or while the request was sent.
        case cutOff
        /// What came is not an HTTP/1.x response (RFC 9112 §4, §5).
        case malformedResponse
        /// The request has a target that is no path.
        case invalidTarget
        /// libcurl could not be initialised, or gave no handle or list: the process is out of memory.
        case libraryUnavailable
        /// Anything else; `code` is libcurl's `CURLcode`.
        case other(code: UInt32)
    }

    package enum TLSFailure: Equatable, Sendable {
        /// The certificate is not for this host, is out of date, or leads to none of the trusted roots.
        case peerNotVerified
        /// None of the files of trusted roots could be read.
        case trustAnchorsUnreadable
        /// No TLS 1.2 or newer connection came about.
        case handshakeFailed
    }

    package let kind: Kind

    /// Whether the server may have got the request, whole or in part. `false` is certain: no connection came about, or
    /// it took no byte.
    /// A request that changes something must not be repeated while this is `true`.
    package let mayHaveBeenSent: Bool

    package init(_ kind: Kind, mayHaveBeenSent: Bool) {
        self.kind = kind
        self.mayHaveBeenSent = mayHaveBeenSent
    }
}

extension TransportError {
    /// Stable: for logs, metrics and alarms.
    package var code: String {
        switch kind {
        case .couldNotResolve: "could_not_resolve"
        case .couldNotConnect: "could_not_connect"
        case .tls(.peerNotVerified): "tls_peer_not_verified"
        case .tls(.trustAnchorsUnreadable): "tls_trust_anchors_unreadable"
        case .tls(.handshakeFailed): "tls_handshake_failed"
        case .timedOut: "timed_out"
        case .headTooLarge: "response_head_too_large"
        case .bodyTooLarge: "response_body_too_large"
        case .cutOff: "cut_off"
        case .malformedResponse: "malformed_response"
        case .invalidTarget: "invalid_target"
        case .libraryUnavailable: "library_unavailable"
        case .other: "transport_failed"
        }
    }
}

extension TransportError: CustomStringConvertible {
    package var description: String {
        switch kind {
        case .couldNotResolve: "host name could not be resolved"
        case .couldNotConnect: "could not connect"
        case .tls(.peerNotVerified): "the server's certificate could not be verified"
        case .tls(.trustAnchorsUnreadable): "the file of trusted roots could not be read"
        case .tls(.handshakeFailed): "no TLS 1.2 or newer connection came about"
        case .timedOut: "timed out"
        case .headTooLarge(let limit): "response head longer than \(limit) bytes"
        case .bodyTooLarge(let limit): "response body longer than \(limit) bytes"
        case .cutOff: "the connection ended too early"
        case .malformedResponse: "the response is not HTTP/1.x"
        case .invalidTarget: "the request has no valid path"
        case .libraryUnavailable: "libcurl is out of memory"
        case .other(let code): "libcurl failed with code \(code)"
        }
    }
}

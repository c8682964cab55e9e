import CLibcurl

/// Whose certificates are believed: files in PEM, of which the first that can be read is used.
package struct TrustAnchors: Equatable, Sendable {
    package let files: [String]

    package init(file: String) { files = [file] }

    private init(files: [String]) { self.files = files }

    /// Where Amazon Linux and Debian keep the roots of the web.
    package static let system = TrustAnchors(files: [
        "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt",
    ])
}

/// HTTPS to any host, each request on a connection of its own.
///
/// Certificate and host name are always verified, with TLS 1.2 or newer. Nothing outlives a request: no connection
/// that a freeze of the process could kill, no TLS session that would skip the verification, no name that moved.
package struct SecureClient: Sendable {
    private let trust: TrustAnchors
    private let userAgent: String

    /// - Parameters:
    ///   - trust: Used for `https`; `http`, to loopback only, is asked without TLS.
    ///   - userAgent: The value of `User-Agent`.
    package init(trust: TrustAnchors, userAgent: String) {
        self.trust = trust
        self.userAgent = userAgent
    }

    /// Performs one request and waits for its end. No redirect is followed, no cookie kept, no coding undone.
    ///
    /// - Throws: ``TransportError`` when there is no whole response within the request's limits.
    package func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
        guard request.url.url.scheme == .https else { return try send(request, trusting: nil) }
        return try trust.firstReadable { file throws(TransportError) in try send(request, trusting: file) }
    }

    private func send(_ request: HTTPRequest, trusting file: String?) throws(TransportError) -> HTTPResponse {
        let handle = try CurlHandle(protocol: request.url.url.scheme, userAgent: userAgent)
        let fields = try FieldList(request.fields)
        try handle.set(CURLOPT_URL, request.url.url.text)
        try handle.setFields(fields)
        try handle.setLimits(
            timeoutInMilliseconds: request.timeoutInMilliseconds,
            connectTimeoutInMilliseconds: request.connectTimeoutInMilliseconds)
        handle.limitBody(toBytes: request.bodyLimitInBytes)
        if let file { try handle.requireTLS(trusting: file) }
        let status = try perform(request.method, on: handle)
        return HTTPResponse(status: status, headers: handle.headers, body: handle.body)
    }

    private func perform(_ method: HTTPRequest.Method, on handle: borrowing CurlHandle) throws(TransportError) -> Int {
        switch method {
        case .get:
            return try handle.perform(keepingResponse: true)
        case .post(let body):
            try handle.set(CURLOPT_POST, 1)
            return try handle.perform(posting: body, keepingResponse: true)
        }
    }
}

extension TrustAnchors {
    /// Makes an attempt with each file in turn, until one of them can be read.
    @inline(__always)
    func firstReadable<Result>(
        _ attempt: (String) throws(TransportError) -> Result
    ) throws(TransportError) -> Result {
        for file in files.dropLast() {
            do throws(TransportError) {
                return try attempt(file)
            } catch {
                guard error.kind == .tls(.trustAnchorsUnreadable) else { throw error }
            }
        }
        guard let last = files.last else { throw TransportError(.tls(.trustAnchorsUnreadable), mayHaveBeenSent: false) }
        return try attempt(last)
    }
}

extension CurlHandle {
    func setLimits(
        timeoutInMilliseconds: Int, connectTimeoutInMilliseconds: Int
    ) throws(TransportError) {
        // libcurl takes 0 for "no limit".
        try set(CURLOPT_TIMEOUT_MS, max(1, timeoutInMilliseconds))
        try set(CURLOPT_CONNECTTIMEOUT_MS, max(1, connectTimeoutInMilliseconds))
    }

    func requireTLS(trusting file: String) throws(TransportError) {
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_CAINFO, file)
        // No session is resumed anyway; and libcurl 7.88 frees one twice where it has no memory to keep it.
        try set(CURLOPT_SSL_SESSIONID_CACHE, 0)
        // A build of libcurl may have a folder of roots of its own, which would be believed beside the file.
        try setNull(CURLOPT_CAPATH)
    }
}

import CLibcurl

/// Requests of the operator's tool, each on a connection of its own.
///
/// As ``SecureClient`` but for what the tool needs and a Lambda function must not have: signatures, every method,
/// plain HTTP to where a machine keeps its credentials, and the proxy that the environment names.
package struct ServiceClient: Sendable {
    package enum Proxy: Sendable {
        case none
        /// For `https` to other machines: what `https_proxy`, `HTTPS_PROXY`, `all_proxy` and `ALL_PROXY` name, but for
        /// the hosts in `no_proxy` and `NO_PROXY`.
        case environment
    }

    private let trust: TrustAnchors
    private let userAgent: String
    private let proxy: Proxy

    package init(trust: TrustAnchors, userAgent: String, proxy: Proxy = .none) {
        self.trust = trust
        self.userAgent = userAgent
        self.proxy = proxy
    }

    /// Performs one request and waits for its end. No redirect is followed, no cookie kept, no coding undone.
    ///
    /// - Throws: ``TransportError`` when there is no whole response within the request's limits; of kind
    ///   `invalidTarget` for a signed request that the libcurl at hand would not sign as AWS does.
    package func send(_ request: ServiceRequest) throws(TransportError) -> HTTPResponse {
        guard request.url.scheme == .https else { return try send(request, trusting: nil) }
        return try trust.firstReadable { file throws(TransportError) in try send(request, trusting: file) }
    }

    private func send(_ request: ServiceRequest, trusting file: String?) throws(TransportError) -> HTTPResponse {
        let handle = try CurlHandle(protocol: request.url.scheme, userAgent: userAgent)
        let fields = try fields(of: request)
        try handle.setFields(fields)
        try handle.setLimits(
            timeoutInMilliseconds: request.timeoutInMilliseconds,
            connectTimeoutInMilliseconds: request.connectTimeoutInMilliseconds)
        handle.limitBody(toBytes: request.bodyLimitInBytes)
        if let file { try handle.requireTLS(trusting: file) }
        if request.url.scheme == .https, proxy == .environment { try handle.heedProxies() }
        try setTarget(of: request, on: handle)
        let status = try perform(request, on: handle)
        return HTTPResponse(status: status, headers: handle.headers, body: handle.body)
    }

    private func fields(of request: ServiceRequest) throws(TransportError) -> FieldList {
        guard case .signed(_, _, let signature) = request.destination else {
            let list = try FieldList(request.fields)
            // libcurl would call any body a form.
            if !request.fields.contains(where: \.isContentType) { try list.append("Content-Type:") }
            return list
        }
        // libcurl 7.88 signs what is to be left out, as a header without a value. It asks for `100 Continue` before
        // bodies of a megabyte only.
        return try FieldList(request.fields + signature.fields, mayWait: true)
    }

    private func setTarget(of request: ServiceRequest, on handle: borrowing CurlHandle) throws(TransportError) {
        guard case .signed(let origin, let target, let signature) = request.destination else {
            return try handle.set(CURLOPT_URL, request.url.text)
        }
        let library = SigningLibrary.current
        guard library.canSign(target) else { throw TransportError(.invalidTarget, mayHaveBeenSent: false) }
        let url = "\(origin.url.scheme.rawValue)://\(origin.url.authority)"
        if library.needsSignedPath {
            try handle.set(CURLOPT_URL, url + target.signedText)
            try handle.set(CURLOPT_REQUEST_TARGET, target.text)
        } else {
            try handle.set(CURLOPT_URL, url + target.text)
        }
        try handle.sign(with: signature)
    }

    private func perform(_ request: ServiceRequest, on handle: borrowing CurlHandle) throws(TransportError) -> Int {
        try handle.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        guard let body = request.body ?? request.emptyBody else { return try handle.perform(keepingResponse: true) }
        try handle.set(CURLOPT_POST, 1)
        return try handle.perform(posting: body, keepingResponse: true)
    }
}

extension ServiceRequest {
    /// The URL whose host is asked.
    var url: HTTPURL {
        switch destination {
        case .signed(let origin, _, _): origin.url
        case .unsigned(let url): url.url
        case .metadata(let url): url.url
        }
    }

    /// RFC 9110 §8.6: a method that anticipates content says so when there is none. libcurl would then also send a
    /// `Content-Type`, which it leaves out only as ``ServiceClient`` cannot ask for in a signed request.
    fileprivate var emptyBody: [UInt8]? {
        if case .signed = destination { return nil }
        return switch method {
        case .post, .put, .patch: []
        case .get, .delete: nil
        }
    }
}

extension HTTPField {
    fileprivate var isContentType: Bool { name.lowercased() == "content-type" }
}

extension AWSSignature {
    /// Headers that are signed with the rest.
    fileprivate var fields: [HTTPField] {
        [sessionToken.flatMap { HTTPField(name: Self.tokenField, value: $0) }].compactMap { $0 }
    }
}

extension CurlHandle {
    /// libcurl takes the time of the signature from the clock of the machine.
    fileprivate func sign(with signature: AWSSignature) throws(TransportError) {
        try set(CURLOPT_AWS_SIGV4, "aws:amz:\(signature.region):\(signature.service)")
        try set(CURLOPT_USERNAME, signature.accessKeyID)
        try set(CURLOPT_PASSWORD, signature.secretAccessKey)
    }

    fileprivate func heedProxies() throws(TransportError) {
        try setNull(CURLOPT_PROXY)
        // The proxy's own answer to CONNECT is not the service's.
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    }
}

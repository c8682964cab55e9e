import CLibcurl

/// One libcurl easy handle and the buffers it fills, uniquely owned.
///
/// Not copyable, so both are freed exactly once and never during a transfer. What holds for every transfer is set
/// here; what differs is set by ``OriginConnection`` and ``SecureClient``.
@safe
struct CurlHandle: ~Copyable {
    private let easy: UnsafeMutableRawPointer
    /// On the heap, since libcurl keeps its address from one transfer to the next.
    private let exchange: UnsafeMutablePointer<Exchange>

    init(protocol scheme: HTTPURL.Scheme, userAgent: String? = nil) throws(TransportError) {
        guard CurlLibrary.isInitialised, let easy = unsafe curl_easy_init() else {
            throw TransportError(.libraryUnavailable, mayHaveBeenSent: false)
        }
        let handle = unsafe CurlHandle(takingOwnershipOf: easy)
        try handle.installCallbacks()
        try handle.set(CURLOPT_PROTOCOLS_STR, scheme.rawValue)
        if let userAgent { try handle.set(CURLOPT_USERAGENT, userAgent) }
        try handle.refuseSurroundings()
        self = handle
    }

    private init(takingOwnershipOf easy: UnsafeMutableRawPointer) {
        unsafe self.easy = easy
        unsafe exchange = .allocate(capacity: 1)
        unsafe exchange.initialize(to: Exchange())
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe exchange.deinitialize(count: 1)
        unsafe exchange.deallocate()
    }

    private func installCallbacks() throws(TransportError) {
        try check(unsafe clibcurl_set_write_fn(easy, Exchange.receiveBody))
        try check(unsafe clibcurl_set_pointer(easy, CURLOPT_WRITEDATA, exchange))
        try check(unsafe clibcurl_set_header_fn(easy, Exchange.receiveHead))
        try check(unsafe clibcurl_set_pointer(easy, CURLOPT_HEADERDATA, exchange))
        try check(unsafe clibcurl_set_prereq_fn(easy, Exchange.beginRequest))
        try check(unsafe clibcurl_set_pointer(easy, CURLOPT_PREREQDATA, exchange))
    }

    /// Nothing but the caller decides where a request goes: no proxy from the environment, no `.netrc`, no redirect.
    private func refuseSurroundings() throws(TransportError) {
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_HTTP09_ALLOWED, 0)
        try set(CURLOPT_TCP_NODELAY, 1)
    }
}

extension CurlHandle {
    /// - Parameter bodyLimitInBytes: Of the responses to come.
    func limitBody(toBytes bodyLimitInBytes: Int) { unsafe exchange.pointee.bodyLimitInBytes = bodyLimitInBytes }

    /// Makes the first connection with this socket of IPv4, which is libcurl's from now on.
    func connect(with socket: Int32) throws(TransportError) {
        unsafe exchange.pointee.socket = socket
        try check(unsafe clibcurl_set_socket_fn(easy, Exchange.openSocket))
        try check(unsafe clibcurl_set_pointer(easy, CURLOPT_OPENSOCKETDATA, exchange))
    }

    func set(_ option: CURLoption, _ value: Int) throws(TransportError) {
        try check(unsafe clibcurl_set_long(easy, option, value))
    }

    /// libcurl keeps a copy of the text. A zero in it would end it early, so it is refused.
    func set(_ option: CURLoption, _ value: String) throws(TransportError) {
        guard !value.utf8.contains(0) else { throw TransportError(.other(code: CURLE_URL_MALFORMAT.rawValue), false) }
        try check(unsafe clibcurl_set_string(easy, option, value))
    }

    /// Sets a text that is ended by a zero; libcurl keeps a copy.
    func set(_ option: CURLoption, terminated value: [UInt8]) throws(TransportError) {
        let code = unsafe value.withUnsafeBytes { bytes in
            unsafe clibcurl_set_string(easy, option, bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        try check(code)
    }

    func setNull(_ option: CURLoption) throws(TransportError) {
        try check(unsafe clibcurl_set_string(easy, option, nil))
    }

    /// The list is borrowed by libcurl until the option is set again.
    func setFields(_ fields: FieldList) throws(TransportError) {
        try check(unsafe clibcurl_set_list(easy, CURLOPT_HTTPHEADER, fields.pointer))
    }

    /// - Throws: Where libcurl refuses an option, before anything was sent.
    private func check(_ code: CURLcode) throws(TransportError) {
        guard code != CURLE_OK else { return }
        throw TransportError(code == CURLE_OUT_OF_MEMORY ? .libraryUnavailable : .other(code: code.rawValue), false)
    }
}

extension CurlHandle {
    /// Performs the request that was set up and waits for its end.
    ///
    /// - Returns: The status.
    func perform(keepingResponse isKept: Bool) throws(TransportError) -> Int {
        unsafe exchange.pointee.begin(keepingResponse: isKept)
        let code = unsafe curl_easy_perform(easy)
        guard code == CURLE_OK else { throw failure(code) }
        // libcurl takes a connection that ends within the head for the end of a response without a body.
        guard unsafe exchange.pointee.headIsComplete else { throw TransportError(.cutOff, true) }
        var status = 0
        try check(unsafe clibcurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status))
        return status
    }

    /// Performs the POST that was set up. libcurl borrows the body, and sends it together with the head.
    func perform(posting body: [UInt8], keepingResponse isKept: Bool) throws(TransportError) -> Int {
        try set(CURLOPT_POSTFIELDSIZE, body.count)
        // libcurl would take no address, which an empty array may have, for "use the read callback".
        let borrowed = body.isEmpty ? [0] : body
        return try unsafe borrowed.withUnsafeBufferPointer { bytes throws(TransportError) in
            let start = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
            try check(unsafe clibcurl_set_pointer(easy, CURLOPT_POSTFIELDS, start))
            return try perform(keepingResponse: isKept)
        }
    }

    var body: [UInt8] { unsafe exchange.pointee.body }
    var headers: HTTPHeaders { unsafe exchange.pointee.headers }
    var hasHeaders: Bool { unsafe exchange.pointee.hasHeaders }

    /// Forgets what came last, so that it is not taken for what comes of a request that cannot even be set up.
    func forgetResponse() { unsafe exchange.pointee.begin(keepingResponse: false) }

    private func failure(_ code: CURLcode) -> TransportError {
        let mayHaveBeenSent = unsafe exchange.pointee.requestsBegun > 0 && !hasCertainlySentNothing
        let kind: TransportError.Kind =
            switch unsafe exchange.pointee.fault {
            case .headTooLarge: .headTooLarge(limitInBytes: Exchange.headLimitInBytes)
            case .bodyTooLarge: .bodyTooLarge(limitInBytes: unsafe exchange.pointee.bodyLimitInBytes)
            case .malformedHead: .malformedResponse
            case .repeated: .cutOff
            case nil: TransportError.Kind(code)
            }
        return TransportError(kind, mayHaveBeenSent: mayHaveBeenSent)
    }

    /// Whether the kernel took no byte of the request: the connection had ended before, which libcurl may overlook
    /// where it was reset.
    private var hasCertainlySentNothing: Bool {
        var bytes = 0
        return unsafe clibcurl_get_long(easy, CURLINFO_REQUEST_SIZE, &bytes) == CURLE_OK && bytes == 0
    }
}

extension TransportError {
    fileprivate init(_ kind: Kind, _ mayHaveBeenSent: Bool) { self.init(kind, mayHaveBeenSent: mayHaveBeenSent) }
}

extension TransportError.Kind {
    fileprivate init(_ code: CURLcode) {
        self =
            switch code {
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .couldNotResolve
            case CURLE_COULDNT_CONNECT: .couldNotConnect
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR: .tls(.peerNotVerified)
            case CURLE_SSL_CACERT_BADFILE: .tls(.trustAnchorsUnreadable)
            case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER: .tls(.handshakeFailed)
            case CURLE_OPERATION_TIMEDOUT: .timedOut
            case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING: .cutOff
            case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING: .malformedResponse
            case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: .libraryUnavailable
            default: .other(code: code.rawValue)
            }
    }
}

/// libcurl's part that belongs to the whole process.
enum CurlLibrary {
    /// Initialises libcurl, once. It is never cleaned up: the process ends with its handles.
    ///
    /// This also initialises OpenSSL, with its configuration file, unless that was done before: whoever does not
    /// want `OPENSSL_CONF` to be read initialises OpenSSL first, since only the first time counts.
    static let isInitialised = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}

extension Exchange {
    /// libcurl's callbacks. Returning another number than was offered, or not zero from the last, ends the transfer.
    static let receiveBody: clibcurl_write_fn = { source, size, count, context in
        guard let source = unsafe source, let context = unsafe context else { return 0 }
        let offered = unsafe UnsafeRawBufferPointer(start: source, count: size * count)
        let exchange = unsafe context.assumingMemoryBound(to: Exchange.self)
        return unsafe exchange.pointee.appendBody(offered) ? offered.count : 0
    }

    static let receiveHead: clibcurl_write_fn = { source, size, count, context in
        guard let source = unsafe source, let context = unsafe context else { return 0 }
        let offered = unsafe UnsafeRawBufferPointer(start: source, count: size * count).bindMemory(to: UInt8.self)
        let exchange = unsafe context.assumingMemoryBound(to: Exchange.self)
        return unsafe exchange.pointee.appendHead(line: Span(_unsafeElements: offered)) ? offered.count : 0
    }

    static let openSocket: curl_opensocket_callback = { context, _, address in
        guard let context = unsafe context, let address = unsafe address else { return CURL_SOCKET_BAD }
        let exchange = unsafe context.assumingMemoryBound(to: Exchange.self)
        let family = unsafe address.pointee.family
        if let given = unsafe exchange.pointee.takeSocket(family: family) { return given }
        return unsafe CLibcurl.socket(family, address.pointee.socktype, address.pointee.protocol)
    }

    static let beginRequest: clibcurl_prereq_fn = { context, _, _, _, _ in
        guard let context = unsafe context else { return CURL_PREREQFUNC_ABORT }
        let exchange = unsafe context.assumingMemoryBound(to: Exchange.self)
        return unsafe exchange.pointee.mayBeginRequest() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
    }
}

/// One request, and how much of it the caller will wait for and take.
package struct HTTPRequest: Sendable {
    package enum Method: Sendable {
        case get
        /// Sends `body` under the `Content-Type` that `fields` gives.
        case post(body: [UInt8])
    }

    package let url: SecureURL
    package let method: Method
    package var fields: [HTTPField] = []
    /// The longest the whole exchange may take, in milliseconds, looking up the name included. At least 1.
    package var timeoutInMilliseconds: Int
    /// The longest until the connection stands, in milliseconds. At least 1.
    package var connectTimeoutInMilliseconds: Int
    /// The most body to accept, in bytes. A longer body is an error, never a truncation.
    package var bodyLimitInBytes: Int

    package init(
        _ method: Method = .get, url: SecureURL, fields: [HTTPField] = [], timeoutInMilliseconds: Int,
        connectTimeoutInMilliseconds: Int? = nil, bodyLimitInBytes: Int
    ) {
        self.url = url
        self.method = method
        self.fields = fields
        self.timeoutInMilliseconds = timeoutInMilliseconds
        self.connectTimeoutInMilliseconds = connectTimeoutInMilliseconds ?? timeoutInMilliseconds
        self.bodyLimitInBytes = bodyLimitInBytes
    }
}

/// A whole response of any status. The body is as it was sent: no content coding is undone.
package struct HTTPResponse: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: [UInt8]

    package init(status: Int, headers: HTTPHeaders, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

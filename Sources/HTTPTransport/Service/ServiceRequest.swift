/// One request of the operator's tool to a service of AWS, or to where a machine keeps its credentials.
///
/// Apart from ``HTTPRequest``, so that whoever fetches keys can neither sign nor reach an address of the last kind.
package struct ServiceRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    package enum Destination: Sendable {
        /// The origin of the URL alone counts: path and query are the target's.
        case signed(SecureURL, CanonicalTarget, AWSSignature)
        case unsigned(SecureURL)
        case metadata(MetadataURL)
    }

    package var method: Method
    package var destination: Destination
    package var fields: [HTTPField] = []
    /// Sent under the `Content-Type` that `fields` gives; `nil` for none at all.
    package var body: [UInt8]?
    /// The longest the whole exchange may take, in milliseconds, looking up the name included. At least 1.
    package var timeoutInMilliseconds: Int
    /// The longest until the connection stands, in milliseconds. At least 1.
    package var connectTimeoutInMilliseconds: Int
    /// The most body to accept, in bytes. A longer body is an error, never a truncation.
    package var bodyLimitInBytes: Int

    package init(
        _ method: Method, to destination: Destination, fields: [HTTPField] = [], body: [UInt8]? = nil,
        timeoutInMilliseconds: Int, connectTimeoutInMilliseconds: Int, bodyLimitInBytes: Int
    ) {
        self.method = method
        self.destination = destination
        self.fields = fields
        self.body = body
        self.timeoutInMilliseconds = timeoutInMilliseconds
        self.connectTimeoutInMilliseconds = connectTimeoutInMilliseconds
        self.bodyLimitInBytes = bodyLimitInBytes
    }
}

/// A URL of `http` to one of the fixed addresses at which AWS gives a machine its credentials: link-local (RFC 3927,
/// RFC 4193), so that no router passes the request on. There is no TLS there to ask for.
package struct MetadataURL: Equatable, Sendable {
    /// EC2's instance metadata by IPv4 and IPv6, ECS's and EKS's container credentials by IPv4, EKS's by IPv6.
    package static let hosts = [
        "169.254.169.254", "[fd00:ec2::254]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]",
    ]

    package let url: HTTPURL

    /// - Returns: `nil` where the scheme is not `http`, or the host not one of ``hosts``, compared byte for byte.
    package init?(_ url: HTTPURL) {
        guard url.scheme == .http, Self.hosts.contains(where: { $0.utf8.elementsEqual(url.host.utf8) }) else {
            return nil
        }
        self.url = url
    }
}

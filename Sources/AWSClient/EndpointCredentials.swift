import HTTPTransport

/// Credentials of a task or a pod, from the address that its platform names.
enum ContainerCredentials {
    private static let host = "http://169.254.170.2"

    static func find(
        in surroundings: AWSSurroundings, _ send: (ServiceRequest) throws(TransportError) -> HTTPResponse
    ) throws(CredentialsError) -> CredentialsChain.Found? {
        let variable: String
        let address: String
        if let path = surroundings.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            variable = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
            guard path.hasPrefix("/") else {
                throw CredentialsError(variable, "not a path that begins with /", "leave it as the platform sets it")
            }
            address = host + path
        } else if let url = surroundings.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            variable = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
            address = url
        } else {
            return nil
        }
        let endpoint = try CredentialsEndpoint(address, place: variable)
        let response = try endpoint.ask(authorization(in: surroundings), send)
        guard let response else {
            throw CredentialsError(variable, "nobody answers at its address", "check that the platform's agent runs")
        }
        guard response.status == 200 else {
            throw CredentialsError(variable, "its address answered status \(response.status)", "check the task's role")
        }
        let credentials = try CredentialsDocument.credentials(in: response.body, from: .endpoint, place: variable)
        return CredentialsChain.Found(credentials: credentials, place: "the container's endpoint", isRenewable: true)
    }

    private static func authorization(in surroundings: AWSSurroundings) throws(CredentialsError) -> [HTTPField] {
        let token: String
        let place: String
        if let path = surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            place = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
            var bytes: [UInt8]?
            do throws(UnreadableFile) {
                bytes = try surroundings.readFile(path)
            } catch {
                throw CredentialsError(place, "\(path): \(error.reason)", "make it a file that you may read")
            }
            guard let bytes else {
                throw CredentialsError(place, "\(path) does not exist", "check the platform's agent")
            }
            token = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first.map { String($0).trimmed } ?? ""
        } else if let text = surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN") {
            place = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
            token = text
        } else {
            return []
        }
        guard let field = HTTPField(name: "Authorization", value: token) else {
            throw CredentialsError(place, "its token cannot stand in a header", "leave it as the platform sets it")
        }
        return [field]
    }
}

/// Credentials of an instance of EC2, by the second version of its metadata service: a token first, so that no request
/// that somebody smuggles through this machine can fetch them.
enum InstanceCredentials {
    private static let tokenLifetimeInSeconds = "21600"
    private static let roles = "/latest/meta-data/iam/security-credentials/"

    static func isDisabled(in surroundings: AWSSurroundings) -> Bool {
        surroundings.variable("AWS_EC2_METADATA_DISABLED")?.lowercased() == "true"
    }

    static func find(
        in surroundings: AWSSurroundings, _ send: (ServiceRequest) throws(TransportError) -> HTTPResponse
    ) throws(CredentialsError) -> CredentialsChain.Found? {
        guard !isDisabled(in: surroundings) else { return nil }
        let origin = try origin(in: surroundings)
        let what = "the instance's metadata"
        let lifetime = HTTPField(name: "X-aws-ec2-metadata-token-ttl-seconds", value: tokenLifetimeInSeconds)
        let tokenEndpoint = try CredentialsEndpoint(origin + "/latest/api/token", place: what)
        // Nobody there: this is no instance.
        guard let answer = try tokenEndpoint.ask([lifetime].compactMap { $0 }, method: .put, send) else { return nil }
        // It is turned off (EC2 user guide, *Use the Instance Metadata Service*).
        guard answer.status != 403 else { return nil }
        guard answer.status == 200,
            let token = HTTPField(
                name: "X-aws-ec2-metadata-token", value: String(decoding: answer.body, as: UTF8.self))
        else {
            throw CredentialsError(
                what, "gave no token (status \(answer.status))",
                "say --profile, or set AWS_EC2_METADATA_DISABLED=true")
        }
        guard let role = try text(at: origin + roles, what, token, send) else { return nil }
        let endpoint = try CredentialsEndpoint(origin + roles + role, place: what)
        guard let response = try endpoint.ask([token], send), response.status == 200 else {
            throw CredentialsError(what, "gave no credentials of role \(role)", "check the instance's profile")
        }
        let credentials = try CredentialsDocument.credentials(in: response.body, from: .endpoint, place: what)
        return CredentialsChain.Found(credentials: credentials, place: "the instance's role \(role)", isRenewable: true)
    }

    private static func origin(in surroundings: AWSSurroundings) throws(CredentialsError) -> String {
        if let written = surroundings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") {
            return written.hasSuffix("/") ? String(written.dropLast()) : written
        }
        let mode = surroundings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")?.lowercased()
        return mode == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
    }

    /// - Returns: The first line; `nil` where the instance has no role.
    private static func text(
        at url: String, _ what: String, _ token: HTTPField,
        _ send: (ServiceRequest) throws(TransportError) -> HTTPResponse
    ) throws(CredentialsError) -> String? {
        guard let response = try CredentialsEndpoint(url, place: what).ask([token], send) else {
            throw CredentialsError(what, "stopped answering", "try it again")
        }
        guard response.status != 404 else { return nil }
        let line = String(decoding: response.body.split(separator: UInt8(ascii: "\n")).first ?? [], as: UTF8.self)
            .trimmed
        guard response.status == 200, !line.isEmpty else {
            throw CredentialsError(what, "named no role (status \(response.status))", "attach a role to the instance")
        }
        return line
    }
}

/// An address that credentials may be asked of: `https`, this machine, or one of ``MetadataURL/hosts``.
private struct CredentialsEndpoint {
    private static let connectTimeoutInMilliseconds = 1_000
    private static let timeoutInMilliseconds = 5_000
    private static let bodyLimitInBytes = 65_536
    /// A platform's agent may be busy when many processes start at once.
    private static let attempts = 3

    private let destination: ServiceRequest.Destination
    private let place: String

    init(_ text: String, place: String) throws(CredentialsError) {
        self.place = place
        let url: HTTPURL
        do throws(HTTPURLError) {
            url = try HTTPURL(parsing: text)
        } catch {
            throw CredentialsError(place, "\(error)", "leave it as the platform sets it")
        }
        if let metadata = MetadataURL(url) {
            destination = .metadata(metadata)
        } else if let secure = try? SecureURL(url) {
            destination = .unsigned(secure)
        } else {
            throw CredentialsError(
                place, "http:// to a host that is neither this machine nor a platform's own",
                "use https://, or an address such as http://\(MetadataURL.hosts[0])")
        }
    }

    /// - Returns: `nil` where nobody answers.
    func ask(
        _ fields: [HTTPField], method: ServiceRequest.Method = .get,
        _ send: (ServiceRequest) throws(TransportError) -> HTTPResponse
    ) throws(CredentialsError) -> HTTPResponse? {
        let request = ServiceRequest(
            method, to: destination, fields: fields, timeoutInMilliseconds: Self.timeoutInMilliseconds,
            connectTimeoutInMilliseconds: Self.connectTimeoutInMilliseconds, bodyLimitInBytes: Self.bodyLimitInBytes)
        for attempt in 1...Self.attempts {
            do throws(TransportError) {
                let response = try send(request)
                if response.status < 500 || attempt == Self.attempts { return response }
            } catch {
                switch error.kind {
                case .couldNotConnect, .timedOut, .cutOff, .couldNotResolve: return nil
                default: throw CredentialsError(place, "\(error)", "check the address")
                }
            }
        }
        return nil
    }
}

import HTTPTransport
import StrictJSON

/// What a service says when it does not carry a call out.
struct ServiceFault: Equatable {
    /// The most bytes of a service's message that are passed on.
    static let messageLimitInBytes = 300
    private static let elementLimitInBytes = 4_096

    let status: Int
    /// `ThrottlingException`; empty where the answer names none.
    let type: String
    /// One line, without controls.
    let message: String
    /// What the service's clock said, in seconds since 1970-01-01T00:00:00Z.
    let serverTime: Int64?
    let retryAfterInMilliseconds: Int64?

    init(_ response: HTTPResponse) {
        status = response.status
        let document = try? JSONDocument(parsing: response.body)
        let root = document?.root
        let stated = response.headers.text(of: "x-amzn-errortype") ?? root?["__type"]?.string ?? root?["code"]?.string
        type = Self.name(stated ?? Self.element("Code", in: response.body) ?? "")
        let words = root?["message"]?.string ?? root?["Message"]?.string
        message = Self.line(words ?? Self.element("Message", in: response.body) ?? "")
        serverTime = response.headers.text(of: "Date").flatMap { CalendarTime.seconds(httpDate: $0) }
        retryAfterInMilliseconds = response.headers.text(of: "Retry-After").flatMap(Self.seconds).map { $0 * 1_000 }
    }

    /// `com.amazon.coral.service#ThrottlingException:http://…` is a ThrottlingException.
    private static func name(_ written: String) -> String {
        let name = written.prefix { $0 != ":" }
        return line(String(name.split(separator: "#").last ?? ""))
    }

    /// Emulators, and what stands before a service, answer in XML; there the first element of a name is enough.
    private static func element(_ name: String, in body: [UInt8]) -> String? {
        let text = String(decoding: body.prefix(elementLimitInBytes), as: UTF8.self)
        guard
            let inside = text.split(separator: "<\(name)>", maxSplits: 1, omittingEmptySubsequences: false).dropFirst()
                .first
        else { return nil }
        return inside.split(separator: "</\(name)>", maxSplits: 1).first.map { String($0) }
    }

    private static func line(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars {
            guard line.utf8.count < messageLimitInBytes else { return line + "…" }
            let isControl =
                scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            line.unicodeScalars.append(isControl ? " " : scalar)
        }
        return line
    }

    /// RFC 9110 §10.2.3 `delay-seconds`, up to a day; a date is passed over.
    private static func seconds(_ text: String) -> Int64? {
        guard !text.isEmpty, text.utf8.count <= 5, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }
}

extension ServiceFault {
    enum Kind: Equatable {
        case throttled, unavailable, clockSkew, expired, unknownKey, wrongSignature, denied, notFound, conflict
        case limitExceeded, other
    }

    private static let throttling: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown",
        "ProvisionedThroughputExceededException", "PriorRequestNotComplete",
    ]
    private static let kinds: [String: Kind] = [
        "ExpiredToken": .expired, "ExpiredTokenException": .expired, "TokenRefreshRequired": .expired,
        "RequestExpired": .clockSkew, "RequestTimeTooSkewed": .clockSkew, "RequestInTheFuture": .clockSkew,
        "UnrecognizedClientException": .unknownKey, "InvalidClientTokenId": .unknownKey,
        "InvalidAccessKeyId": .unknownKey,
        "AuthFailure": .unknownKey, "InvalidSignatureException": .wrongSignature, "InvalidSignature": .wrongSignature,
        "SignatureDoesNotMatch": .wrongSignature, "IncompleteSignature": .wrongSignature,
        "IncompleteSignatureException": .wrongSignature, "MissingAuthenticationTokenException": .wrongSignature,
        "MissingAuthenticationToken": .wrongSignature, "AccessDeniedException": .denied, "AccessDenied": .denied,
        "UnauthorizedOperation": .denied, "UnauthorizedException": .denied, "NotAuthorizedException": .denied,
        "NotFoundException": .notFound, "ResourceNotFoundException": .notFound, "ConflictException": .conflict,
        "ConcurrentModificationException": .conflict,
    ]

    var kind: Kind {
        if Self.throttling.contains(type) { return .throttled }
        // API Gateway answers a full quota with 429 too; waiting helps only where it says for how long.
        if type == "LimitExceededException" { return retryAfterInMilliseconds == nil ? .limitExceeded : .throttled }
        // The signature's service says so in words only.
        if message.hasPrefix("Signature expired") || message.hasPrefix("Signature not yet current") {
            return .clockSkew
        }
        if let kind = Self.kinds[type] { return kind }
        return switch status {
        case 429: .throttled
        case 500...599: .unavailable
        case 404: .notFound
        case 409: .conflict
        default: .other
        }
    }

    /// IAM's `User: arn:… is not authorized to perform: apigateway:GET on resource: …`
    var denial: (who: String, action: String)? {
        let words = message.split(separator: " ")
        guard words.first == "User:", words.count > 1, let perform = words.firstIndex(of: "perform:"),
            words.count > perform + 1
        else { return nil }
        return (String(words[1]), String(words[perform + 1]))
    }
}

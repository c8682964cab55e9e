package import Authorization
package import StrictJSON

/// An answer in API Gateway's form, as the bytes of its JSON (developer guide, *Output from a Lambda authorizer* and
/// *Lambda authorizers for HTTP APIs*, "Authorizer response format").
package struct AuthorizerResponse: Sendable {
    package let bytes: [UInt8]
    /// The claims that were asked for, that the token has, and that are not in the answer.
    package let omissions: [(name: String, reason: AuthorizerContext.Omission)]

    /// API Gateway's quota for the result of a WebSocket API's authorizer, 8 KB; the others have none that is
    /// documented, so this one is kept for all.
    package static let limitInBytes = 8_192

    /// An IAM policy.
    ///
    /// The usage key is left out where the document allows nothing, and for every API but REST, which alone has
    /// usage plans.
    ///
    /// - Throws: ``AuthorizerResponseError``: a fault of ours, since no caller can cause it.
    package init(
        _ document: PolicyDocument, for shape: EventShape, principal: PrincipalID, context: AuthorizerContext,
        usageKey: UsageKey?
    ) throws(AuthorizerResponseError) {
        guard document.hasShortResources else {
            throw .resourceTooLong(limitInBytes: PolicyCompiler.resourceLimitInBytes)
        }
        let key = shape.isREST && !document.isDenial ? usageKey : nil
        try self.init(context) { writer, context in
            writer.name("principalId")
            writer.string(principal.text)
            writer.name("policyDocument")
            document.write(to: &writer)
            context.write(to: &writer)
            if let key {
                writer.name("usageIdentifierKey")
                writer.string(key.value)
            }
        }
    }

    /// The simple form of payload 2.0.
    package init(isAuthorized: Bool, context: AuthorizerContext) throws(AuthorizerResponseError) {
        try self.init(context) { writer, context in
            writer.name("isAuthorized")
            writer.bool(isAuthorized)
            context.write(to: &writer)
        }
    }

    private init(
        _ context: AuthorizerContext, write: (inout JSONWriter, AuthorizerContext) -> Void
    ) throws(AuthorizerResponseError) {
        var bytes = Self.object(context, write)
        var fitting = context
        if bytes.count > Self.limitInBytes {
            let rest = Self.limitInBytes - Self.object(AuthorizerContext(), write).count
            guard rest >= 0 else {
                throw .tooLong(lengthInBytes: Self.limitInBytes - rest, limitInBytes: Self.limitInBytes)
            }
            fitting = context.fitting(into: rest)
            bytes = Self.object(fitting, write)
        }
        self.bytes = bytes
        omissions = fitting.omissions
    }

    private static func object(
        _ context: AuthorizerContext, _ write: (inout JSONWriter, AuthorizerContext) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 2_048)
        writer.beginObject()
        write(&writer, context)
        writer.endObject()
        return writer.bytes
    }
}

package enum AuthorizerResponseError: Error, Equatable, Sendable {
    case tooLong(lengthInBytes: Int, limitInBytes: Int)
    case resourceTooLong(limitInBytes: Int)
}

extension AuthorizerResponseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let length, let limit): "answer takes \(length) bytes, and API Gateway takes \(limit)"
        case .resourceTooLong(let limit): "a resource of the policy is longer than \(limit) bytes"
        }
    }
}

/// `principalId`: who the caller is to access logs and integrations. Never empty.
package struct PrincipalID: Equatable, Sendable {
    package static let lengthLimitInBytes = 128

    package let text: ExactString

    /// A caller whose token was not accepted.
    package static let anonymous = PrincipalID(text: "anonymous")

    private init(text: ExactString) { self.text = text }

    /// `sub`, else the client id, whichever is the first of printable ASCII and no longer than 128 bytes.
    package init(of caller: Caller) {
        self = Self(named: caller.subject) ?? Self(named: caller.clientID) ?? .anonymous
    }

    private init?(named name: ExactString?) {
        guard let name, (1...Self.lengthLimitInBytes).contains(name.utf8.count), arePrintable(name.utf8.span) else {
            return nil
        }
        text = name
    }
}

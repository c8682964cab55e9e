package import HTTPTransport

/// One event and what the Runtime API says of it.
package struct Invocation: Sendable {
    package let requestID: RequestID
    /// When Lambda gives up on this invocation, in milliseconds since 1970-01-01T00:00:00Z by the wall clock; `nil`
    /// where the Runtime API did not say, or said no whole number. It may be past.
    package let deadlineInMilliseconds: Int64?
    package let event: [UInt8]

    private let headers: HTTPHeaders

    package init(requestID: RequestID, event: [UInt8], headers: HTTPHeaders) {
        self.requestID = requestID
        self.event = event
        self.headers = headers
        deadlineInMilliseconds = headers.value(of: "Lambda-Runtime-Deadline-Ms").flatMap(Self.milliseconds)
    }

    package var traceID: String? { headers.text(of: "Lambda-Runtime-Trace-Id") }
    /// ``traceID`` as UTF-8; empty where there is none.
    package var traceIDUTF8: ArraySlice<UInt8> {
        guard let value = headers.value(of: "Lambda-Runtime-Trace-Id") else { return [] }
        return value.allSatisfy { $0 < 0x80 } ? value : Array(String(decoding: value, as: UTF8.self).utf8)[...]
    }
    package var functionARN: String? { headers.text(of: "Lambda-Runtime-Invoked-Function-Arn") }
    package var tenantID: String? { headers.text(of: "Lambda-Runtime-Aws-Tenant-Id") }
    /// JSON, of invocations through an AWS Mobile SDK.
    package var clientContext: String? { headers.text(of: "Lambda-Runtime-Client-Context") }
    /// JSON, of invocations through an AWS Mobile SDK.
    package var cognitoIdentity: String? { headers.text(of: "Lambda-Runtime-Cognito-Identity") }

    /// The most digits of a deadline: the last second of the year 9999 has 15 of them, in milliseconds.
    private static let deadlineDigitLimit = 15

    private static func milliseconds(_ text: ArraySlice<UInt8>) -> Int64? {
        guard (1...deadlineDigitLimit).contains(text.count) else { return nil }
        var value: Int64 = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }
}

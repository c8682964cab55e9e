package import StrictJSON

/// Why an event is not one that API Gateway sends to an authorizer. A fault of whoever sent it, never an Allow.
package enum EventError: Error, Equatable, Sendable {
    case notJSON(JSONError)
    case notAnObject
    /// AWS AppSync asks in a form of its own, and takes answers of another.
    case appSync
    case unknownShape
    case missing(String)
    case wrongType(String)
    case invalidARN(MethodARNError)
    /// Two members that API Gateway fills alike are not.
    case contradiction(String)

    /// A stable identifier for logs, metrics and alarms. Never reworded, never reused.
    package var code: String { "event_unrecognised" }
}

extension EventError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let error): "event is not JSON: \(error.description)"
        case .notAnObject: "event is not a JSON object"
        case .appSync: "event is of AWS AppSync, which is not answered"
        case .unknownShape:
            "event is of no authorizer: its type is neither TOKEN nor REQUEST, and it has no routeArn"
        case .missing(let member): "event has no \(member)"
        case .wrongType(let member): "event's \(member) is of another type than API Gateway gives it"
        case .invalidARN(let error): "event's \(error.description)"
        case .contradiction(let member): "event's \(member) is not the one in its ARN"
        }
    }
}

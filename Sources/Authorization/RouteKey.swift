package import StrictJSON

/// A route as API Gateway names it: `GET /orders/{id}`, `ANY /files/{proxy+}`, `$default`, `$connect`
/// (API Gateway developer guide, *Create routes for HTTP APIs* and *Create routes for WebSocket APIs*; REST methods
/// are written the same way).
package enum RouteKey: Hashable, Sendable {
    case verb(Verb, RouteTemplate)
    case any(RouteTemplate)
    /// What no other route of an HTTP API takes.
    case `default`
    /// The opening of a WebSocket, the only time that its authorizer is asked.
    case connect

    /// - Throws: ``RouteKeyError`` for the first rule broken.
    package init(parsing text: ExactString) throws(RouteKeyError) {
        if text == "$default" {
            self = .default
        } else if text == "$connect" {
            self = .connect
        } else {
            guard let space = text.utf8.firstIndex(of: UInt8(ascii: " ")) else { throw .unknownForm }
            let method = ExactString(utf8: text.utf8[..<space])
            let path = ExactString(utf8: text.utf8[(space + 1)...])
            if method == "ANY" {
                self = .any(try RouteTemplate(parsing: path))
            } else {
                guard let verb = Verb(method) else { throw .unknownVerb(method) }
                self = .verb(verb, try RouteTemplate(parsing: path))
            }
        }
    }

    package var template: RouteTemplate? {
        switch self {
        case .verb(_, let template), .any(let template): template
        case .default, .connect: nil
        }
    }
}

extension RouteKey: CustomStringConvertible {
    package var description: String {
        switch self {
        case .verb(let verb, let template): "\(verb.rawValue) \(template.text.description)"
        case .any(let template): "ANY \(template.text.description)"
        case .default: "$default"
        case .connect: "$connect"
        }
    }
}

/// Why a text is not a route key.
package enum RouteKeyError: Error, Equatable, Sendable {
    case unknownForm
    case unknownVerb(ExactString)
    case pathNotAbsolute
    /// `//` or a `/` at the end, which API Gateway does not store.
    case emptySegment
    /// `.` or `..`, which clients resolve before they send (RFC 3986 §5.2.4).
    case dotSegment
    case invalidCharacter(in: ExactString)
    /// A brace that does not enclose a whole segment, or a name that is empty or of other characters.
    case malformedParameter(ExactString)
    case greedyNotLast(ExactString)
    case parameterTwice(ExactString)
    case tooLong(limitInBytes: Int)
    case tooManySegments(limit: Int)
}

extension RouteKeyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownForm: "route key is not a verb and a path, $default or $connect"
        case .unknownVerb(let verb):
            "route key's verb \(verb.description) is not one of GET HEAD OPTIONS PATCH POST PUT DELETE ANY"
        case .pathNotAbsolute: "route key's path does not start with /"
        case .emptySegment: "route key's path has an empty segment; write it without // and without / at its end"
        case .dotSegment: "route key's path has a segment . or .."
        case .invalidCharacter(let segment):
            "segment \(segment.description) has a character other than A-Z a-z 0-9 . _ ~ - : , @"
        case .malformedParameter(let segment):
            "segment \(segment.description) is not a whole {name} or {name+} of A-Z a-z 0-9 . _ - :"
        case .greedyNotLast(let segment): "segment \(segment.description) is not the last of its path"
        case .parameterTwice(let name): "route key's path names {\(name.description)} twice"
        case .tooLong(let limit): "route key's path is longer than \(limit) bytes"
        case .tooManySegments(let limit): "route key's path has more than \(limit) segments"
        }
    }
}

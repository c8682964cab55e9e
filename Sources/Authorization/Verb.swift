package import StrictJSON

/// The methods that API Gateway routes (API Gateway developer guide, *Set up a method request*); `ANY` is not one of
/// them but stands for all.
package enum Verb: String, CaseIterable, Sendable {
    case get = "GET"
    case head = "HEAD"
    case options = "OPTIONS"
    case patch = "PATCH"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"

    /// Methods are case-sensitive (RFC 9110 §9.1), so `get` is none of these.
    package init?(_ text: ExactString) {
        guard let verb = Self.allCases.first(where: { text.utf8.elementsEqual($0.rawValue.utf8) }) else { return nil }
        self = verb
    }

    var index: Int {
        switch self {
        case .get: 0
        case .head: 1
        case .options: 2
        case .patch: 3
        case .post: 4
        case .put: 5
        case .delete: 6
        }
    }
}

/// A set of ``Verb``s.
package struct VerbSet: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package init(_ verb: Verb) { rawValue = 1 << UInt8(truncatingIfNeeded: verb.index) }

    package static let all = Self(rawValue: 0x7F)

    /// The members, in the order in which ``Verb`` declares them.
    package var verbs: [Verb] { Verb.allCases.filter { contains(VerbSet($0)) } }
}

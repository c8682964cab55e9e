import Foundation

/// IAM's rules for the resources of a policy, written from IAM's documentation and from nothing of this package's:
/// *Policy evaluation logic* (an explicit deny wins; what is not allowed is denied) and *IAM JSON policy elements:
/// Resource* (`*` any characters, `?` any one, case-sensitive).
package struct IAMEvaluator {
    private let allow: [[Piece]]
    private let deny: [[Piece]]

    /// What stands between two stars, `nil` for a question mark.
    private typealias Piece = [UInt8?]

    package init(allow: [String], deny: [String]) {
        self.allow = allow.map { Self.pieces(of: $0.utf8) }
        self.deny = deny.map { Self.pieces(of: $0.utf8) }
    }

    package struct NotAnAnswer: Error {}

    /// Reads an answer as whoever receives it does, with another parser than the one that belongs to its writer.
    package init(answer: [UInt8]) throws {
        guard let object = try JSONSerialization.jsonObject(with: Data(answer)) as? [String: Any],
            let document = object["policyDocument"] as? [String: Any], document["Version"] as? String == "2012-10-17",
            let statements = document["Statement"] as? [[String: Any]],
            let principal = object["principalId"] as? String, !principal.isEmpty
        else { throw NotAnAnswer() }
        var resources: [String: [String]] = ["Allow": [], "Deny": []]
        for statement in statements {
            guard statement.count == 3, statement["Action"] as? String == "execute-api:Invoke",
                let effect = statement["Effect"] as? String, let listed = statement["Resource"] as? [String],
                resources[effect]?.append(contentsOf: listed) != nil
            else { throw NotAnAnswer() }
        }
        self.init(allow: resources["Allow"] ?? [], deny: resources["Deny"] ?? [])
    }

    package func allows(_ resource: String) -> Bool {
        let resource = Array(resource.utf8)
        return !deny.contains { Self.matches($0, resource) } && allow.contains { Self.matches($0, resource) }
    }

    package static func matches(_ pattern: String, _ text: String) -> Bool {
        matches(pieces(of: pattern.utf8), Array(text.utf8))
    }

    private static func pieces(of pattern: String.UTF8View) -> [Piece] {
        pattern.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
            .map { $0.map { $0 == UInt8(ascii: "?") ? nil : $0 } }
    }

    /// The first piece begins the text, the last ends it, and each other is taken where it first fits: a later place
    /// would leave less to those behind it.
    private static func matches(_ pieces: [Piece], _ text: [UInt8]) -> Bool {
        guard let first = pieces.first, let last = pieces.last, fits(first, text, at: 0) else { return false }
        guard pieces.count > 1 else { return text.count == first.count }
        var taken = first.count
        let end = text.count - last.count
        guard taken <= end, fits(last, text, at: end) else { return false }
        for piece in pieces.dropFirst().dropLast() {
            while taken + piece.count <= end, !fits(piece, text, at: taken) { taken += 1 }
            guard taken + piece.count <= end else { return false }
            taken += piece.count
        }
        return true
    }

    private static func fits(_ piece: Piece, _ text: [UInt8], at start: Int) -> Bool {
        guard start + piece.count <= text.count else { return false }
        var place = start
        for byte in piece {
            if let byte, byte != text[place] { return false }
            place += 1
        }
        return true
    }
}

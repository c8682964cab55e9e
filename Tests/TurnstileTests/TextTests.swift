import TestSupport
import Testing

@testable import turnstile

@Suite("Lines that arrive in pieces")
struct LineSplitterTests {
    private static func lines(_ pieces: [[UInt8]], limit: Int = 100) -> [[UInt8]] {
        var splitter = LineSplitter(limitInBytes: limit)
        var lines: [[UInt8]] = []
        for piece in pieces { splitter.append(piece) { lines.append(Array($0)) } }
        splitter.finish { lines.append(Array($0)) }
        return lines
    }

    @Test
    func `lines are the same however the text is cut`() throws {
        try check(
            seed: 0x7E57_11E5, count: 300,
            generate: { random in
                (0..<Int.random(in: 0...12, using: &random)).map { _ in
                    (0..<Int.random(in: 0...9, using: &random)).map { _ in
                        Bool.random(using: &random) ? UInt8(ascii: "\n") : UInt8(ascii: "a")
                    }
                }
            },
            property: { pieces in Self.lines(pieces) == Self.lines([pieces.flatMap(\.self)]) })
    }

    @Test(arguments: [
        ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\n\nb", ["a", "", "b"]), ("\n", [""]), ("a\r\n", ["a\r"]),
    ])
    func `a newline ends a line, and the last one may lack it`(_ text: String, _ lines: [String]) {
        #expect(Self.lines([Array(text.utf8)]) == lines.map { Array($0.utf8) })
    }

    @Test
    func `of a line that is too long no more is kept than shows it`() {
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 50)
        let newline = [UInt8(ascii: "\n")]
        #expect(Self.lines([long, long, newline, newline], limit: 60).map(\.count) == [61, 0])
        #expect(Self.lines([long + newline, newline], limit: 9).map(\.count) == [10, 0])
    }
}

@Suite("Tokens in other people's text")
struct RedactionTests {
    @Test(arguments: [
        ("Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln.", "Bearer [token]"),
        (#"{"t":"eyJhbGciOiJub25lIn0.eyJhIjoxfQ."}"#, #"{"t":"[token]"}"#),
        ("Bearer%20eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln", "Bearer%[token]"),
        ("nothing of the kind: www.example.com", "nothing of the kind: www.example.com"),
        ("eyJ alone", "eyJ alone"),
    ])
    func `whatever looks like a token is taken out`(_ text: String, _ expected: String) {
        #expect(Redaction.redact(text) == expected)
    }
}

@Suite("Values on the command line")
struct ArgumentTests {
    @Test(arguments: [
        ("0", 0), ("1767225600", 1_767_225_600), ("2026-01-01T00:00:00Z", 1_767_225_600),
        ("2026-01-01t01:00:00.9+01:00", 1_767_225_600),
    ])
    func `a time is RFC 3339 or seconds`(_ text: String, _ seconds: Int64) {
        #expect(Instant(argument: text)?.secondsSinceEpoch == seconds)
    }

    @Test(arguments: ["", "now", "-1", "2026-01-01", "9223372037", "2300-01-01T00:00:00Z", "1e3"])
    func `anything else is no time`(_ text: String) { #expect(Instant(argument: text) == nil) }

    @Test
    func `a variable's value is taken as it is`() {
        #expect(Variable(argument: "A=b=c d")?.value == "b=c d")
        #expect(Variable(argument: "A=")?.value == "")
        #expect(["", "A", "=b", "A B=c"].allSatisfy { Variable(argument: $0) == nil })
    }

    @Test
    func `a file of variables has comments and empty lines`() throws {
        let variables = try Variable.parse("# comment\n\nA=1\nB=#2\n", path: "environment")
        #expect(variables.map(\.name) == ["A", "B"])
        #expect(variables.map(\.value) == ["1", "#2"])
        #expect(throws: Problem.self) { try Variable.parse("A=1\nB", path: "environment") }
    }

    @Test(arguments: [
        "missing_token", "ambiguous_credentials", "malformed_token", "unsupported_algorithm", "unknown_issuer",
        "unknown_key", "invalid_signature", "invalid_claims", "token_expired", "token_not_yet_valid", "wrong_audience",
        "wrong_client", "wrong_token_use", "wrong_type", "lifetime_too_long", "required_claim_missing", "route_unknown",
        "issuer_not_allowed", "client_not_allowed", "insufficient_scope", "group_missing", "usage_key_unusable",
        "keys_unavailable", "deadline_too_near", "event_unrecognised", "cryptography_failed",
    ])
    func `every reason is the failure of one check, with something to do about it`(_ reason: String) throws {
        let check = try #require(Check(reason: reason))
        #expect(!check.remedy.isEmpty)
    }
}

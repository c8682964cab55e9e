import Authorization
import StrictJSON
import Testing

@Suite("Route keys")
struct RouteKeyTests {
    @Test(arguments: [
        "GET /", "HEAD /a", "OPTIONS /a/b", "PATCH /a/{id}", "POST /a/{id}/b", "PUT /{p+}", "DELETE /a/{proxy+}",
        "ANY /",
        "GET /a.b_c~d-e:f,g@h", "GET /{A.z_0-9:x}", "GET /...", "$default", "$connect",
    ])
    func `a route key is read and written alike`(_ text: String) throws {
        #expect(try RouteKey(parsing: ExactString(text)).description == text)
    }

    static let faults: [(String, RouteKeyError)] = [
        ("", .unknownForm), ("GET", .unknownForm), ("/a", .unknownForm), ("$disconnect", .unknownForm),
        ("$Default", .unknownForm),
        ("get /a", .unknownVerb("get")), ("TRACE /a", .unknownVerb("TRACE")), (" /a", .unknownVerb("")),
        ("GET a", .pathNotAbsolute), ("GET ", .pathNotAbsolute), ("GET  /a", .pathNotAbsolute),
        ("GET //", .emptySegment), ("GET /a/", .emptySegment), ("GET /a//b", .emptySegment),
        ("GET /.", .dotSegment), ("GET /a/../b", .dotSegment),
        ("GET /a*", .invalidCharacter(in: "a*")), ("GET /?", .invalidCharacter(in: "?")),
        ("GET /$x", .invalidCharacter(in: "$x")), ("GET /a b", .invalidCharacter(in: "a b")),
        ("GET /%41", .invalidCharacter(in: "%41")), ("GET /é", .invalidCharacter(in: "é")),
        ("GET /a+", .invalidCharacter(in: "a+")), ("GET /a;b", .invalidCharacter(in: "a;b")),
        ("GET /{}", .malformedParameter("{}")), ("GET /{+}", .malformedParameter("{+}")),
        ("GET /{a", .malformedParameter("{a")), ("GET /a}", .malformedParameter("a}")),
        ("GET /{a}.json", .malformedParameter("{a}.json")), ("GET /{a}{b}", .malformedParameter("{a}{b}")),
        ("GET /{a*}", .malformedParameter("{a*}")), ("GET /{a~}", .malformedParameter("{a~}")),
        ("GET /{a+b}", .malformedParameter("{a+b}")),
        ("GET /{a+}/b", .greedyNotLast("{a+}")),
        ("GET /" + String(repeating: "a", count: 512), .tooLong(limitInBytes: 512)),
        ("GET " + String(repeating: "/a", count: 33), .tooManySegments(limit: 32)),
    ]

    @Test(arguments: faults)
    func `anything that API Gateway would not keep is refused`(_ text: String, _ error: RouteKeyError) {
        #expect(throws: error) { try RouteKey(parsing: ExactString(text)) }
        #expect(error.description.hasPrefix("route key") || error.description.hasPrefix("segment"))
    }

    @Test
    func `the longest path and the most segments are taken`() throws {
        let long = ExactString("/" + String(repeating: "a", count: 511))
        let deep = ExactString(String(repeating: "/a", count: 32))

        #expect(try RouteTemplate(parsing: long).segments.count == 1)
        #expect(try RouteTemplate(parsing: deep).segments.count == 32)
    }

    @Test
    func `verbs are a set of seven`() {
        #expect(VerbSet.all.verbs == Verb.allCases)
        #expect(VerbSet([VerbSet(.get), VerbSet(.delete)]).verbs == [.get, .delete])
        #expect(Verb("get") == nil)
    }
}

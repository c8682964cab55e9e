import HTTPTransport
import TestSupport
import Testing

@Suite("The target of a signed request")
struct CanonicalTargetTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var segments: [String] = []
        var parameters: [[String]] = []
        var text: String?
    }

    static let vectors = [
        Vector(testDescription: "nothing", text: "/"),
        Vector(testDescription: "unreserved", segments: ["a-._~Z09"], text: "/a-._~Z09"),
        Vector(testDescription: "an ARN", segments: ["tags", "arn:aws:x/1"], text: "/tags/arn%3Aaws%3Ax%2F1"),
        Vector(testDescription: "a percent sign", segments: ["50%"], text: "/50%25"),
        Vector(testDescription: "UTF-8", segments: ["é✓"], text: "/%C3%A9%E2%9C%93"),
        Vector(testDescription: "two spellings stay two", segments: ["e\u{301}"], text: "/e%CC%81"),
        Vector(testDescription: "no value", parameters: [["a", ""]], text: "/?a="),
        Vector(
            testDescription: "sorted by name, then value",
            parameters: [["b", "2"], ["a", "2"], ["b", "1"], ["a1", "0"]],
            text: "/?a=2&a1=0&b=1&b=2"),
        Vector(
            testDescription: "sorted as encoded", parameters: [["ä", ""], ["a", ""], ["~", ""]], text: "/?%C3%A4=&a=&~="
        ),
        Vector(testDescription: "a sign of the query", parameters: [["a&b", "=+ "]], text: "/?a%26b=%3D%2B%20"),
        Vector(testDescription: "an empty segment", segments: ["a", "", "b"]),
        Vector(testDescription: "a dot", segments: ["."]),
        Vector(testDescription: "two dots", segments: ["apikeys", ".."]),
        Vector(testDescription: "three dots", segments: ["..."], text: "/..."),
    ]

    @Test(arguments: vectors)
    func `path and query are encoded and sorted`(_ vector: Vector) {
        let target = CanonicalTarget(
            segments: vector.segments, parameters: vector.parameters.map { (name: $0[0], value: $0[1]) })
        #expect(target?.text == vector.text)
    }

    static let versions: [(UInt32, SigningLibrary)] = [
        (0, .unable), (0x07_57_00, .unable), (0x07_58_00, .signingAsWritten), (0x08_02_FF, .signingAsWritten),
        (0x08_03_00, .sortingRoughly), (0x08_0D_00, .sortingRoughly), (0x08_0E_00, .takingPlusForSpace),
        (0x08_12_FF, .takingPlusForSpace), (0x08_13_00, .canonical), (0x09_00_00, .canonical),
    ]

    @Test(arguments: versions)
    func `a version of libcurl is known for what it signs`(_ version: UInt32, _ library: SigningLibrary) {
        #expect(SigningLibrary(version: version) == library)
    }

    static let signable: [(SigningLibrary, [[String]], Bool)] = [
        (.unable, [], false),
        (.signingAsWritten, [["a", "+"], ["a1", ""]], true),
        (.sortingRoughly, [["limit", "500"], ["position", "x+"]], true),
        (.sortingRoughly, [["a", ""], ["a1", ""]], false),
        (.sortingRoughly, [["a", "1"], ["a", "12"]], false),
        (.sortingRoughly, [["a", "1"], ["a", "1"]], false),
        (.sortingRoughly, [["a", "1"], ["a", "2"], ["ab", ""]], true),
        (.takingPlusForSpace, [["a", " "]], true),
        (.takingPlusForSpace, [["a", "+"]], false),
        (.canonical, [["a", "+"], ["a", "1"], ["a", "12"]], true),
    ]

    @Test(arguments: signable)
    func `what a version would sign otherwise than AWS is refused`(
        _ library: SigningLibrary, _ parameters: [[String]], _ canSign: Bool
    ) throws {
        let target = try #require(
            CanonicalTarget(segments: [], parameters: parameters.map { (name: $0[0], value: $0[1]) }))
        #expect(library.canSign(target) == canSign)
    }
}

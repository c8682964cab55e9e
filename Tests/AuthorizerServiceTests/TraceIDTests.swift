import AuthorizerService
import Testing

@Suite("the trace id of the invocation at hand", .serialized)
struct TraceIDTests {
    private static let variable = "_X_AMZN_TRACE_ID"

    @Test
    func `the environment names the trace of the latest invocation, and none where it has none`() {
        for id in ["Root=1-a;Parent=b;Sampled=1", "Root=1-longer-than-the-one-before;Sampled=0", "x"] {
            System.setTraceID(Array(id.utf8)[...])
            #expect(System.environment(Self.variable) == id)
        }
        System.setTraceID([])
        #expect(System.environment(Self.variable) == nil)
        System.setTraceID(Array("again".utf8)[...])
        #expect(System.environment(Self.variable) == "again")
        System.setTraceID([])
    }

    @Test
    func `a trace id of 1,024 bytes is kept and one of 1,025 is not`() {
        let longest = String(repeating: "r", count: 1_024)
        System.setTraceID(Array(longest.utf8)[...])
        #expect(System.environment(Self.variable) == longest)
        System.setTraceID(Array((longest + "r").utf8)[...])
        #expect(System.environment(Self.variable) == nil)
    }
}

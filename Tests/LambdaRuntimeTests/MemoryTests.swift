import Foundation
import LambdaRuntime
import TestSupport
import Testing

@Suite("Memory of the loop")
struct MemoryTests {
    @Test func `the memory held after 3,000 invocations is that held after 300`() async {
        // In a process of its own: the memory is the whole process's.
        await #expect(processExitsWith: .success) {
            let padding = String(repeating: "e", count: 4_000)
            let steps = (0..<3_000).flatMap { _ in [Step.event(padding), .accepted] }
            let server = try ScriptedServer(steps + [.over])
            var handler = Gauge()
            var loop = EventLoop(api: try RuntimeAPI(at: server), log: { _ in }, pause: { _ in })
            let end = loop.run(&handler)
            #expect(end == .nextRefused(status: 500))
            let resident = handler.resident
            #expect(resident.count == 3_000)
            let growth = try #require(resident.last) - resident[300]
            // A quarter of what the events alone would take if they were kept.
            #expect(growth < 2_700 * 4_000 / 4)
        }
    }
}

/// Answers with the event, and measures.
private struct Gauge: InvocationHandler {
    var resident: [Int] = []

    mutating func handle(_ invocation: Invocation) -> InvocationAnswer {
        resident.append(residentBytes())
        return .response(invocation.event)
    }
}

/// The second member of /proc/self/statm, in bytes.
private func residentBytes() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4_096 } ?? 0
}

import Testing

@testable import AuthorizerService

@Suite("Which workers run")
struct WorkerPoolTests {
    private static func at(_ milliseconds: Int64) -> Uptime {
        Uptime(nanoseconds: 1_000_000_000 + milliseconds * 1_000_000)
    }

    /// Starts every worker that is due; the process of place 3 at 20 ms is 3_020.
    private func start(_ pool: inout WorkerPool, at time: Int64) -> [Int] {
        var started: [Int] = []
        while let place = pool.due(at: Self.at(time)) {
            pool.started(place, as: Int32(place * 1_000) + Int32(time), at: Self.at(time))
            started.append(place)
        }
        return started
    }

    @Test func `every place is started at once, and then nothing is due`() {
        var pool = WorkerPool(count: 3)
        #expect(start(&pool, at: 0) == [0, 1, 2])
        #expect(pool.rest(at: Self.at(0)) == nil)
        #expect(pool.processes == [0, 1_000, 2_000])
        #expect(pool.place(of: 1_000) == 1)
        #expect(pool.place(of: 7) == nil)
        #expect(!pool.isOver)
    }

    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let end: WorkerEnd
        var events: UInt64 = 0
        var age: Int64 = 1_000
        let rest: Int64
    }

    static let vectors = [
        Vector(
            testDescription: "killed, given events", end: .killed(signal: 9), events: 1, age: 1, rest: 0),
        Vector(testDescription: "killed at the age of a second", end: .killed(signal: 9), rest: 0),
        Vector(testDescription: "killed young and idle", end: .killed(signal: 11), age: 999, rest: 50),
        Vector(testDescription: "left as it was told to", end: .left(status: 0), age: 1, rest: 0),
        Vector(testDescription: "left, having been refused", end: .left(status: 1), rest: 50),
        Vector(testDescription: "left, having been given events", end: .left(status: 1), events: 9, rest: 50),
    ]

    @Test(arguments: vectors)
    func `a worker that ended is replaced, after a rest where it had failed`(_ vector: Vector) {
        var pool = WorkerPool(count: 2)
        _ = start(&pool, at: 0)
        pool.ended(1, vector.end, afterEvents: vector.events, at: Self.at(vector.age))
        #expect(pool.rest(at: Self.at(vector.age)) == vector.rest)
        if vector.rest > 0 { #expect(start(&pool, at: vector.age + vector.rest - 1) == []) }
        #expect(start(&pool, at: vector.age + vector.rest) == [1])
    }

    @Test func `rests double up to ten seconds, and begin anew with an event`() {
        var pool = WorkerPool(count: 2)
        _ = start(&pool, at: 0)
        var now: Int64 = 0
        var rests: [Int64] = []
        for _ in 0..<12 {
            pool.ended(0, .left(status: 1), afterEvents: 0, at: Self.at(now))
            rests.append(pool.rest(at: Self.at(now)) ?? -1)
            now += rests[rests.count - 1]
            #expect(start(&pool, at: now) == [0])
        }
        #expect(rests == [50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000, 10_000])
        pool.ended(0, .left(status: 1), afterEvents: 1, at: Self.at(now))
        #expect(pool.rest(at: Self.at(now)) == 50)
        #expect(!pool.isOver)
    }

    @Test func `the pool is over when every place has failed three times in a row and none runs`() {
        var pool = WorkerPool(count: 2)
        for round in 1...3 {
            let now = Int64(round) * 10_000
            #expect(start(&pool, at: now) == [0, 1])
            pool.ended(0, .left(status: 1), afterEvents: 0, at: Self.at(now))
            #expect(!pool.isOver)
            pool.ended(1, .left(status: 1), afterEvents: 0, at: Self.at(now))
            #expect(pool.isOver == (round == 3))
        }
    }

    @Test func `a place that works keeps the pool alive, however often another fails`() {
        var pool = WorkerPool(count: 2)
        for round in 0..<20 {
            let now = Int64(round) * 20_000
            _ = start(&pool, at: now)
            pool.ended(0, .left(status: 1), afterEvents: 0, at: Self.at(now))
            #expect(!pool.isOver)
        }
    }

    @Test func `a process that could not be made counts as a failure`() {
        var pool = WorkerPool(count: 1)
        for round in 0..<3 {
            #expect(!pool.isOver)
            #expect(pool.due(at: Self.at(Int64(round) * 1_000)) == 0)
            pool.notStarted(0, at: Self.at(Int64(round) * 1_000))
        }
        #expect(pool.isOver)
    }
}

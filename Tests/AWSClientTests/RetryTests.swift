import AWSClient
import TestSupport
import Testing

@Suite("Waits between attempts")
struct RetryTests {
    @Test func `each wait is drawn from a span that doubles up to a cap`() {
        let policy = RetryPolicy(
            attempts: 40, baseInMilliseconds: 500, capInMilliseconds: 20_000, totalInMilliseconds: .max)
        var random = SeededRandom(seed: 1)
        var longest = [Int64](repeating: 0, count: 39)
        for _ in 0..<2_000 {
            var schedule = RetrySchedule(policy)
            for index in 0..<39 {
                longest[index] = max(longest[index], schedule.delay(random: random.next()) ?? .max)
            }
            #expect(schedule.delay(random: random.next()) == nil)
        }
        for (index, span) in [500, 1_000, 2_000, 4_000, 8_000, 16_000].enumerated() {
            #expect((span * 99 / 100...span).contains(Int(longest[index])), "wait \(index)")
        }
        #expect(longest[6...].allSatisfy { (19_800...20_000).contains($0) })
    }

    @Test func `the waits are the same for the same random numbers`() {
        func waits(_ seed: UInt64) -> [Int64?] {
            var random = SeededRandom(seed: seed)
            var schedule = RetrySchedule(RetryPolicy())
            return (0..<10).map { _ in schedule.delay(random: random.next()) }
        }
        #expect(waits(3) == waits(3))
        #expect(waits(3) != waits(4))
        #expect(waits(3).count { $0 == nil } == 1)
    }

    @Test func `the service's own wait is kept, and one beyond the whole time ends the attempts`() {
        var schedule = RetrySchedule(RetryPolicy(totalInMilliseconds: 10_000))
        #expect(schedule.delay(retryAfterInMilliseconds: 6_000, random: 0) == 6_000)
        #expect(schedule.delay(retryAfterInMilliseconds: 4_001, random: 0) == nil)
        #expect(schedule.delay(retryAfterInMilliseconds: 4_000, random: 0) == 4_000)
        #expect(schedule.delay(random: 0) == 0)
        #expect(schedule.delay(random: 1) == nil)
        #expect(schedule.failures == 5)
    }

    @Test func `no policy makes the arithmetic fail`() {
        for value in [Int64.min, -1, 0, 1, .max] {
            var schedule = RetrySchedule(
                RetryPolicy(
                    attempts: 100, baseInMilliseconds: value, capInMilliseconds: value, totalInMilliseconds: value))
            for _ in 0..<99 { _ = schedule.delay(retryAfterInMilliseconds: value, random: .max) }
        }
    }

    // MARK: Pace

    @Test func `calls are made at the rate, after the burst`() {
        var pacer = Pacer(AWSPacing.Rate(callsPerSecond: 5, burst: 3), now: 1_000)
        #expect((0..<3).map { _ in pacer.delayInMilliseconds(now: 1_000) } == [0, 0, 0])
        #expect((0..<3).map { _ in pacer.delayInMilliseconds(now: 1_000) } == [200, 400, 600])
        #expect(pacer.delayInMilliseconds(now: 1_600) == 200)
        #expect(pacer.delayInMilliseconds(now: 1_000_000) == 0)
        #expect(pacer.delayInMilliseconds(now: 0) == 0)
    }

    @Test func `over any time no more calls are made than the rate and the burst allow`() {
        var random = SeededRandom(seed: 5)
        for (rate, burst) in [(1, 1), (5, 1), (7, 3), (10, 40)] {
            var pacer = Pacer(AWSPacing.Rate(callsPerSecond: Int64(rate), burst: Int64(burst)), now: 0)
            var now: Int64 = 0
            var times: [Int64] = []
            for _ in 0..<500 {
                now += Int64(random.next() % 300)
                now += pacer.delayInMilliseconds(now: now)
                times.append(now)
            }
            for (first, last) in zip(times, times.dropFirst(rate + burst)) { #expect(last - first >= 1_000) }
        }
    }
}

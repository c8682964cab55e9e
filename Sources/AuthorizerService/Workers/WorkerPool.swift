/// Which workers run and when to start the others. Pure: it is told the time, and of every start and end.
///
/// A worker that was given no event before it ended by itself, or that died young, has failed; after a failure its
/// place rests. When every place has failed ``failureLimit`` times in a row and no worker runs, the pool is over.
struct WorkerPool {
    /// How many failures of one place in a row are too many, when it is so everywhere.
    static let failureLimit = 3
    /// How long a place rests after the first failure in a row, in milliseconds; after each further one twice as long.
    static let firstRestInMilliseconds: Int64 = 50
    /// The longest rest, in milliseconds: a place that Lambda refuses an event costs a process every ten seconds.
    static let longestRestInMilliseconds: Int64 = 10_000
    /// A worker that is killed before it is so old, in milliseconds, and was given no event, has failed: whatever
    /// killed it would kill the next one too.
    static let youthInMilliseconds: Int64 = 1_000

    private enum State {
        case running(System.ProcessID, since: Uptime)
        case resting(until: Uptime)
    }

    private struct Place {
        var state: State
        var failuresInARow = 0

        var process: System.ProcessID? {
            guard case .running(let process, _) = state else { return nil }
            return process
        }
    }

    private var places: [Place]

    init(count: Int) {
        places = Array(repeating: Place(state: .resting(until: Uptime(nanoseconds: .min))), count: count)
    }

    var isOver: Bool { places.allSatisfy { $0.process == nil && $0.failuresInARow >= Self.failureLimit } }

    var processes: [System.ProcessID] { places.compactMap { $0.process } }

    /// A place whose next worker is to be started now.
    func due(at now: Uptime) -> Int? {
        places.firstIndex { place in
            guard case .resting(let end) = place.state else { return false }
            return end <= now
        }
    }

    /// How long nothing is to be started, in milliseconds; `nil` where nothing is waited for.
    func rest(at now: Uptime) -> Int64? {
        let ends = places.compactMap { place -> Uptime? in
            guard case .resting(let end) = place.state else { return nil }
            return end
        }
        return ends.min().map { ($0.nanoseconds(since: now) + 999_999) / 1_000_000 }
    }

    mutating func started(_ place: Int, as process: System.ProcessID, at now: Uptime) {
        places[place].state = .running(process, since: now)
    }

    /// No process could be made.
    mutating func notStarted(_ place: Int, at now: Uptime) { fail(place, at: now) }

    /// - Returns: The place whose worker this was.
    func place(of process: System.ProcessID) -> Int? { places.firstIndex { $0.process == process } }

    mutating func ended(_ place: Int, _ end: WorkerEnd, afterEvents events: UInt64, at now: Uptime) {
        guard case .running(_, let start) = places[place].state else { return }
        if events > 0 { places[place].failuresInARow = 0 }
        switch end {
        case .left(let status) where status != 0:
            fail(place, at: now)
        case .killed where events == 0 && now.nanoseconds(since: start) < Self.youthInMilliseconds * 1_000_000:
            fail(place, at: now)
        case .left, .killed:
            places[place].state = .resting(until: now)
        }
    }

    private mutating func fail(_ place: Int, at now: Uptime) {
        places[place].failuresInARow += 1
        let doublings = min(places[place].failuresInARow - 1, 16)
        let rest = min(Self.firstRestInMilliseconds << Int64(doublings), Self.longestRestInMilliseconds)
        places[place].state = .resting(until: Uptime(nanoseconds: now.nanoseconds + rest * 1_000_000))
    }
}

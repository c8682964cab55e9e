import StrictJSON

/// The key ids that a fetch was made for in vain, so that one client with a withdrawn key does not cause a fetch
/// in every cooldown for ever: each may be asked for again after a pause that doubles from time to time.
struct AbsentKeyIDs: Sendable {
    /// The most that are remembered; the oldest is forgotten for a new one. A flood of made-up ids therefore costs
    /// 64 entries of at most 256 bytes, and the cooldown is what bounds its fetches.
    static let limit = 64

    private struct Entry: Sendable {
        let keyID: ExactString?
        var lastAsked: Uptime
        var pauseInSeconds: Int64
    }

    private let firstPauseInSeconds: Int64
    private let longestPauseInSeconds: Int64
    private var entries: [Entry] = []

    init(firstPauseInSeconds: Int64, longestPauseInSeconds: Int64) {
        self.firstPauseInSeconds = firstPauseInSeconds
        self.longestPauseInSeconds = max(firstPauseInSeconds, longestPauseInSeconds)
        entries.reserveCapacity(Self.limit)
    }

    func mayBeAskedFor(_ keyID: ExactString?, at now: Uptime) -> Bool {
        guard let entry = entries.first(where: { $0.keyID == keyID }) else { return true }
        return now.wholeSeconds(since: entry.lastAsked) >= entry.pauseInSeconds
    }

    /// A fetch was made, and the id was not in what it brought.
    mutating func note(_ keyID: ExactString?, at now: Uptime) {
        if let index = entries.firstIndex(where: { $0.keyID == keyID }) {
            entries[index].lastAsked = now
            entries[index].pauseInSeconds = min(entries[index].pauseInSeconds * 2, longestPauseInSeconds)
            return
        }
        if entries.count == Self.limit { entries.removeFirst() }
        entries.append(Entry(keyID: keyID, lastAsked: now, pauseInSeconds: firstPauseInSeconds))
    }
}

import OpenSSLSignatures
import StrictJSON

/// The key ids that a fetch was made for in vain, so that one client with a withdrawn key does not cause a fetch
/// in every cooldown for ever: each may be asked for again after a pause that doubles from time to time.
struct AbsentKeyIDs: Sendable {
    /// The most that are remembered; the oldest is forgotten for a new one. A flood of made-up ids therefore costs
    /// 64 entries, and the cooldown is what bounds its fetches.
    static let limit = 64

    /// Owns no memory: what is remembered for hours would keep pages from the kernel that held one event's blocks.
    private struct Entry: BitwiseCopyable, Sendable {
        let keyID: Fingerprint
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

    /// Where libcrypto has no memory for a digest, any id may be asked for: the cooldown bounds that too.
    func mayBeAskedFor(_ keyID: ExactString?, at now: Uptime) -> Bool {
        guard !entries.isEmpty, let known = Fingerprint(of: keyID),
            let entry = entries.first(where: { $0.keyID == known })
        else { return true }
        return now.wholeSeconds(since: entry.lastAsked) >= entry.pauseInSeconds
    }

    /// A fetch was made, and the id was not in what it brought.
    mutating func note(_ keyID: ExactString?, at now: Uptime) {
        guard let noted = Fingerprint(of: keyID) else { return }
        if let index = entries.firstIndex(where: { $0.keyID == noted }) {
            entries[index].lastAsked = now
            entries[index].pauseInSeconds = min(entries[index].pauseInSeconds * 2, longestPauseInSeconds)
            return
        }
        if entries.count == Self.limit { entries.removeFirst() }
        entries.append(Entry(keyID: noted, lastAsked: now, pauseInSeconds: firstPauseInSeconds))
    }
}

/// What stands for a key id, or for none, whatever its length.
private struct Fingerprint: BitwiseCopyable, Equatable, Sendable {
    private let digest: SHA256Digest?

    /// - Returns: `nil` where libcrypto has no memory.
    init?(of keyID: ExactString?) {
        guard let keyID else {
            digest = nil
            return
        }
        guard let digest = SHA256Digest(of: keyID.utf8) else { return nil }
        self.digest = digest
    }
}

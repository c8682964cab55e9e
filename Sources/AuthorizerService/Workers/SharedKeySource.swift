import JOSE
import OpenSSLSignatures

/// The part of the shared memory that is about one key set.
struct SharedKeySet {
    let memory: SharedMemory
    let source: Int

    var generation: UInt64 { memory.generation(ofKeys: source) }

    /// Adds what one fetch brought. Under the lock.
    func tell(_ news: KeyNews) {
        var known =
            memory.readKeys(source)
            ?? SharedKeys(
                lastAttempt: Uptime(nanoseconds: 0), isFailure: true, keysAsOf: Uptime(nanoseconds: 0), set: [])
        switch news {
        case .set(let text, let entityTag, let start):
            known = SharedKeys(lastAttempt: start, isFailure: false, keysAsOf: start, set: text, entityTag: entityTag)
        case .confirmed(let start):
            known.lastAttempt = start
            known.isFailure = false
            known.keysAsOf = start
        case .failure(let start):
            known.lastAttempt = start
            known.isFailure = true
        }
        memory.writeKeys(known, source)
    }
}

extension SharedMemory {
    func keys(_ source: Int) -> SharedKeySet { SharedKeySet(memory: self, source: source) }
}

extension KeySource {
    /// The longest to wait, in milliseconds, for another worker to finish writing what it fetched.
    private static let newsPatienceInMilliseconds: Int64 = 20

    /// Learns what another worker fetched, if anything was since last time.
    mutating func takeNews(from shared: SharedKeySet, uptime: () -> Uptime) {
        guard shared.generation != knownGeneration else { return }
        guard
            shared.memory.lockKeys(
                shared.source, withinMilliseconds: Self.newsPatienceInMilliseconds, uptime: uptime)
        else { return }
        learn(from: shared)
        shared.memory.unlockKeys(shared.source)
    }

    /// Asks the issuer and tells the other workers. Where another one does so just now, a caller waits for it and
    /// learns what it brought; without a caller there is nothing to wait for.
    mutating func refresh(
        _ fetcher: KeyFetcher, sharing shared: SharedKeySet, isCallerWaiting: Bool,
        timeoutInMilliseconds timeout: Int64, uptime: () -> Uptime
    ) -> LogRecord? {
        let start = uptime()
        let patience = isCallerWaiting ? timeout : 0
        guard shared.memory.lockKeys(shared.source, withinMilliseconds: patience, uptime: uptime) else { return nil }
        defer { shared.memory.unlockKeys(shared.source) }
        if learn(from: shared) { return nil }
        let rest = timeout - uptime().nanoseconds(since: start) / 1_000_000
        let record = refresh(
            fetcher, timeoutInMilliseconds: max(rest, 1), tell: { shared.tell($0) }, uptime: uptime)
        knownGeneration = shared.generation
        return record
    }

    /// Under the lock.
    ///
    /// - Returns: Whether there was any news.
    @discardableResult
    private mutating func learn(from shared: SharedKeySet) -> Bool {
        let generation = shared.generation
        guard generation != knownGeneration, let news = shared.memory.readKeys(shared.source) else { return false }
        knownGeneration = generation
        if !news.set.isEmpty, let set = try? KeySet(parsing: news.set, using: OpenSSLVerifier()) {
            cache.replace(with: set, entityTag: news.entityTag, fetchStartedAt: news.keysAsOf)
        } else if !news.isFailure {
            cache.confirm(fetchStartedAt: news.keysAsOf)
        }
        if news.isFailure { cache.noteFailure(fetchStartedAt: news.lastAttempt) }
        return true
    }
}

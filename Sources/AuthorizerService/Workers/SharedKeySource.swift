import JOSE
import OpenSSLSignatures

/// The part of the shared memory that is about one key set.
struct SharedKeySet {
    let memory: SharedMemory
    let source: Int

    var generation: UInt64 { memory.generation(ofKeys: source) }

    /// Adds what one fetch brought. Under the right to fetch. Where it is not known which set the others have, nothing
    /// is told: they might take another one for confirmed.
    func tell(_ news: KeyNews) {
        let never = Uptime(nanoseconds: 0)
        let first = SharedKeys(lastAttempt: never, isFailure: true, keysAsOf: never, set: [])
        guard var known = memory.readKeys(source) ?? (generation == 0 ? first : nil) else { return }
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
    /// Learns what another worker fetched, if anything was since last time.
    mutating func takeNews(from shared: SharedKeySet) {
        if shared.generation != knownGeneration { learn(from: shared) }
    }

    /// Asks the issuer and tells the other workers. Where another one does so just now, a caller waits for it and
    /// learns what it brought; without a caller there is nothing to wait for.
    mutating func refresh(
        _ fetcher: KeyFetcher, sharing shared: SharedKeySet, isCallerWaiting: Bool,
        timeoutInMilliseconds timeout: Int64, uptime: () -> Uptime
    ) -> SharedRefresh {
        let start = uptime()
        let patience = isCallerWaiting ? timeout : 0
        guard shared.memory.lockKeys(shared.source, withinMilliseconds: patience, uptime: uptime) else {
            return .outOfTime
        }
        defer { shared.memory.unlockKeys(shared.source) }
        if learn(from: shared) { return .learned }
        let rest = timeout - uptime().nanoseconds(since: start) / 1_000_000
        guard rest >= min(Judge.shortestFetchInMilliseconds, timeout) else { return .outOfTime }
        let record = refresh(fetcher, timeoutInMilliseconds: rest, tell: { shared.tell($0) }, uptime: uptime)
        knownGeneration = shared.generation
        return .asked(record)
    }

    /// - Returns: Whether there was any news.
    @discardableResult
    private mutating func learn(from shared: SharedKeySet) -> Bool {
        let generation = shared.generation
        guard generation != knownGeneration, let news = shared.memory.readKeys(shared.source) else { return false }
        knownGeneration = generation
        if news.set.isEmpty {
            if news.keysAsOf.nanoseconds > 0 { cache.confirm(fetchStartedAt: news.keysAsOf) }
        } else if let set = try? KeySet(parsing: news.set, using: OpenSSLVerifier()) {
            cache.replace(with: set, entityTag: news.entityTag, fetchStartedAt: news.keysAsOf)
        }
        if news.isFailure { cache.noteFailure(fetchStartedAt: news.lastAttempt) }
        return true
    }
}

/// What came of asking for keys where other workers do so too.
enum SharedRefresh {
    /// This worker asked; what to log of it.
    case asked(LogRecord?)
    /// Another one had asked meanwhile, and told what came of it.
    case learned
    /// Another one asks, and it cannot be waited for any longer: nothing is known of the outcome.
    case outOfTime
}

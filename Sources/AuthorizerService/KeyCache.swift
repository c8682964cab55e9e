package import JOSE
package import StrictJSON

/// What is known of one issuer's keys, and whether to ask again. Pure: it is told the time and the outcome of each
/// fetch, and says what to do next.
///
/// ```
///            success                    maxAge                 maxAge + staleIfError
/// empty ───────────────▶ fresh ─────────────────▶ stale ───────────────────────────▶ empty again
///                          ▲  unknown kid: one fetch │ one fetch before the next use;
///                          └─────────────────────────┘ while that fails, the old keys serve
/// ```
/// The end of every fetch, whether it succeeds or fails, starts a cooldown in which no other is made. Keys that are
/// known are served all the while.
package struct KeyCache<Key> {
    package let times: KeyTimes

    private var keys: KeySet<Key>?
    /// When the request was made that brought `keys`, so that their age is never underestimated.
    private var keysAsOf = Uptime(nanoseconds: 0)
    private var lastAttempt: Uptime?
    private var didLastAttemptFail = false
    private var isSnapshot = false
    private var absentees: AbsentKeyIDs

    /// The validator of `keys` for a conditional request (RFC 9110 §8.8.3).
    package private(set) var entityTag: [UInt8]?

    package init(times: KeyTimes) {
        self.times = times
        absentees = AbsentKeyIDs(firstPauseInSeconds: times.cooldownSeconds, longestPauseInSeconds: times.maxAgeSeconds)
    }

    package var hasKeys: Bool { keys != nil }

    /// What a token's key turned out to be.
    package enum Answer {
        /// Use this key; the set it belongs to is `ageInSeconds` old.
        case key(VerificationKey<Key>, ageInSeconds: Int64)
        /// The set names this key, but not for this algorithm.
        case unsuitable
        /// No set that may still be believed names this key.
        case unknown
        /// Whether there is such a key cannot be said: there is no set, or the last fetch failed.
        case unavailable
        /// Fetch the set, tell the outcome, and ask again.
        case fetchFirst
        /// A fetch is what it takes, and there is no time for one.
        case outOfTime
    }

    /// Whether a fetch can be made for the caller who waits.
    package enum FetchPermission: Sendable {
        case allowed
        /// One was made, or there is nowhere to fetch from.
        case spent
        /// The invocation's deadline is too near.
        case outOfTime
    }

    /// Looks a key up. Only with the permission ``FetchPermission/allowed`` is ``Answer/fetchFirst`` the answer;
    /// without it, stale keys serve within their bound.
    package mutating func lookUp(
        _ keyID: ExactString?, _ algorithm: Algorithm, at now: Uptime, fetch permission: FetchPermission
    ) -> Answer {
        let mayFetch = permission != .spent && !isCoolingDown(at: now)
        let fetchFirst: Answer = permission == .outOfTime ? .outOfTime : .fetchFirst
        guard let keys, isUsable(at: now) else { return mayFetch ? fetchFirst : .unavailable }
        if mayFetch, permission == .allowed, isStale(at: now) { return .fetchFirst }
        switch keys.select(keyID: keyID, algorithm: algorithm) {
        case .key(let key): return .key(key, ageInSeconds: age(at: now))
        case .unsuitable: return .unsuitable
        case .unknownKeyID:
            if mayFetch, absentees.mayBeAskedFor(keyID, at: now) { return fetchFirst }
            // A fetch that failed says of no key that it is absent: the cooldown alone bounds the next one.
            guard !didLastAttemptFail else { return .unavailable }
            if permission == .spent { absentees.note(keyID, at: now) }
            return .unknown
        }
    }

    /// Whether to fetch now that no caller waits: nothing is known, the keys grow old, or they are a snapshot.
    package func isRefreshDue(at now: Uptime) -> Bool {
        guard !isCoolingDown(at: now) else { return false }
        return keys == nil || isSnapshot || age(at: now) >= times.refreshAfterSeconds
    }

    private func isCoolingDown(at now: Uptime) -> Bool {
        guard let lastAttempt else { return false }
        return now.wholeSeconds(since: lastAttempt) < times.cooldownSeconds
    }

    private func age(at now: Uptime) -> Int64 { now.wholeSeconds(since: keysAsOf) }
    private func isStale(at now: Uptime) -> Bool { age(at: now) >= times.maxAgeSeconds }
    private func isUsable(at now: Uptime) -> Bool {
        age(at: now) < times.maxAgeSeconds + times.staleIfErrorSeconds
    }
}

// MARK: - What a fetch brought

extension KeyCache {
    /// A fetch begun at `start` brought a set. One without a usable key counts as a failure: it never replaces
    /// one that has some.
    package mutating func replace(with set: KeySet<Key>, entityTag: [UInt8]?, fetchStartedAt start: Uptime) {
        guard !set.isEmpty else { return noteFailure(fetchStartedAt: start) }
        keys = set
        self.entityTag = entityTag
        succeed(asOf: start)
    }

    /// A conditional fetch begun at `start` was answered with 304: the set is as it was (RFC 9110 §15.4.5).
    package mutating func confirm(fetchStartedAt start: Uptime) {
        guard keys != nil, entityTag != nil else { return noteFailure(fetchStartedAt: start) }
        succeed(asOf: start)
    }

    /// A fetch begun at `start` brought no set.
    package mutating func noteFailure(fetchStartedAt start: Uptime) {
        lastAttempt = start
        didLastAttemptFail = true
    }

    /// The fetch that was told of last ended at `end`: the cooldown is counted from here, so that a fetch may take
    /// longer than the cooldown and callers are served behind it all the same.
    package mutating func startCooldown(at end: Uptime) { lastAttempt = end }

    /// Uses the keys of a file until the first fetch succeeds. Nobody knows how old they are, so they count as
    /// fetched at `now`, serve at once, and are refreshed as soon as no caller waits.
    package mutating func useSnapshot(_ set: KeySet<Key>, at now: Uptime) {
        guard !set.isEmpty else { return }
        keys = set
        keysAsOf = now
        isSnapshot = true
    }

    private mutating func succeed(asOf start: Uptime) {
        keysAsOf = start
        lastAttempt = start
        didLastAttemptFail = false
        isSnapshot = false
    }
}

/// How long keys live. All in seconds.
package struct KeyTimes: Equatable, Sendable {
    /// Keys older than this are not used before a fetch was tried.
    package var maxAgeSeconds: Int64
    /// While fetches fail, keys serve this much longer.
    package var staleIfErrorSeconds: Int64
    /// After a fetch, well or badly ended, none is made for this long.
    package var cooldownSeconds: Int64
    /// Keys older than this are refreshed when no caller waits.
    package var refreshAfterSeconds: Int64

    /// - Parameters:
    ///   - maxAgeSeconds: See the property.
    ///   - staleIfErrorSeconds: See the property.
    ///   - cooldownSeconds: See the property.
    ///   - spread: 0...999, drawn once per process: it moves the refresh to between 70 and 90 per cent of the maximum
    ///     age, so that environments started together do not all ask the issuer in the same second.
    package init(maxAgeSeconds: Int64, staleIfErrorSeconds: Int64, cooldownSeconds: Int64, spread: Int64) {
        self.maxAgeSeconds = maxAgeSeconds
        self.staleIfErrorSeconds = staleIfErrorSeconds
        self.cooldownSeconds = cooldownSeconds
        refreshAfterSeconds = maxAgeSeconds * (700 + min(max(spread, 0), 999) / 5) / 1_000
    }
}

package import JOSE
package import OpenSSLSignatures
package import StrictJSON

/// One issuer's keys and where they come from.
package struct KeySource {
    /// The first policy's alias, for the log.
    package let name: ExactString
    package let location: KeyLocation
    package var cache: KeyCache<PublicKey>
    /// Of what other workers fetched: the news that the cache has already.
    var knownGeneration: UInt64 = 0

    package var hasKeys: Bool { cache.hasKeys }

    /// Whether to fetch now that no caller waits; never where there is nowhere to fetch from.
    package func isRefreshDue(at now: Uptime) -> Bool { location.address != nil && cache.isRefreshDue(at: now) }

    package init(name: ExactString, location: KeyLocation, times: KeyTimes) {
        self.name = name
        self.location = location
        // Without an address there is nothing to refresh from: the file's keys do not age.
        cache = KeyCache(times: location.address == nil ? .forever : times)
    }

    /// Reads the key file, if there is one.
    ///
    /// - Returns: The record to log, of the keys that had to be skipped; `nil` where there is nothing to say.
    package mutating func loadFile(
        signatures: OpenSSLVerifier, limitInBytes: Int, at now: Uptime
    ) throws(KeyFileError.Fault) -> LogRecord? {
        guard let file = location.file else { return nil }
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try System.readFile(file, limitInBytes: limitInBytes)
        } catch {
            throw .unreadable(error)
        }
        let set: KeySet<PublicKey>
        do throws(KeySetError) {
            set = try KeySet(parsing: bytes, using: signatures)
        } catch {
            throw .notAKeySet(path: file, error)
        }
        guard !set.isEmpty else { throw .noUsableKey(path: file, skipped: set.skipped.count) }
        cache.useSnapshot(set, at: now)
        return skippedRecord(set)
    }

    /// Asks the issuer, tells the cache and `tell` what came of it, and says it in a record.
    package mutating func refresh(
        _ fetcher: KeyFetcher, timeoutInMilliseconds: Int64, tell: (KeyNews, _ endedAt: Uptime) -> Void = { _, _ in },
        uptime: () -> Uptime
    ) -> LogRecord? {
        guard let address = location.address else { return nil }
        let start = uptime()
        var record = LogRecord(level: .info)
        record.add("event", "key_fetch")
        record.add("issuer", name)
        let hadKeys = hasKeys
        var news = KeyNews.failure
        do throws(KeyFetchError) {
            let outcome = try fetcher.fetch(
                address, entityTag: cache.entityTag, timeoutInMilliseconds: timeoutInMilliseconds, uptime: uptime)
            news = take(outcome, fetchStartedAt: start, &record)
        } catch {
            cache.noteFailure(fetchStartedAt: start)
            record.level = .warn
            record.add("outcome", error.code)
            record.add("message", error.description)
        }
        let end = uptime()
        cache.startCooldown(at: end)
        tell(news, end)
        // The keys of the last set lay between blocks of all kinds, and each set would lie elsewhere.
        if case .set = news, hadKeys { System.giveFreePagesBack() }
        let milliseconds = end.nanoseconds(since: start) / 1_000_000
        record.add("durationMilliseconds", milliseconds)
        record.count("KeyFetches")
        if case .failure = news { record.count("KeyFetchFailures") }
        record.count("KeyFetchTime", unit: "Milliseconds", milliseconds)
        return record
    }

    private mutating func take(
        _ outcome: KeyFetcher.Outcome, fetchStartedAt start: Uptime, _ record: inout LogRecord
    ) -> KeyNews {
        switch outcome {
        case .set(let set, let entityTag, let text):
            cache.replace(with: set, entityTag: entityTag, fetchStartedAt: start)
            record.add("outcome", "fetched")
            describe(set, in: &record)
            return .set(text, entityTag: entityTag, fetchStartedAt: start)
        case .notModified:
            cache.confirm(fetchStartedAt: start)
            record.add("outcome", "not_modified")
            return .confirmed(fetchStartedAt: start)
        }
    }

    private func skippedRecord(_ set: KeySet<PublicKey>) -> LogRecord? {
        guard !set.skipped.isEmpty || set.keys.contains(where: { $0.isPrivatePartPublished }) else { return nil }
        var record = LogRecord(level: .warn)
        record.add("event", "key_file")
        record.add("issuer", name)
        describe(set, in: &record)
        return record
    }

    private func describe(_ set: KeySet<PublicKey>, in record: inout LogRecord) {
        record.add("keys", Int64(set.keys.count))
        let published = set.keys.count { $0.isPrivatePartPublished }
        if published > 0 {
            record.level = .warn
            record.add("privatePartsPublished", Int64(published))
        }
        guard !set.skipped.isEmpty else { return }
        record.add("keysSkipped", Int64(set.skipped.count))
        record.add("skippedBecause", set.skipped.map { $0.reason.code }.joined(separator: " "))
    }
}

/// What one fetch brought, for whoever else uses the same keys.
package enum KeyNews {
    /// A set with a usable key, as it came.
    case set([UInt8], entityTag: [UInt8]?, fetchStartedAt: Uptime)
    /// The set is as it was.
    case confirmed(fetchStartedAt: Uptime)
    case failure
}

extension KeyTimes {
    /// Some 31,000 years: what lies in a file is right until the file is another.
    static let forever = KeyTimes(
        maxAgeSeconds: 1_000_000_000_000, staleIfErrorSeconds: 0, cooldownSeconds: 0, spread: 0)
}

/// Why a `jwksFile` cannot be used.
package struct KeyFileError: Error, Sendable {
    /// The configuration's path.
    package let file: String
    /// As `issuers[0].jwksFile`.
    package let member: String
    package let fault: Fault

    package enum Fault: Error, Sendable {
        case unreadable(FileError)
        case notAKeySet(path: String, KeySetError)
        case noUsableKey(path: String, skipped: Int)
    }
}

extension KeyFileError: CustomStringConvertible {
    package var description: String { "\(file): \(member): \(fault.description)" }
}

extension KeyFileError.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let error): error.description
        case .notAKeySet(let path, let error): "\(path): \(error.description)"
        case .noUsableKey(let path, let skipped): "\(path): none of the \(skipped) keys can be used"
        }
    }
}

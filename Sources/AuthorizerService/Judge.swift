package import APIGateway
import Authorization
import JOSE
import OpenSSLSignatures
import StrictJSON

/// Judges requests by a configuration: who calls, and whether they may.
package struct Judge {
    package let configuration: Configuration
    package private(set) var sources: [KeySource]
    private let issuers: TrustedIssuers
    private let verifier = TokenVerifier(signatures: OpenSSLVerifier())
    private let fetcher: KeyFetcher
    private let clock: Clock
    /// What was done about keys since it was last asked; for the log.
    private var records: [LogRecord] = []
    /// Where workers tell each other of keys; `nil` where there is just this process.
    private var sharedMemory: SharedMemory?

    /// What is left to an answer when keys have come: 250 ms. Verifying and posting take less than one.
    package static let deadlineMarginInMilliseconds: Int64 = 250
    /// A fetch is not begun with less time than this, in milliseconds: it would only be cut off.
    package static let shortestFetchInMilliseconds: Int64 = 50

    /// - Parameters:
    ///   - configuration: What is judged by.
    ///   - clock: Told the time by.
    ///   - spread: See ``KeyTimes/init(maxAgeSeconds:staleIfErrorSeconds:cooldownSeconds:spread:)``.
    package init(_ configuration: Configuration, clock: Clock, spread: Int64) {
        self.configuration = configuration
        self.clock = clock
        let keys = configuration.keys
        let times = KeyTimes(
            maxAgeSeconds: keys.maxAgeSeconds, staleIfErrorSeconds: keys.staleIfErrorSeconds,
            cooldownSeconds: keys.cooldownSeconds, spread: spread)
        issuers = TrustedIssuers(configuration.issuers.map { $0.policy })
        sources = issuers.all.compactMap { issuer in
            configuration.issuers.first { $0.policy.issuer == issuer.issuer }.map {
                KeySource(name: $0.policy.name, location: $0.keyLocation, times: times)
            }
        }
        fetcher = KeyFetcher(keys, signatures: verifier.signatures)
    }

    // MARK: Keys

    /// Reads the key files, each of which the operator named and so must be good.
    package mutating func loadKeyFiles() throws(KeyFileError) {
        let limit = Int(clamping: configuration.keys.maxBytes)
        for index in sources.indices {
            do throws(KeyFileError.Fault) {
                let record = try sources[index].loadFile(
                    signatures: verifier.signatures, limitInBytes: limit, at: clock.uptime())
                if let record { records.append(record) }
            } catch {
                throw KeyFileError(file: configuration.path, member: member(of: sources[index]), fault: error)
            }
        }
    }

    private func member(of source: KeySource) -> String {
        let index = configuration.issuers.firstIndex { $0.policy.name == source.name } ?? 0
        return "issuers[\(index)].jwksFile"
    }

    /// Fetches every key set of which nothing is known yet, within a time for all of them together.
    ///
    /// A failure is not the end: it is logged, and the first caller whose key is missing causes another try.
    package mutating func prefetchKeys(withinMilliseconds limit: Int64) {
        let start = clock.uptime()
        for index in sources.indices where !sources[index].hasKeys {
            let rest = limit - clock.uptime().nanoseconds(since: start) / 1_000_000
            guard rest >= Self.shortestFetchInMilliseconds else { return }
            refresh(index, within: min(rest, configuration.keys.timeoutMilliseconds), isCallerWaiting: false)
        }
    }

    /// From now on this process is one of several that fetch keys for each other.
    mutating func share(_ memory: SharedMemory) { sharedMemory = memory }

    /// Fetches the key sets that are due, now that no caller waits.
    ///
    /// - Parameter deadline: Of the invocation that was answered, as in ``judge(_:deadlineInMilliseconds:)``: Lambda
    ///   counts until the next event is asked for, and ends a process that is late.
    package mutating func refreshKeys(deadlineInMilliseconds deadline: Int64?) {
        for index in sources.indices {
            takeNews(index)
            guard sources[index].isRefreshDue(at: clock.uptime()) else { continue }
            guard let budget = fetchBudget(deadline) else { return }
            refresh(index, within: budget, isCallerWaiting: false)
        }
    }

    package mutating func takeRecords() -> [LogRecord] {
        defer { records.removeAll() }
        return records
    }

    /// - Returns: Whether the outcome of a fetch is known, by this process or another.
    @discardableResult
    private mutating func refresh(_ source: Int, within milliseconds: Int64, isCallerWaiting: Bool) -> Bool {
        let outcome: SharedRefresh =
            if let sharedMemory {
                sources[source].refresh(
                    fetcher, sharing: sharedMemory.keys(source), isCallerWaiting: isCallerWaiting,
                    timeoutInMilliseconds: milliseconds, uptime: clock.uptime)
            } else {
                .asked(sources[source].refresh(fetcher, timeoutInMilliseconds: milliseconds, uptime: clock.uptime))
            }
        switch outcome {
        case .asked(let record):
            if let record { records.append(record) }
            return true
        case .learned: return true
        case .outOfTime: return false
        }
    }

    private mutating func takeNews(_ source: Int) {
        guard let sharedMemory else { return }
        sources[source].takeNews(from: sharedMemory.keys(source))
    }

    // MARK: Requests

    /// Judges one request.
    ///
    /// - Parameters:
    ///   - request: What one event asks.
    ///   - deadlineInMilliseconds: When Lambda ends the invocation, by the wall clock; `nil` if unknown.
    /// - Returns: The verdict of the first check that fails, in the order of docs/checks.md; or an Allow.
    package mutating func judge(_ request: AuthorizerRequest, deadlineInMilliseconds: Int64?) -> Judgement {
        let credential: ArraySlice<UInt8>
        switch request.credentials {
        case .failure(let fault): return Judgement(.reject(.credentials(fault)))
        case .success(let token): credential = token
        }
        var judgement = Judgement(.fault(.clockUnusable))
        guard let now = clock.date else { return judgement }
        do throws(TokenError) {
            let token = try UnverifiedToken(parsing: credential)
            judgement.keyID = token.keyID
            let issuer = try issuers.issuer(for: token)
            let key = lookUp(token, issuer: issuer.index, deadline: deadlineInMilliseconds)
            switch key {
            case .key(let key, let age):
                judgement.keyAgeSeconds = age
                let verified = try verifier.verify(token, under: key, of: issuer, at: now)
                return decide(verified, request, judgement)
            case .unsuitable: throw TokenError.unsupportedAlgorithm
            case .unknown: throw TokenError.unknownKey
            case .unavailable, .fetchFirst: judgement.verdict = .fault(.keysUnavailable)
            case .outOfTime: judgement.verdict = .fault(.deadlineTooNear)
            }
        } catch {
            judgement.verdict = Judgement.Verdict(error)
        }
        return judgement
    }

    private func decide(_ token: VerifiedToken, _ request: AuthorizerRequest, _ soFar: Judgement) -> Judgement {
        var judgement = soFar
        let caller = Caller(token)
        judgement.caller = caller
        let decision = configuration.routes.decide(
            caller, on: request.target,
            meteredBy: request.shape.isREST ? configuration.usageKeyStrategy(for: caller) : .none,
            hashing: OpenSSLHashing())
        switch decision {
        case .allow(let grant): judgement.verdict = .allow(grant)
        case .deny(let denial): judgement.verdict = .deny(denial)
        }
        return judgement
    }

    // MARK: One key

    private mutating func lookUp(
        _ token: UnverifiedToken, issuer: Int, deadline: Int64?
    ) -> KeyCache<PublicKey>.Answer {
        guard sources.indices.contains(issuer) else { return .unavailable }
        takeNews(issuer)
        let budget = fetchBudget(deadline)
        let canFetch = sources[issuer].location.address != nil
        let answer = sources[issuer].cache.lookUp(
            token.keyID, token.algorithm, at: clock.uptime(),
            fetch: !canFetch ? .spent : budget == nil ? .outOfTime : .allowed)
        guard case .fetchFirst = answer, let budget else { return answer }
        if refresh(issuer, within: budget, isCallerWaiting: true) {
            return sources[issuer].cache.lookUp(token.keyID, token.algorithm, at: clock.uptime(), fetch: .spent)
        }
        // Keys that are known serve. Whether there are others cannot be said before the other worker's fetch has ended.
        let known = sources[issuer].cache.lookUp(token.keyID, token.algorithm, at: clock.uptime(), fetch: .outOfTime)
        if case .outOfTime = known { return .unavailable }
        return known
    }

    /// How long a fetch may take, in milliseconds; `nil` where there is no time for one.
    private func fetchBudget(_ deadline: Int64?) -> Int64? {
        let timeout = configuration.keys.timeoutMilliseconds
        guard let deadline else { return timeout }
        let now = clock.wallNanoseconds() / 1_000_000
        let (rest, overflow) = deadline.subtractingReportingOverflow(now + Self.deadlineMarginInMilliseconds)
        guard !overflow, rest >= min(Self.shortestFetchInMilliseconds, timeout) else { return nil }
        return min(timeout, rest)
    }
}

/// The hash that usage keys are made with.
package struct OpenSSLHashing: MessageAuthentication {
    package init() {}

    package func hmacSHA256(of message: [UInt8], key: [UInt8]) -> [UInt8]? {
        guard let hmac = HMACSHA256(key: key) else { return nil }
        return try? hmac.code(for: message)
    }
}

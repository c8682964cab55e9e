import CPOSIX
import LambdaRuntime

/// The memory that the supervisor and its workers share: what each worker does, and what is known of each key set.
///
/// It lies in one mapping that lives as long as the process. Locks are bytes of a file without a name; the kernel gives
/// back those of a process that ends.
///
/// Of each key set there are two copies, of which the generation's last bit says which one is known: news is written to
/// the other one, so that a worker which is killed over it has told nothing and spoilt nothing.
@safe
struct SharedMemory: Sendable {
    private nonisolated(unsafe) let slots: UnsafeMutablePointer<cposix_worker_slot>
    private nonisolated(unsafe) let generations: UnsafeMutablePointer<UInt64>
    private nonisolated(unsafe) let keys: UnsafeMutableRawPointer
    private let sources: Int
    private let strideOfKeys: Int
    private let setLimitInBytes: Int
    private let locks: Int32

    private static let outputLock: Int64 = 0
    private static let firstKeysLock: Int64 = 1
    private static let copies = 2

    /// Fails where there is no memory or no descriptor; ``System/lastError`` says why.
    ///
    /// - Parameters:
    ///   - workers: How many workers there will be.
    ///   - sources: How many key sets.
    ///   - setLimitInBytes: The most bytes of one key set.
    init?(workers: Int, sources: Int, setLimitInBytes: Int) {
        let slotBytes = Self.wholePages(workers * MemoryLayout<cposix_worker_slot>.stride)
        let generationBytes = Self.wholePages(sources * MemoryLayout<UInt64>.stride)
        strideOfKeys = Self.wholePages(MemoryLayout<cposix_shared_keys>.stride + setLimitInBytes)
        self.sources = sources
        self.setLimitInBytes = setLimitInBytes
        let length = slotBytes + generationBytes + sources * Self.copies * strideOfKeys
        guard let memory = unsafe cposix_share_memory(length) else { return nil }
        unsafe slots = memory.bindMemory(to: cposix_worker_slot.self, capacity: workers)
        unsafe generations = (memory + slotBytes).bindMemory(to: UInt64.self, capacity: sources)
        unsafe keys = memory + slotBytes + generationBytes
        locks = cposix_make_locks()
        guard locks >= 0 else { return nil }
    }

    private static func wholePages(_ bytes: Int) -> Int { (bytes + 4_095) / 4_096 * 4_096 }
}

// MARK: - What a worker does

extension SharedMemory {
    /// The supervisor's, before it starts a worker.
    func clear(worker: Int) { unsafe slots[worker] = cposix_worker_slot() }

    /// The worker's, before anything is done for the invocation.
    func begin(_ id: RequestID, worker: Int) {
        let length = min(id.utf8.count, Int(CPOSIX_SHARED_ID_LIMIT))
        unsafe withUnsafeMutableBytes(of: &slots[worker].id) { unsafe $0.copyBytes(from: id.utf8[..<length]) }
        unsafe slots[worker].id_length = UInt32(length)
        unsafe slots[worker].events &+= 1
        unsafe cposix_store_flag(&slots[worker].is_handling, 1)
    }

    /// The worker's, once the answer was posted.
    func end(worker: Int) { unsafe cposix_store_flag(&slots[worker].is_handling, 0) }

    /// The supervisor's, of a worker that has ended: the invocation that it had at hand.
    func invocationLeft(by worker: Int) -> RequestID? {
        guard unsafe cposix_load_flag(&slots[worker].is_handling) == 1 else { return nil }
        let length = min(Int(unsafe slots[worker].id_length), Int(CPOSIX_SHARED_ID_LIMIT))
        let text = unsafe withUnsafeBytes(of: &slots[worker].id) { unsafe Array($0[..<length]) }
        return RequestID(utf8: text[...])
    }

    /// How many events a worker was given since it was started.
    func events(of worker: Int) -> UInt64 { unsafe slots[worker].events }
}

// MARK: - What is known of key sets

/// What the latest fetch of one key set brought, and the set that is in use.
struct SharedKeys {
    /// When the latest fetch began.
    var lastAttempt: Uptime
    var isFailure: Bool
    /// When the fetch began that brought or confirmed the set; 0 where none did.
    var keysAsOf: Uptime
    /// As it came; empty where none came since the workers were started: they have the one that there was before.
    var set: [UInt8]
    var entityTag: [UInt8]?
}

extension SharedMemory {
    /// Changes whenever there is news of a key set. Read without a lock.
    func generation(ofKeys source: Int) -> UInt64 { unsafe cposix_load(generations + source) }

    /// Waits for the right to fetch one key set.
    ///
    /// - Returns: Whether it was had in time.
    func lockKeys(_ source: Int, withinMilliseconds limit: Int64, uptime: () -> Uptime) -> Bool {
        let start = uptime()
        while cposix_lock(locks, Self.firstKeysLock + Int64(source), Int32(CPOSIX_LOCK_TRY)) != 0 {
            guard uptime().nanoseconds(since: start) < limit * 1_000_000 else { return false }
            System.sleep(milliseconds: 1)
        }
        return true
    }

    func unlockKeys(_ source: Int) {
        _ = cposix_lock(locks, Self.firstKeysLock + Int64(source), Int32(CPOSIX_LOCK_GIVE_BACK))
    }

    /// Takes no longer than a copy does, whoever may be fetching. `nil` where nothing was told yet.
    func readKeys(_ source: Int) -> SharedKeys? {
        let known = withKeys(source) { () -> SharedKeys? in
            let generation = generation(ofKeys: source)
            return generation > 0 ? news(generation, source) : nil
        }
        return known ?? nil
    }

    private func news(_ generation: UInt64, _ source: Int) -> SharedKeys {
        let header = unsafe header(source, of: generation)
        let setLength = min(Int(unsafe header.pointee.set_length), setLimitInBytes)
        let tagLength = min(Int(unsafe header.pointee.tag_length), Int(CPOSIX_SHARED_TAG_LIMIT))
        let tag = unsafe withUnsafeBytes(of: &header.pointee.tag) { unsafe Array($0[..<tagLength]) }
        return unsafe SharedKeys(
            lastAttempt: Uptime(nanoseconds: header.pointee.last_attempt), isFailure: header.pointee.is_failure == 1,
            keysAsOf: Uptime(nanoseconds: header.pointee.keys_as_of),
            set: Array(UnsafeRawBufferPointer(start: UnsafeRawPointer(header + 1), count: setLength)),
            entityTag: tag.isEmpty ? nil : tag)
    }

    /// Under the right to fetch. An entity tag that has no room is left out; where the set has none, nothing is told.
    func writeKeys(_ news: SharedKeys, _ source: Int) {
        guard news.set.count <= setLimitInBytes else { return }
        withKeys(source) {
            let generation = generation(ofKeys: source) &+ 1
            replace(generation, by: news, source)
            unsafe cposix_store(generations + source, generation)
        }
    }

    private func replace(_ generation: UInt64, by news: SharedKeys, _ source: Int) {
        let header = unsafe header(source, of: generation)
        unsafe header.pointee.last_attempt = news.lastAttempt.nanoseconds
        unsafe header.pointee.is_failure = news.isFailure ? 1 : 0
        unsafe header.pointee.keys_as_of = news.keysAsOf.nanoseconds
        unsafe UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(header + 1), count: news.set.count)
            .copyBytes(from: news.set)
        unsafe header.pointee.set_length = UInt32(news.set.count)
        let tag = news.entityTag.flatMap { $0.count <= Int(CPOSIX_SHARED_TAG_LIMIT) ? $0 : nil } ?? []
        unsafe withUnsafeMutableBytes(of: &header.pointee.tag) { unsafe $0.copyBytes(from: tag) }
        unsafe header.pointee.tag_length = UInt32(tag.count)
    }

    /// Holds others back from one key set while it is read or written, which is never long.
    @discardableResult
    private func withKeys<Result>(_ source: Int, _ body: () -> Result) -> Result? {
        let lock = Self.firstKeysLock + Int64(sources + source)
        guard cposix_lock(locks, lock, Int32(CPOSIX_LOCK_WAIT)) == 0 else { return nil }
        defer { _ = cposix_lock(locks, lock, Int32(CPOSIX_LOCK_GIVE_BACK)) }
        return body()
    }

    private func header(_ source: Int, of generation: UInt64) -> UnsafeMutablePointer<cposix_shared_keys> {
        let place = source * Self.copies + Int(generation % UInt64(Self.copies))
        return unsafe (keys + place * strideOfKeys).assumingMemoryBound(to: cposix_shared_keys.self)
    }
}

// MARK: - Output

extension SharedMemory {
    /// Holds the other workers' lines back while this one is written.
    func withOutput(_ write: () -> Void) {
        let isLocked = cposix_lock(locks, Self.outputLock, Int32(CPOSIX_LOCK_WAIT)) == 0
        write()
        if isLocked { _ = cposix_lock(locks, Self.outputLock, Int32(CPOSIX_LOCK_GIVE_BACK)) }
    }
}

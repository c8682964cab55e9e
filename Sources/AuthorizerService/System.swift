import CPOSIX

/// The machine: clocks, environment, files, standard output and signals. The only file that imports `CPOSIX`,
/// and the only one of this module that may say `unsafe`.
package enum System {
    // MARK: Clocks

    /// Nanoseconds since 1970-01-01T00:00:00Z. It may be set, and so may jump either way.
    package static var wallClockNanoseconds: Int64 { cposix_wall_clock_nanoseconds() }

    /// Nanoseconds since the machine started, its suspension included: Lambda freezes the process between two
    /// invocations, and a key must not stay young through that.
    ///
    /// Without this clock nothing can be said of the age of a key: the process ends.
    package static var uptime: Uptime {
        let nanoseconds = cposix_boot_clock_nanoseconds()
        guard nanoseconds >= 0 else { leave("CLOCK_BOOTTIME cannot be read: \(lastError)") }
        return Uptime(nanoseconds: nanoseconds)
    }

    package static func sleep(milliseconds: Int64) { cposix_sleep_milliseconds(milliseconds) }

    // MARK: Environment

    package static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// Removes a variable, so that no library acts on it either.
    package static func removeFromEnvironment(_ name: String) { _ = unsafe unsetenv(name) }

    /// Sets `_X_AMZN_TRACE_ID` for this invocation, or removes it.
    package static func setTraceID(_ value: ArraySlice<UInt8>) {
        _ = unsafe value.withUnsafeBufferPointer { unsafe cposix_set_trace_id($0.baseAddress, $0.count) }
    }

    // MARK: Files

    /// The folder of the running program, without a trailing slash; `nil` where `/proc` is not mounted.
    package static var programFolder: String? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let length = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe bytes.baseAddress.map { unsafe readlink("/proc/self/exe", $0, bytes.count) } ?? 0
        }
        guard length > 0, length < buffer.count else { return nil }
        guard let slash = buffer[..<length].lastIndex(of: UInt8(ascii: "/")) else { return nil }
        return String(decoding: buffer[..<slash], as: UTF8.self)
    }

    /// Whether there is a file that may be read.
    static func isReadable(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }

    /// Reads a regular file from its start to its end, twice: what two readings have alike is not half of one version
    /// and half of another.
    ///
    /// - Parameters:
    ///   - path: Absolute, or relative to the working folder.
    ///   - limitInBytes: A longer file is refused, not cut.
    /// - Returns: The whole contents.
    /// - Throws: ``FileError``, which names the path.
    package static func readFile(_ path: String, limitInBytes: Int) throws(FileError) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw .unreadable(path: path, reason: "the path holds a NUL byte") }
        let descriptor = unsafe cposix_open_for_reading(path)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: lastError) }
        defer { close(descriptor) }
        let size = cposix_regular_file_size(descriptor)
        guard size != -2 else { throw .notAFile(path: path) }
        guard size >= 0 else { throw .unreadable(path: path, reason: lastError) }
        guard size <= limitInBytes else { throw .tooLong(path: path, limitInBytes: limitInBytes) }
        let contents = try read(descriptor, path: path, limitInBytes: limitInBytes, likelySizeInBytes: Int(size))
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw .unreadable(path: path, reason: lastError) }
        let again = try read(descriptor, path: path, limitInBytes: limitInBytes, likelySizeInBytes: Int(size))
        guard again == contents else {
            throw .changed(path: path)
        }
        return contents
    }

    /// The most that is read at once.
    private static let pieceLimitInBytes = 65_536

    /// The file may grow or shrink while it is read, so its size is no promise, but says how much room to make.
    static func read(
        _ descriptor: Int32, path: String, limitInBytes: Int, likelySizeInBytes: Int = pieceLimitInBytes
    ) throws(FileError) -> [UInt8] {
        var contents: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(max(likelySizeInBytes, 0) + 1, pieceLimitInBytes))
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe CPOSIX.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, cposix_errno() == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path: path, reason: lastError) }
            guard count > 0 else { return contents }
            guard contents.count + count <= limitInBytes else { throw .tooLong(path: path, limitInBytes: limitInBytes) }
            contents += buffer[..<count]
        }
    }

    /// Why the call that failed last did.
    package static var lastError: String {
        guard let text = unsafe strerror(cposix_errno()) else { return "unknown error" }
        return unsafe String(cString: text)
    }

    // MARK: Input

    /// Waits until standard input has something, and takes what is there.
    ///
    /// - Returns: At most `limitInBytes`; nothing at the end of the input.
    package static func readInput(limitInBytes: Int) throws(FileError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limitInBytes)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe CPOSIX.read(0, $0.baseAddress, $0.count) }
            if count < 0, cposix_errno() == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path: "standard input", reason: lastError) }
            buffer.removeSubrange(count...)
            return buffer
        }
    }

    // MARK: Output

    package enum Stream: Int32, Sendable {
        case output = 1
        case error = 2
    }

    package static func isTerminal(_ stream: Stream) -> Bool { isatty(stream.rawValue) == 1 }

    /// The characters that fit beside each other; `nil` where the stream is no terminal, or one that does not tell.
    package static func terminalColumns(_ stream: Stream) -> Int? {
        let columns = Int(cposix_terminal_columns(stream.rawValue))
        return columns > 0 ? columns : nil
    }

    /// Writes `line` with as few `write` calls as the kernel allows: one, unless a pipe is full.
    ///
    /// A stream that takes no more, being closed or on a full disk, loses the line: a log must never stop an
    /// answer.
    ///
    /// - Returns: Whether all of it was written; if not, ``lastError`` says why.
    @discardableResult
    package static func write(_ line: [UInt8], to stream: Stream) -> Bool {
        write(line, toDescriptor: stream.rawValue)
    }

    static func write(_ contents: [UInt8], toDescriptor descriptor: Int32) -> Bool {
        count(written: contents, toDescriptor: descriptor) == contents.count
    }

    /// - Returns: How many bytes were written before all was done, or something failed.
    private static func count(written contents: [UInt8], toDescriptor descriptor: Int32) -> Int {
        var written = 0
        while written < contents.count {
            let count = unsafe contents.withUnsafeBytes { bytes in
                unsafe CPOSIX.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0, cposix_errno() == EINTR { continue }
            guard count > 0 else { return written }
            written += count
        }
        return written
    }

    /// Writes a line, or none of it, to a stream whose reader may have stalled.
    ///
    /// A line that is longer than a pipe takes at once (4,096 bytes) can be cut where the reader stalls within it.
    ///
    /// - Parameters:
    ///   - line: With its newline.
    ///   - stream: Where to.
    ///   - milliseconds: How long to wait for the reader, at each piece of so many bytes.
    /// - Returns: How many bytes were written.
    static func write(_ line: [UInt8], to stream: Stream, withinMilliseconds milliseconds: Int32) -> Int {
        var written = 0
        while written < line.count {
            let end = min(written + Int(CPOSIX_PIPE_BYTES), line.count)
            let piece = written == 0 && end == line.count ? line : Array(line[written..<end])
            guard cposix_takes_output(stream.rawValue, milliseconds) == 1 else { return written }
            let count = count(written: piece, toDescriptor: stream.rawValue)
            written += count
            guard count == piece.count else { return written }
        }
        return written
    }

    /// Keeps the numbers of closed standard streams from the files and sockets that are opened from here on.
    package static func occupyStandardStreams() { cposix_occupy_standard_streams() }

    /// From here on a file that may not grow further (`ulimit -f`) is an error of writing, not the end.
    package static func ignoreFileSizeSignal() { _ = cposix_ignore_file_size_signal() }

    // MARK: Memory

    /// From here on no memory of this process gets into a core file, a backtrace on SIGQUIT, or a debugger of the same
    /// user.
    package static func refuseDumps() { _ = cposix_refuse_dumps() }

    /// From here on the memory of a large event goes back to the kernel with its end.
    static func giveLargeBlocksBack() { cposix_give_large_blocks_back() }

    /// From here on no freed block is kept aside for the next of its size. Only where the C library is linked in.
    static func keepNoFreedBlocks() { cposix_keep_no_freed_blocks() }

    /// Gives back what freed blocks leave of whole pages.
    static func giveFreePagesBack() { cposix_give_free_pages_back() }

    // MARK: Signals and the end

    /// From here on SIGTERM ends the process at once with status 0, and a closed pipe is an error, not a signal.
    package static func leaveOnSIGTERM() {
        _ = cposix_leave_on_sigterm()
        // Signals that the parent blocks stay blocked in a child.
        holdSIGTERM(false)
    }

    /// While held, SIGTERM waits: nothing is left half-written.
    package static func holdSIGTERM(_ isHeld: Bool) { _ = cposix_hold_sigterm(isHeld ? 1 : 0) }

    package static func exit(_ status: Int32) -> Never { CPOSIX.exit(status) }

    /// Ends `bootstrap` with a line that says why.
    static func leave(_ line: String) -> Never {
        write(Array("bootstrap: \(line)\n".utf8), to: .error)
        exit(1)
    }
}

/// Why a file could not be had.
package enum FileError: Error, Equatable, Sendable {
    case unreadable(path: String, reason: String)
    case notAFile(path: String)
    case tooLong(path: String, limitInBytes: Int)
    /// Somebody wrote to the file meanwhile, so that its begin and its end need not belong together.
    case changed(path: String)
}

extension FileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .notAFile(let path): "\(path) is not a regular file"
        case .tooLong(let path, let limit): "\(path) is longer than \(limit) bytes"
        case .changed(let path): "\(path) changed while it was read"
        }
    }
}

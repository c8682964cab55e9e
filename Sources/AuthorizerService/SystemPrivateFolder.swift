// Of the operator's tool alone: the manifest leaves this file out of what is shipped.

import CPOSIX

extension System {
    /// Whether others than the owner may read a file; `false` also where it cannot be told.
    package static func isReadableByOthers(_ path: String) -> Bool {
        guard !path.utf8.contains(0) else { return false }
        let descriptor = unsafe cposix_open_for_reading(path)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var status = cposix_status()
        return unsafe cposix_status_of(descriptor, &status) == 0 && status.permissions & 0o044 != 0
    }

    package static var inputIsTerminal: Bool { isatty(0) == 1 }

    /// Whether the terminal of standard input shows what is typed. While it does not, no key stops or quits the
    /// program but Ctrl-C.
    package static func setInputEcho(_ isShown: Bool) { _ = cposix_set_echo(0, isShown ? 1 : 0) }
}

/// A folder of small files that only their owner can read or replace.
///
/// Whoever opens it holds the folder itself, so nothing that happens to its path later leads elsewhere. No symbolic
/// link is followed in it, and a file is believed only if it belongs to this user and is closed to all others.
package struct PrivateFolder: ~Copyable {
    private let descriptor: Int32

    /// Opens the folder, and makes it where it is missing; the one it lies in must be there.
    ///
    /// - Throws: ``PrivateFileError`` where it cannot be had, or is not this user's alone.
    package init(path: String) throws(PrivateFileError) {
        guard !path.utf8.contains(0) else { throw .unusable(reason: "the path holds a NUL byte") }
        if unsafe mkdir(path, 0o700) != 0, cposix_errno() != EEXIST { throw .unusable(reason: System.lastError) }
        let descriptor = unsafe cposix_open_folder(path)
        guard descriptor >= 0 else { throw Self.openFailure }
        do throws(PrivateFileError) {
            let status = try Self.status(of: descriptor)
            guard status.kind == 1 else { throw .notPlain }
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// - Returns: The whole contents; `nil` where there is no such file.
    /// - Throws: ``PrivateFileError`` where the file is not to be believed, or longer than `limitInBytes`.
    package func contents(of name: String, limitInBytes: Int) throws(PrivateFileError) -> [UInt8]? {
        let file = unsafe cposix_open_within(descriptor, name)
        guard file >= 0 else {
            guard cposix_errno() != ENOENT else { return nil }
            throw Self.openFailure
        }
        defer { close(file) }
        let status = try Self.status(of: file)
        guard status.kind == 0 else { throw .notPlain }
        guard status.size <= limitInBytes else { throw .tooLong(limitInBytes: limitInBytes) }
        do throws(FileError) {
            return try System.read(file, path: name, limitInBytes: limitInBytes)
        } catch {
            throw .unusable(reason: error.description)
        }
    }

    /// Puts a file in place of the one that has this name, if there is one, at once: whoever reads sees the old one
    /// or the new one, whole. A link of that name is replaced; what it leads to is not touched.
    ///
    /// - Parameters:
    ///   - name: Of both.
    ///   - contents: Of the new one.
    ///   - suffix: Letters and digits that no other writer uses.
    /// - Throws: ``PrivateFileError`` where it could not be written; what was there is there still.
    package func replace(_ name: String, with contents: [UInt8], suffix: String) throws(PrivateFileError) {
        let interim = ".\(name).\(suffix)"
        let file = unsafe cposix_create_within(descriptor, interim)
        guard file >= 0 else { throw .unusable(reason: System.lastError) }
        let isWritten = System.write(contents, toDescriptor: file)
        guard isWritten, unsafe renameat(descriptor, interim, descriptor, name) == 0 else {
            let reason = System.lastError
            close(file)
            _ = unsafe unlinkat(descriptor, interim, 0)
            throw .unusable(reason: reason)
        }
        close(file)
    }

    /// Runs `body` while no other process runs one under the same name in this folder.
    ///
    /// The lock saves work and is no wall: where it cannot be had, or another has held it for all that time, `body`
    /// runs all the same. The kernel takes it back when the process ends, however it ends.
    package func alone<Value, Failure: Error>(
        under name: String, waitingMilliseconds limit: Int64, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let file = unsafe cposix_open_lock_within(descriptor, name)
        guard file >= 0 else { return try body() }
        defer { close(file) }
        let start = System.uptime
        while cposix_try_lock(file) != 0, cposix_errno() == EWOULDBLOCK || cposix_errno() == EINTR,
            System.uptime.nanoseconds(since: start) / 1_000_000 < limit
        {
            System.sleep(milliseconds: Self.lockPauseInMilliseconds)
        }
        return try body()
    }

    private static let lockPauseInMilliseconds: Int64 = 20

    private static var openFailure: PrivateFileError {
        switch cposix_errno() {
        // open(2): what O_NOFOLLOW finds a link gives ELOOP, and with O_DIRECTORY ENOTDIR.
        case ELOOP, ENOTDIR: .notPlain
        default: .unusable(reason: System.lastError)
        }
    }

    private static func status(of descriptor: Int32) throws(PrivateFileError) -> cposix_status {
        var status = cposix_status()
        guard unsafe cposix_status_of(descriptor, &status) == 0 else { throw .unusable(reason: System.lastError) }
        guard status.owner == geteuid() else { throw .otherOwner(status.owner, user: geteuid()) }
        guard status.permissions & 0o077 == 0 else { throw .openToOthers(permissions: status.permissions) }
        return status
    }
}

/// Why a private folder, or a file in it, is not used.
package enum PrivateFileError: Error, Equatable, Sendable {
    case unusable(reason: String)
    /// A symbolic link, a pipe, a device, a folder where a file should be, or the other way round.
    case notPlain
    case otherOwner(UInt32, user: UInt32)
    case openToOthers(permissions: UInt32)
    case tooLong(limitInBytes: Int)

    /// Whether somebody else may have had a hand in it. Anything else is a failure like others.
    package var isUnsafe: Bool {
        switch self {
        case .unusable, .tooLong: false
        case .notPlain, .otherOwner, .openToOthers: true
        }
    }
}

extension PrivateFileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unusable(let reason): reason
        case .notPlain: "it is a symbolic link, or not what it should be"
        case .otherOwner(let owner, let user): "it belongs to the user \(owner), and this is the user \(user)"
        case .openToOthers(let permissions): "others may open it (mode \(String(permissions, radix: 8)))"
        case .tooLong(let limit): "it is longer than \(limit) bytes"
        }
    }
}

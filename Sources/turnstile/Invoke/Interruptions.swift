import Dispatch
import Foundation
import Synchronization

/// SIGINT, SIGTERM and SIGHUP as calls, so that the child and the servers can be ended first. A closed pipe is an
/// error from here on, not a signal.
final class Interruptions {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]
    private let sources: [any DispatchSourceSignal]

    init(_ handler: @escaping @Sendable () -> Void) {
        signal(SIGPIPE, SIG_IGN)
        sources = Self.signals.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: handler)
            // Only now is this signal the source's.
            source.setRegistrationHandler { Self.takeKept(handler) }
            source.resume()
            return source
        }
    }

    private static func takeKept(_ handler: () -> Void) {
        if isInterruptedEarly.exchange(false, ordering: .sequentiallyConsistent) { handler() }
    }

    /// From here on a signal ends nothing, and the next `Interruptions` are called for it: for the time in which a child
    /// is started, which would inherit that they are blocked. A child inherits no handler.
    static func keepForLater() {
        // Also makes the flag before a signal handler may ask for it.
        isInterruptedEarly.store(false, ordering: .sequentiallyConsistent)
        for number in signals {
            signal(number) { _ in isInterruptedEarly.store(true, ordering: .sequentiallyConsistent) }
        }
    }

    /// Takes ``keepForLater()`` back.
    static func letThrough() {
        for number in signals { signal(number, SIG_DFL) }
    }

    func stop() { for source in sources { source.cancel() } }
}

/// Whether a signal came that nobody was called for yet. A store without a lock is all that a signal handler may do
/// with it (POSIX, Signal Concepts).
private let isInterruptedEarly = Atomic(false)

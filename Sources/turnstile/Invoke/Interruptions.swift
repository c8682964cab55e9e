import Dispatch
import Foundation

/// SIGINT, SIGTERM and SIGHUP as calls, so that the child and the servers can be ended first. A closed pipe is an
/// error from here on, not a signal.
final class Interruptions {
    private let sources: [any DispatchSourceSignal]

    init(_ handler: @escaping @Sendable () -> Void) {
        signal(SIGPIPE, SIG_IGN)
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: handler)
            source.resume()
            return source
        }
    }

    func stop() { for source in sources { source.cancel() } }
}

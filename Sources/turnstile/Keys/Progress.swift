import AuthorizerService

/// How far a long piece of work has come, on standard error: one line that is written over on a terminal, a line now
/// and then elsewhere.
final class Progress {
    private let isTerminal = System.isTerminal(.error)
    private var isShown = false
    private var latest: Int64?

    /// Between two lines that are not written over, in milliseconds.
    private static let intervalInMilliseconds: Int64 = 10_000
    private static let lineStart = "\r\u{1B}[K"

    /// - Parameters:
    ///   - what: The work.
    ///   - done: How much of it is done.
    ///   - all: How much there is.
    func show(_ what: String, _ done: Int, of all: Int) { show("\(what): \(done) of \(all)") }

    func show(_ text: String) {
        if isTerminal {
            let width = max(System.terminalColumns(.error) ?? 80, 20)
            System.write(Array((Self.lineStart + text.printable.prefix(width - 1)).utf8), to: .error)
            isShown = true
            return
        }
        let now = System.wallClockNanoseconds / 1_000_000
        guard let latest else {
            self.latest = now
            return
        }
        guard now - latest >= Self.intervalInMilliseconds || now < latest else { return }
        self.latest = now
        Console.complain(text.printable)
    }

    /// Clears the line.
    func end() {
        if isShown { System.write(Array(Self.lineStart.utf8), to: .error) }
        isShown = false
    }
}

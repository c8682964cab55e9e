/// What is done with invocations. The loop calls these one at a time, in the order
/// `willWait`, `didWake`, `handle`, `didAnswer`.
package protocol InvocationHandler: ~Copyable {
    /// Answers one invocation. The loop keeps no copy of the event.
    mutating func handle(_ invocation: Invocation) -> InvocationAnswer

    /// The answer was posted, and nobody waits: the time for work that must not delay an answer. The process may be
    /// frozen as soon as the next event is asked for.
    mutating func didAnswer()

    /// The next event is about to be asked for. Nothing is at hand that a signal could interrupt.
    mutating func willWait()

    /// An event came, or asking for it failed.
    mutating func didWake()
}

extension InvocationHandler where Self: ~Copyable {
    package mutating func didAnswer() {}
    package mutating func willWait() {}
    package mutating func didWake() {}
}

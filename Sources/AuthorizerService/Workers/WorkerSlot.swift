import LambdaRuntime

/// The place of one worker among the others; a worker that dies is followed by another in the same place.
struct WorkerSlot {
    let memory: SharedMemory
    let number: Int
    /// For the connection to the Runtime API; the supervisor has it too.
    let socket: Int32?

    /// From here on, whoever finds this process dead posts an error for this invocation.
    func begin(_ id: RequestID) { memory.begin(id, worker: number) }

    /// The answer was posted.
    func end() { memory.end(worker: number) }
}

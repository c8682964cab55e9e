/// Everything that is not said but found: environment, files, programs, clocks and chance.
package struct AWSSurroundings {
    package var environment: (String) -> String?
    /// - Returns: The whole file; `nil` where there is none.
    package var readFile: (String) throws(UnreadableFile) -> [UInt8]?
    /// Runs a program without a shell, its errors going where ours go, and gives what it wrote to standard output.
    package var run: ([String]) throws(FailedProgram) -> [UInt8]
    /// Seconds since 1970-01-01T00:00:00Z.
    package var now: () -> Int64
    /// For waits; it only goes forward.
    package var uptimeInMilliseconds: () -> Int64
    package var sleepInMilliseconds: (Int64) -> Void
    package var random: () -> UInt64

    package init(
        environment: @escaping (String) -> String?, readFile: @escaping (String) throws(UnreadableFile) -> [UInt8]?,
        run: @escaping ([String]) throws(FailedProgram) -> [UInt8], now: @escaping () -> Int64,
        uptimeInMilliseconds: @escaping () -> Int64, sleepInMilliseconds: @escaping (Int64) -> Void,
        random: @escaping () -> UInt64
    ) {
        self.environment = environment
        self.readFile = readFile
        self.run = run
        self.now = now
        self.uptimeInMilliseconds = uptimeInMilliseconds
        self.sleepInMilliseconds = sleepInMilliseconds
        self.random = random
    }

    /// A variable that is set to something.
    func variable(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
}

package struct UnreadableFile: Error, Equatable {
    package let reason: String

    package init(reason: String) { self.reason = reason }
}

package struct FailedProgram: Error, Equatable {
    package let reason: String

    package init(reason: String) { self.reason = reason }
}

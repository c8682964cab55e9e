import Foundation

/// Where the programs that tests start note which of their lines ran.
package enum ProgramCoverage {
    /// The pattern of the files' names, as `LLVM_PROFILE_FILE` takes it.
    package static let variable = "TURNSTILE_PROFILES"

    /// What such a program's environment holds. Without the variable nothing is noted: a program that was built for it
    /// would leave a file in whichever folder it runs.
    package static var environment: [String: String] {
        ["LLVM_PROFILE_FILE": ProcessInfo.processInfo.environment[variable] ?? "/dev/null"]
    }
}

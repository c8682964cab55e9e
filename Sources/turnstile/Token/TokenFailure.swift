/// Why `turnstile token` printed no token: a line for a person, and a code for a script.
struct TokenFailure: Error {
    /// Stable.
    let code: String
    let problem: Problem

    /// What was done when it failed, for faults that have no code of their own.
    enum Stage: String {
        case usage = "wrong_usage"
        case secret = "unusable_secret"
        case cache = "unusable_cache"
        case other = "failed"
    }

    private init(_ error: any Error, in stage: Stage) {
        switch error {
        case let fault as TokenFault:
            code = fault.code
            problem = Problem(fault.description, remedy: fault.remedy)
        case let problem as Problem:
            code = (problem.status == .usage ? .usage : stage).rawValue
            self.problem = problem
        default:
            code = Stage.other.rawValue
            problem = Problem("\(error)")
        }
    }

    static func catching<Value>(_ stage: Stage, _ body: () throws -> Value) throws(TokenFailure) -> Value {
        do {
            return try body()
        } catch {
            throw TokenFailure(error, in: stage)
        }
    }
}

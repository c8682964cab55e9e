import ArgumentParser

/// Why a verb could not do its work: one line that ends with a way out.
struct Problem: Error, Equatable {
    let what: String
    /// What the person can do about it.
    let remedy: String?
    let status: ExitStatus

    init(_ what: String, remedy: String? = nil, status: ExitStatus = .failure) {
        self.what = what
        self.remedy = remedy
        self.status = status
    }
}

extension Problem: CustomStringConvertible {
    var description: String { remedy.map { "\(what); \($0)" } ?? what }
}

/// How the tool ends. Never reused for something else: scripts depend on it.
enum ExitStatus: Int32 {
    case success = 0
    /// A mismatch, or a fault of ours.
    case failure = 1
    /// What was compared differs.
    case difference = 2
    /// `explain`: the caller is known and may not do this.
    case deny = 3
    /// `explain`: the caller is not known; `inspect`: the signature is not valid.
    case reject = 4
    /// `EX_USAGE` of sysexits.h, which the argument parser uses too.
    case usage = 64
    /// `EX_NOINPUT` of sysexits.h.
    case unreadable = 66
    /// 128 and the number of SIGINT, as a shell reports it.
    case interrupted = 130

    static let overview = """
        Exit status: 0 all well; 1 a mismatch or a fault; 2 a difference; 3 denied; 4 rejected, or not valid; \
        64 wrong usage; 66 a file that cannot be read.
        """

    var code: ExitCode { ExitCode(rawValue) }
}

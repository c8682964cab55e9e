/// One of the files that AWS's tools share: sections of `name = value`.
///
/// Read as their documentation has it, but nothing is repaired: what no two tools read alike is an error that names
/// the line. Sections that are no profile's are passed over.
struct ProfileFile {
    enum Kind { case config, credentials }

    struct Setting: Equatable {
        let value: String
        let line: Int
        /// Lines that begin with white space follow, behind a value that is not empty.
        var isContinued = false
    }

    struct Section {
        let line: Int
        var settings: [String: Setting] = [:]
    }

    let path: String
    private(set) var sections: [String: Section] = [:]

    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - kind: Which of the two it is.
    ///   - path: For messages.
    /// - Throws: ``CredentialsError`` with the first line that is wrong.
    init(parsing bytes: [UInt8], kind: Kind, path: String) throws(CredentialsError) {
        self.path = path
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CredentialsError(path, "not UTF-8", "write it anew as plain text")
        }
        var reader = Reader(path: path, kind: kind)
        // Swift takes CR LF for one character, which is no LF.
        for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
            try reader.take(String(line))
        }
        sections = reader.sections
    }

    /// - Parameter path: Of a file that is not there.
    init(absentAt path: String) { self.path = path }
}

extension ProfileFile {
    private struct Reader {
        let path: String
        let kind: Kind
        var sections: [String: Section] = [:]
        private var lineNumber = 0
        /// The section at hand; `nil` before the first. Its name is `nil` where it is no profile.
        private var current: (name: String?, Void)?
        private var latest: String?

        init(path: String, kind: Kind) {
            self.path = path
            self.kind = kind
        }

        mutating func take(_ line: String) throws(CredentialsError) {
            lineNumber += 1
            let text = line.trimmed
            guard let first = text.first, first != "#", first != ";" else { return }
            if first == "[" { return try openSection(text) }
            guard let section = current else {
                throw fault("a setting before the first [section]")
            }
            if line.first == " " || line.first == "\t" { return try takeContinuation(in: section.name) }
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw fault("neither [section] nor name = value")
            }
            let name = String(text[..<equals]).trimmed.lowercased()
            let value = String(text[text.index(after: equals)...]).trimmed
            latest = name
            guard let profile = section.name else { return }
            guard sections[profile]?.settings[name] == nil else { throw fault("\(name) for a second time") }
            sections[profile]?.settings[name] = Setting(value: value, line: lineNumber)
        }

        /// A nested group of settings, or a value that goes on: neither belongs to what is read here.
        private mutating func takeContinuation(in profile: String?) throws(CredentialsError) {
            guard let latest else { throw fault("an indented line that continues nothing") }
            guard let profile, sections[profile]?.settings[latest]?.value.isEmpty == false else { return }
            sections[profile]?.settings[latest]?.isContinued = true
        }

        private mutating func openSection(_ text: String) throws(CredentialsError) {
            guard let close = text.firstIndex(of: "]") else { throw fault("a [section] without its ]") }
            let rest = String(text[text.index(after: close)...]).trimmed
            guard rest.isEmpty || rest.first == "#" || rest.first == ";" else { throw fault("text behind a [section]") }
            let title = String(text[text.index(after: text.startIndex)..<close]).trimmed
            guard !title.isEmpty else { throw fault("a [section] without a name") }
            let name = profileName(of: title)
            current = (name, ())
            latest = nil
            guard let name else { return }
            if let earlier = sections[name] {
                throw fault("profile \(name) for a second time, after line \(earlier.line)")
            }
            sections[name] = Section(line: lineNumber)
        }

        /// The credentials file names profiles plainly; the config file puts `profile` before all but `default`.
        private func profileName(of title: String) -> String? {
            guard kind == .config, title != "default" else { return title }
            let prefix = "profile"
            guard title.hasPrefix(prefix), let next = title.dropFirst(prefix.count).first, next == " " || next == "\t"
            else { return nil }
            let name = String(title.dropFirst(prefix.count)).trimmed
            guard name.count >= 2, let quote = name.first, quote == "\"" || quote == "'", name.last == quote else {
                return name
            }
            return String(name.dropFirst().dropLast())
        }

        private func fault(_ what: String) -> CredentialsError {
            CredentialsError("\(path) line \(lineNumber)", what, "correct that line")
        }
    }
}

extension String {
    /// Without spaces, tabs and carriage returns around it.
    var trimmed: String {
        let isBlank: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        let scalars = unicodeScalars
        guard let start = scalars.firstIndex(where: { !isBlank($0) }),
            let end = scalars.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(scalars[start...end])
    }
}

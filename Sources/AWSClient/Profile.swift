/// The settings of one profile, out of both shared files.
struct Profile {
    static let defaultName = "default"

    let name: String
    /// Whether somebody asked for this profile; otherwise it is the one that nobody need have.
    let isNamed: Bool
    let credentials: ProfileFile
    let config: ProfileFile

    /// Reads both files.
    ///
    /// - Parameters:
    ///   - name: `--profile`, before `AWS_PROFILE`.
    ///   - surroundings: For their variables and files.
    /// - Throws: ``CredentialsError`` where a file cannot be read, or the profile is in neither.
    init(named name: String?, in surroundings: AWSSurroundings) throws(CredentialsError) {
        let named = name ?? surroundings.variable("AWS_PROFILE")
        self.name = named ?? Self.defaultName
        isNamed = named != nil
        credentials = try Self.file(
            .credentials, variable: "AWS_SHARED_CREDENTIALS_FILE", standard: ".aws/credentials", in: surroundings)
        config = try Self.file(.config, variable: "AWS_CONFIG_FILE", standard: ".aws/config", in: surroundings)
        guard !isNamed || self.name == Self.defaultName || sections.contains(where: { $0 != nil }) else {
            throw CredentialsError(
                "profile \(self.name)", "in neither \(credentials.path) nor \(config.path)",
                "name one that is, or run 'aws configure --profile \(self.name)'")
        }
    }

    private var sections: [ProfileFile.Section?] { [credentials.sections[name], config.sections[name]] }

    private static func file(
        _ kind: ProfileFile.Kind, variable: String, standard: String, in surroundings: AWSSurroundings
    ) throws(CredentialsError) -> ProfileFile {
        let home = surroundings.variable("HOME")
        var path = surroundings.variable(variable) ?? "~/\(standard)"
        if path.hasPrefix("~/") {
            guard let home else { return ProfileFile(absentAt: path) }
            path = home + path.dropFirst()
        }
        let bytes: [UInt8]?
        do throws(UnreadableFile) {
            bytes = try surroundings.readFile(path)
        } catch {
            throw CredentialsError(path, error.reason, "make it a file that you may read, or set \(variable)")
        }
        guard let bytes else { return ProfileFile(absentAt: path) }
        return try ProfileFile(parsing: bytes, kind: kind, path: path)
    }
}

extension Profile {
    /// A setting with the file and the line it stands in.
    struct Found {
        let value: String
        let place: String
    }

    /// The setting, from the credentials file before the config file; `nil` where it is absent or empty.
    func setting(_ name: String) throws(CredentialsError) -> Found? {
        if let found = try setting(name, in: credentials) { return found }
        return try setting(name, in: config)
    }

    func setting(_ setting: String, in file: ProfileFile) throws(CredentialsError) -> Found? {
        guard let found = file.sections[name]?.settings[setting], !found.value.isEmpty else { return nil }
        let place = "\(file.path) line \(found.line)"
        guard !found.isContinued else {
            throw CredentialsError(place, "\(setting) goes on in the next line", "write it in one line")
        }
        // Some of AWS's tools take what follows for a comment, others for the value.
        guard !found.value.contains(" #"), !found.value.contains(" ;") else {
            throw CredentialsError(place, "\(setting) is followed by a comment", "give the comment a line of its own")
        }
        return Found(value: found.value, place: place)
    }
}

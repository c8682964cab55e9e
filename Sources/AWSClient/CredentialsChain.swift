import HTTPTransport

/// Looks for credentials where AWS's own tools do, in their order: environment, shared files, container, instance.
///
/// The first place that says it has some decides: a fault there is told, not passed over.
struct CredentialsChain {
    struct Found: Equatable {
        let credentials: AWSCredentials
        /// For messages.
        let place: String
        /// Whether the same place gives other credentials when these have ended.
        let isRenewable: Bool
    }

    let profile: Profile
    /// `--profile` was said, which counts more than variables.
    let isProfileSaid: Bool
    let surroundings: AWSSurroundings
    let send: (ServiceRequest) throws(TransportError) -> HTTPResponse

    func find() throws(AWSError) -> Found {
        do throws(CredentialsError) {
            if let found = try findInSettings() { return found }
        } catch {
            throw .credentials(error)
        }
        throw .noCredentials(lookedIn: placesLookedIn)
    }

    private func findInSettings() throws(CredentialsError) -> Found? {
        if !isProfileSaid, let found = try EnvironmentCredentials.find(in: surroundings) { return found }
        if let found = try ProfileCredentials.find(in: profile, surroundings) { return found }
        if let found = try ContainerCredentials.find(in: surroundings, send) { return found }
        return try InstanceCredentials.find(in: surroundings, send)
    }

    private var placesLookedIn: [String] {
        (isProfileSaid ? [] : ["AWS_ACCESS_KEY_ID"])
            + ["profile \(profile.name) in \(profile.credentials.path) and \(profile.config.path)"]
            + ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI"]
            + [
                InstanceCredentials.isDisabled(in: surroundings)
                    ? "not in the instance's metadata, as AWS_EC2_METADATA_DISABLED says" : "the instance's metadata"
            ]
    }
}

enum EnvironmentCredentials {
    static func find(in surroundings: AWSSurroundings) throws(CredentialsError) -> CredentialsChain.Found? {
        let id = surroundings.variable("AWS_ACCESS_KEY_ID")
        let secret = surroundings.variable("AWS_SECRET_ACCESS_KEY")
        guard id != nil || secret != nil else { return try refuseWebIdentity(in: surroundings) }
        guard let id else {
            throw CredentialsError(
                "AWS_ACCESS_KEY_ID", "not set, though AWS_SECRET_ACCESS_KEY is", "set both or neither")
        }
        guard let secret else {
            throw CredentialsError(
                "AWS_SECRET_ACCESS_KEY", "not set, though AWS_ACCESS_KEY_ID is", "set both or neither")
        }
        // What `aws configure export-credentials --format env` writes.
        let expiration = surroundings.variable("AWS_CREDENTIAL_EXPIRATION").flatMap {
            CalendarTime.seconds(rfc3339: $0)
        }
        return CredentialsChain.Found(
            credentials: AWSCredentials(
                accessKeyID: id, secretAccessKey: secret, sessionToken: surroundings.variable("AWS_SESSION_TOKEN"),
                expiration: expiration),
            place: "the environment", isRenewable: false)
    }

    /// Kubernetes' service accounts: the token would have to be exchanged at STS.
    private static func refuseWebIdentity(
        in surroundings: AWSSurroundings
    ) throws(CredentialsError) -> CredentialsChain.Found? {
        guard surroundings.variable("AWS_WEB_IDENTITY_TOKEN_FILE") != nil, surroundings.variable("AWS_ROLE_ARN") != nil
        else { return nil }
        throw CredentialsError(
            "AWS_WEB_IDENTITY_TOKEN_FILE", "a web identity is not exchanged for credentials here",
            "let the AWS CLI do it: eval \"$(aws configure export-credentials --format env)\"")
    }
}

enum ProfileCredentials {
    /// Settings of ways that end in credentials by a call to another service, in the order in which AWS's tools look.
    private static let exchanges = [
        "role_arn": "a role", "web_identity_token_file": "a web identity", "sso_session": "single sign-on",
        "sso_start_url": "single sign-on", "login_session": "a login",
    ]

    static func find(
        in profile: Profile, _ surroundings: AWSSurroundings
    ) throws(CredentialsError) -> CredentialsChain.Found? {
        for (setting, what) in exchanges.sorted(by: { $0.key < $1.key }) {
            guard let found = try profile.setting(setting) else { continue }
            throw CredentialsError(
                found.place, "profile \(profile.name) wants credentials by \(what), which are not fetched here",
                "let the AWS CLI do it: "
                    + "eval \"$(aws configure export-credentials --profile \(profile.name) --format env)\"")
        }
        if let found = try keys(in: profile.credentials, of: profile) { return found }
        if let found = try program(of: profile, surroundings) { return found }
        return try keys(in: profile.config, of: profile)
    }

    private static func keys(
        in file: ProfileFile, of profile: Profile
    ) throws(CredentialsError) -> CredentialsChain.Found? {
        let id = try profile.setting("aws_access_key_id", in: file)
        let secret = try profile.setting("aws_secret_access_key", in: file)
        guard let stated = id ?? secret else { return nil }
        guard let id, let secret else {
            let missing = id == nil ? "aws_access_key_id" : "aws_secret_access_key"
            throw CredentialsError(stated.place, "profile \(profile.name) has no \(missing)", "add it, or remove both")
        }
        let token = try profile.setting("aws_session_token", in: file)
        return CredentialsChain.Found(
            credentials: AWSCredentials(
                accessKeyID: id.value, secretAccessKey: secret.value, sessionToken: token?.value),
            place: "profile \(profile.name) (\(id.place))", isRenewable: false)
    }

    private static func program(
        of profile: Profile, _ surroundings: AWSSurroundings
    ) throws(CredentialsError) -> CredentialsChain.Found? {
        guard let command = try profile.setting("credential_process") else { return nil }
        let words = try CommandLineWords.split(command.value, place: command.place)
        let place = "\(command.place) (credential_process)"
        let output: [UInt8]
        do throws(FailedProgram) {
            output = try surroundings.run(words)
        } catch {
            throw CredentialsError(place, error.reason, "run the command by itself")
        }
        let credentials = try CredentialsDocument.credentials(in: output, from: .program, place: place)
        return CredentialsChain.Found(
            credentials: credentials, place: "profile \(profile.name) (credential_process)", isRenewable: true)
    }
}

/// A command line cut into words, as AWS documents `credential_process`: words with a space stand in double quotes, and
/// nothing is expanded.
enum CommandLineWords {
    static func split(_ text: String, place: String) throws(CredentialsError) -> [String] {
        var words: [String] = []
        var word: String?
        var isQuoted = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"":
                isQuoted.toggle()
                word = word ?? ""
            case " " where !isQuoted, "\t" where !isQuoted:
                words += word.map { [$0] } ?? []
                word = nil
            case "'" where !isQuoted, "\\",
                "$" where !isQuoted, "`" where !isQuoted, "|" where !isQuoted,
                "<" where !isQuoted, ">" where !isQuoted, ";" where !isQuoted, "&" where !isQuoted:
                throw CredentialsError(
                    place, "credential_process holds a character for a shell, and none is used",
                    "put the command into a script and name that")
            default: word = (word ?? "") + String(scalar)
            }
        }
        words += word.map { [$0] } ?? []
        guard !isQuoted else {
            throw CredentialsError(place, "credential_process has a quotation mark that is not closed", "close it")
        }
        // `env`, which starts it, would take such a word for a variable.
        guard let program = words.first, !program.isEmpty, !program.contains("=") else {
            throw CredentialsError(place, "credential_process names no program", "name one")
        }
        return words
    }
}

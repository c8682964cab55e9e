import ArgumentParser
import StrictJSON
import UsageKeys

/// What `keys plan` and `keys apply` are told.
struct KeysOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The user pool whose clients call.", valueName: "id"))
    var userPool: String

    @Option(
        help: ArgumentHelp("The plan for every client that no rule below fits; its id or name.", valueName: "plan"))
    var usagePlan: String?

    @Option(
        help: ArgumentHelp(
            "The plan for clients whose name fits the pattern (* and ?), or whose id it is; `none` for no key. The "
                + "first that fits counts.", valueName: "pattern=plan"))
    var planByName: [PlanByName] = []

    @Option(
        help: ArgumentHelp(
            "The same from a JSON file: {\"pattern\": \"plan\", …}, null for no key. Comes after --plan-by-name.",
            valueName: "file"))
    var planMap: String?

    @Option(
        help: ArgumentHelp(
            "The authorizer's configuration. Without it: AUTHORIZER_CONFIG, or authorizer.json here; without any, a "
                + "client's key is its id.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Look at this issuer of the configuration alone. Without it: at all of the pool.", valueName: "name"))
    var issuer: String?

    @Option(help: ArgumentHelp("Set a variable that the configuration names.", valueName: "name=value"))
    var env: [Variable] = []

    @Option(help: ArgumentHelp("Set such variables from lines NAME=VALUE.", valueName: "file"))
    var environmentFile: String?

    @Option(
        help: ArgumentHelp(
            "API Gateway's region. Without it: AWS_REGION, the profile's, or the pool's.", valueName: "region"))
    var region: String?

    @Option(help: ArgumentHelp("The profile of AWS's shared files. Without it: AWS_PROFILE.", valueName: "name"))
    var profile: String?

    @Option(
        help: ArgumentHelp(
            "The most calls a second to each service. Without it: what AWS's quotas allow.", valueName: "number"))
    var callsPerSecond: Int?

    @Flag(help: "Delete keys that nobody wants any more: of clients that are gone, and those that were replaced.")
    var prune = false

    @Flag(help: "Disable or delete even more than two thirds of the pool's keys, where those are more than ten.")
    var allowSweep = false

    @Flag(help: "Print one JSON object.")
    var json = false

    private static let callsPerSecondRange = 1...10_000

    func validate() throws {
        guard usagePlan != nil || !planByName.isEmpty || planMap != nil else {
            throw ValidationError("Say which plan the keys belong in: --usage-plan, --plan-by-name or --plan-map.")
        }
        guard callsPerSecond.map(Self.callsPerSecondRange.contains) ?? true else {
            throw ValidationError("--calls-per-second must be from 1 to 10000.")
        }
    }

    /// The rules in the order in which they are tried.
    func rules() throws(Problem) -> PlanRules {
        var rules = planByName.map { PlanRules.Rule(pattern: NamePattern($0.pattern), target: $0.target) }
        if let planMap { rules += try Self.rules(inFile: planMap) }
        return PlanRules(rules: rules, otherwise: usagePlan.map { .plan($0) })
    }

    private static let mapLimitInBytes = 4 << 20
    private static let mapRemedy = "give a JSON object of patterns and plans with --plan-map"

    private static func rules(inFile path: String) throws(Problem) -> [PlanRules.Rule] {
        let bytes = try JSONFile.read(path, limitInBytes: mapLimitInBytes, remedy: mapRemedy, status: .unreadable)
        guard let members = try JSONFile.parse(bytes, path: path, remedy: mapRemedy).root.members else {
            throw Problem("\(path) is not a JSON object", remedy: mapRemedy)
        }
        var rules: [PlanRules.Rule] = []
        for member in members {
            let plan = member.value.string
            guard member.value.isNull || plan?.isEmpty == false else {
                throw Problem("\(path): \(member.name) is neither a plan nor null", remedy: mapRemedy)
            }
            rules.append(
                PlanRules.Rule(pattern: NamePattern(member.name), target: plan.map { .plan($0) } ?? .noPlan))
        }
        return rules
    }
}

/// `PATTERN=PLAN`, where the pattern may hold `=`, as a client's name may.
struct PlanByName: ExpressibleByArgument, Equatable {
    let pattern: String
    let target: PlanRules.Target

    private static let noPlan = "none"

    init?(argument: String) {
        guard let separator = argument.lastIndex(of: "=") else { return nil }
        let plan = String(argument[argument.index(after: separator)...])
        guard separator != argument.startIndex, !plan.isEmpty else { return nil }
        pattern = String(argument[..<separator])
        target = plan == Self.noPlan ? .noPlan : .plan(plan)
    }
}

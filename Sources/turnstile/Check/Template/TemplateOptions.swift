import ArgumentParser

/// The template that a route table is compared with.
struct TemplateOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Compare with this template of SAM or CloudFormation.", valueName: "file"))
    var template: String?

    @Option(
        help: ArgumentHelp(
            "The API that is meant; may be given several times. Without it: all that ask the authorizer.",
            valueName: "logical-id"))
    var api: [String] = []

    @Option(
        help: ArgumentHelp(
            "The function that is Turnstile, where authorizers of several functions are in the template.",
            valueName: "logical-id"))
    var function: String?

    @Option(help: ArgumentHelp("The value of a parameter, for routes that hang on one.", valueName: "name=value"))
    var parameter: [Variable] = []

    func validate() throws {
        guard template != nil || (api.isEmpty && function == nil && parameter.isEmpty) else {
            throw ValidationError("--api, --function and --parameter go with --template.")
        }
    }

    /// - Returns: `nil` where no template is given.
    func selection() throws(Problem) -> TemplateSelection? {
        guard let path = template else { return nil }
        var values: [String: String] = [:]
        for value in parameter { values[value.name] = value.value }
        let template = Template(try TemplateReader.read(path), parameters: values)
        return try TemplateSelection(template, apiIDs: api, function: function)
    }
}

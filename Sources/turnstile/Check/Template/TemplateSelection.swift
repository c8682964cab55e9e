/// The APIs of a template that one route table is for: those that ask one Lambda function.
struct TemplateSelection {
    let apis: [TemplateAPI]
    /// What of the template was not read, and why.
    let unread: [String]
    /// The function that is the authorizer.
    let function: String

    /// - Parameters:
    ///   - template: The whole.
    ///   - apiIDs: The logical ids of the APIs that are meant; none for all that ask the function.
    ///   - function: The logical id of the function; `nil` where there is but one that can be meant.
    /// - Throws: ``Problem`` where it cannot be told which are meant.
    init(_ template: Template, apiIDs: [String], function: String?) throws(Problem) {
        let all =
            ServerlessAPIs(template: template).apis + GatewayAPIs(template: template).apis
            + GatewayV2APIs(template: template).apis
        let chosen = try Self.named(apiIDs, among: all)
        let name = try Self.function(function, of: chosen, in: template)
        self.function = name
        unread = template.unread
        apis = chosen.filter { api in !apiIDs.isEmpty || api.authorizers.contains { $0.function == name } }
    }

    private static func named(_ ids: [String], among all: [TemplateAPI]) throws(Problem) -> [TemplateAPI] {
        guard !all.isEmpty else {
            throw Problem("there is no API in the template", remedy: "give the template that has it with --template")
        }
        for id in ids where !all.contains(where: { $0.id == id }) {
            throw Problem(
                "there is no API \(id) in the template", remedy: "give one of \(list(all.map(\.id))) with --api",
                status: .usage)
        }
        return ids.isEmpty ? all : all.filter { ids.contains($0.id) }
    }

    private static func function(
        _ wanted: String?, of apis: [TemplateAPI], in template: Template
    ) throws(Problem) -> String {
        var names: [String] = []
        for name in apis.flatMap(\.authorizers).compactMap(\.function) where !names.contains(name) {
            names.append(name)
        }
        guard !names.isEmpty else {
            let found = "no API \(apis.count == 1 ? apis[0].id : "of the template") has a Lambda authorizer"
            throw Problem(
                ([found] + template.unread + apis.flatMap(\.unread)).joined(separator: "; "),
                remedy: "routes are compared where one is asked: give its template, or another --api")
        }
        if let wanted {
            guard names.contains(wanted) else {
                throw Problem(
                    "no authorizer of the template is the function \(wanted)",
                    remedy: "give one of \(list(names)) with --function", status: .usage)
            }
            return wanted
        }
        // The runtime without a language is the only one that takes `bootstrap`.
        let likely = names.filter {
            template.resource($0)?.properties["Runtime"]?.text?.hasPrefix("provided") == true
        }
        if let name = names.count == 1 ? names.first : likely.count == 1 ? likely.first : nil { return name }
        throw Problem(
            "authorizers of several functions are in the template: \(list(names))",
            remedy: "say which is Turnstile with --function, or which API is meant with --api", status: .usage)
    }

    private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}

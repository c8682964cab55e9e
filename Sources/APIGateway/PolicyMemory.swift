package import Authorization
import StrictJSON

/// The policies of the callers seen so far, and the documents made of them. Callers with the same routes share one.
package struct PolicyMemory: Sendable {
    /// Most sets of routes kept, each of no more than an answer's 8 KB; beyond it all are forgotten, which costs one
    /// compilation each.
    package static let limit = 256

    /// Most documents kept, each of which takes some three times its policy; beyond it all are written anew.
    private static let documentLimit = 16

    private struct Key: Hashable {
        let permitted: RouteSet
        let order: RouteTree.Order
    }

    private var policies: [Key: CompiledPolicy] = [:]
    /// For the API and stage that asked last: a function mostly serves one.
    private var documents: [Key: (apiStagePrefix: ExactString, document: PolicyDocument)] = [:]

    package init() {}

    /// How many are kept.
    package var count: Int { policies.count }

    /// What a caller with these routes may do, whichever request asked.
    package mutating func document(
        for permitted: RouteSet, from compiler: PolicyCompiler, on arn: MethodARN
    ) -> PolicyDocument {
        // Only of `$connect` does the document name the request.
        guard arn.operation != .connect else {
            return PolicyDocument(policy(for: permitted, from: compiler), on: arn)
        }
        let key = Key(permitted: permitted, order: compiler.order)
        if let known = documents[key], known.apiStagePrefix.utf8.span.isEqual(to: arn.apiStagePrefixUTF8.span) {
            return known.document
        }
        if documents.count >= Self.documentLimit { documents.removeAll(keepingCapacity: true) }
        let document = PolicyDocument(policy(for: permitted, from: compiler), on: arn)
        documents[key] = (arn.apiStagePrefix, document)
        return document
    }

    package mutating func policy(for permitted: RouteSet, from compiler: PolicyCompiler) -> CompiledPolicy {
        let key = Key(permitted: permitted, order: compiler.order)
        if let known = policies[key] { return known }
        if policies.count >= Self.limit { policies.removeAll(keepingCapacity: true) }
        let policy = compiler.policy(for: permitted)
        policies[key] = policy
        return policy
    }
}

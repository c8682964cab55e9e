package import Authorization
import StrictJSON

/// The policies of the callers seen so far, and the documents made of them. Callers with the same routes share one.
package struct PolicyMemory: Sendable {
    /// Most sets of routes kept, each of no more than an answer's 8 KB; beyond it all are forgotten, which costs one
    /// compilation each.
    package static let limit = 256

    /// Most documents kept, each of which takes some three times its policy; beyond it the oldest makes room.
    package static let documentLimit = 16

    private struct Key: Hashable {
        let permitted: RouteSet
        let order: RouteTree.Order
    }

    private var policies: [Key: PatternNumbers] = [:]
    private var patterns = SharedPatterns()
    /// For the API and stage that asked last: a function mostly serves one.
    private var documents: [Key: (apiStagePrefix: ExactString, document: PolicyDocument)] = [:]
    /// In a ring, whose oldest is at `oldest` once it is full.
    private var documentKeys: [Key] = []
    private var oldest = 0

    package init() {}

    /// How many are kept.
    package var count: Int { policies.count }
    package var documentCount: Int { documents.count }

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
        let document = PolicyDocument(policy(for: permitted, from: compiler), on: arn)
        keep(document, under: key, apiStagePrefix: arn.apiStagePrefix)
        return document
    }

    private mutating func keep(_ document: PolicyDocument, under key: Key, apiStagePrefix: ExactString) {
        if documents.updateValue((apiStagePrefix, document), forKey: key) != nil { return }
        guard documentKeys.count == Self.documentLimit else { return documentKeys.append(key) }
        documents.removeValue(forKey: documentKeys[oldest])
        documentKeys[oldest] = key
        oldest = (oldest + 1) % Self.documentLimit
    }

    package mutating func policy(for permitted: RouteSet, from compiler: PolicyCompiler) -> CompiledPolicy {
        let key = Key(permitted: permitted, order: compiler.order)
        if let known = policies[key] { return patterns.policy(of: known) }
        if policies.count >= Self.limit {
            policies.removeAll(keepingCapacity: true)
            patterns.removeAll()
        }
        let policy = compiler.policy(for: permitted)
        policies[key] = patterns.numbers(of: policy)
        return policy
    }
}

/// A policy as the numbers of its patterns: callers' policies differ in which of the table's patterns they hold.
private struct PatternNumbers: Sendable {
    var allow: [UInt32]
    var deny: [UInt32]
    var allowsConnect: Bool
}

/// Every pattern once, whichever policies hold it.
private struct SharedPatterns: Sendable {
    private var patterns: [ExactString] = []
    private var numbers: [ExactString: UInt32] = [:]

    mutating func numbers(of policy: CompiledPolicy) -> PatternNumbers {
        PatternNumbers(
            allow: policy.allow.map { number(of: $0) }, deny: policy.deny.map { number(of: $0) },
            allowsConnect: policy.allowsConnect)
    }

    private mutating func number(of pattern: ExactString) -> UInt32 {
        if let known = numbers[pattern] { return known }
        let number = UInt32(patterns.count)
        patterns.append(pattern)
        numbers[pattern] = number
        return number
    }

    func policy(of numbers: PatternNumbers) -> CompiledPolicy {
        CompiledPolicy(
            allow: numbers.allow.map { patterns[Int($0)] }, deny: numbers.deny.map { patterns[Int($0)] },
            allowsConnect: numbers.allowsConnect)
    }

    mutating func removeAll() {
        patterns.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
    }
}

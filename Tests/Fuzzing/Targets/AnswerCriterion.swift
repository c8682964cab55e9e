import Authorization
import AuthorizerService
import Foundation
import StrictJSON
import TestSupport

/// What an answer may say to an event, found without the product: nobody here has a private key, so whoever is
/// allowed something has sent one of the samples' tokens, and gets no more than the caller behind that token.
struct AnswerCriterion {
    /// API Gateway's quota for the result of a WebSocket API's authorizer, which is kept for all.
    private static let answerLimitInBytes = 8_192
    /// The most characters of a resource (docs/checks.md).
    private static let resourceLimit = 512

    private let event: JSONValue
    private let eventText: [UInt8]
    private let answer: [UInt8]
    private let judgement: Judgement
    /// Whether the answer is for the one request, by `"policy": "request"`: it is kept for no other.
    private let isOfRequest: Bool

    init(event: [UInt8], answer: [UInt8], _ judgement: Judgement, isOfRequest: Bool) {
        guard let document = JSONDocument(accepting: event) else {
            fatalError("property violated: what is no JSON is no event")
        }
        self.event = document.root
        eventText = event
        self.answer = answer
        self.judgement = judgement
        self.isOfRequest = isOfRequest
    }

    func check() {
        require(answer.count <= Self.answerLimitInBytes, "an answer is of 8,192 bytes at the most")
        guard let root = JSONDocument(accepting: answer)?.root else {
            fatalError("property violated: an answer is JSON")
        }
        if case .fault = judgement.verdict { fatalError("property violated: a fault is no answer") }
        let usageKey = root["usageIdentifierKey"]?.string
        if let isAuthorized = root["isAuthorized"]?.bool {
            require(root["policyDocument"] == nil && usageKey == nil, "an answer has one form")
            require(isAuthorized == (judgement.reason == nil), "isAuthorized is the verdict")
            if isAuthorized { checkVerdict(by: callers()) }
        } else {
            checkPolicy(root, usageKey)
        }
    }

    private func checkPolicy(_ root: JSONValue, _ usageKey: String?) {
        guard let policy = try? IAMEvaluator(answer: answer) else {
            fatalError("property violated: an answer is a policy to others too")
        }
        let statements = root["policyDocument"]?["Statement"]?.elements.map { Array($0) } ?? []
        require(!statements.isEmpty, "a policy says something")
        for resource in statements.flatMap({ $0["Resource"]?.elements.map { Array($0) } ?? [] }) {
            require((resource.utf8?.count ?? .max) <= Self.resourceLimit, "a resource is of 512 characters at the most")
        }
        let allows = statements.contains { $0["Effect"]?.isString("Allow") ?? false }
        guard allows || usageKey != nil else { return }
        require(allows, "a usage key comes with an Allow")
        let callers = callers()
        if let usageKey {
            require(callers.contains { $0.usageKey == usageKey }, "the usage key is the caller's own")
        }
        if judgement.reason == nil { checkVerdict(by: callers) }
        check(policy, callers)
    }

    private func callers() -> [SampleCaller] {
        let text = unescaped(eventText)
        let callers = SampleCaller.known.filter { $0.isNamed(in: text) }
        require(!callers.isEmpty, "nobody is allowed anything without a token that was signed")
        for caller in callers {
            let signature = Data(caller.token.split(separator: UInt8(ascii: "."))[2])
            // Whoever writes a token into the path is told it again: a policy names the request's ARN.
            guard Data(request.arn.utf8).range(of: signature) == nil else { continue }
            require(Data(answer).range(of: signature) == nil, "an answer holds no token but its request's")
        }
        return callers
    }

    /// Of a request that is allowed.
    private func checkVerdict(by callers: [SampleCaller]) {
        let route = judgement.route?.description ?? ""
        require(
            callers.contains { $0.routes.contains(route) && judgement.caller?.issuerName.description == $0.issuer },
            "\(route) is open to the caller")
        require(
            isNamed(route) || callers.contains { $0.mayAsk(request.rest) }, "\(route) is what the event asks for")
    }

    /// Whether the event itself says that API Gateway has chosen this route; one of type TOKEN never does.
    private func isNamed(_ route: String) -> Bool {
        let words = route.split(separator: " ")
        guard words.count == 2, !isToken else { return false }
        let method = event["httpMethod"] ?? event["requestContext"]?["http"]?["method"]
        guard words[0] == "ANY" || method?.isString(String(words[0])) ?? false else { return false }
        let names = ["\(words[1])", route, "ANY \(words[1])", "\(method?.string ?? "") \(words[1])"]
        return names.contains { event["resource"]?.isString($0) ?? false || event["routeKey"]?.isString($0) ?? false }
    }

    /// What is allowed of the stage, request by request.
    private func check(_ policy: IAMEvaluator, _ callers: [SampleCaller]) {
        let (arn, prefix, rest) = request
        require(!policy.allows(arn) || judgement.reason == nil, "an answer that refuses does not allow its request")
        guard !isOfRequest else {
            require(judgement.reason == nil, "an answer to one request that is refused allows nothing")
            return
        }
        for other in Self.requests where !rest.elementsEqual(other.utf8) && policy.allows(prefix + other) {
            require(callers.contains { $0.mayAsk(Array(other.utf8)) }, "\(other) is open to the caller")
        }
    }

    /// The ARN of the event, and its parts before and behind the slash after the stage.
    private var request: (arn: String, prefix: String, rest: [UInt8]) {
        let isOfPayload2 = event["version"]?.isString("2.0") ?? false || event["routeArn"] != nil
        let arn = event[isOfPayload2 && !isToken ? "routeArn" : "methodArn"]?.utf8 ?? []
        let slashes = arn.indices.filter { arn[$0] == UInt8(ascii: "/") }
        let start = slashes.count < 2 ? arn.endIndex : slashes[1] + 1
        return (text(arn), text(arn[..<start]), Array(arn[start...]))
    }

    private var isToken: Bool { event["type"]?.isString("TOKEN") ?? false }

    private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static let requests: [String] = {
        let paths = [
            "/", "/external", "/external/orders", "/external/orders/4711", "/external/orders/4711/lines",
            "/external/orders.json", "/internal", "/internal/reports", "/internal/reports/daily", "/other",
        ]
        // Those that API Gateway has methods for; ANY stands for no other.
        let verbs = ["GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "DELETE"]
        return ["$connect", "$default"] + verbs.flatMap { verb in paths.map { verb + $0 } }
    }()
}

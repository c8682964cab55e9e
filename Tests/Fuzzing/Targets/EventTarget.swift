import APIGateway
import AuthorizerService
import Foundation
import LambdaRuntime
import StrictJSON
import TestSupport

/// From an event to its answer, through the real judge and the real writer, by the samples' configuration and keys.
///
/// The keys lie in files, so nothing is asked of any network.
struct EventTarget: FuzzTarget {
    /// 2030-01-01T00:00:00Z: the samples' tokens are valid, and the expired ones are expired.
    static let now: Int64 = 1_893_456_000

    private var functions: [AuthorizerFunction]

    init() {
        let clock = Clock(
            wallNanoseconds: { Self.now * 1_000_000_000 }, uptime: { Uptime(nanoseconds: 5_000_000_000_000) })
        functions = [
            Self.function([:], clock),
            Self.function([#""simple""#: #""policy""#, #""unauthorized""#: #""deny""#], clock),
            Self.function([#""policy": "token""#: #""policy": "request""#, #""unauthorized""#: #""deny""#], clock),
        ]
        require(SampleCaller.known.count > 10, "there are callers to be known")
        for sample in SampleEvent.all where sample.decision == "allow" {
            let (_, judgement) = functions[0].answer(sample.text, deadlineInMilliseconds: nil)
            require(judgement.decision == "allow", "the samples are allowed at the hour of this target")
        }
    }

    private static func function(_ changes: [String: String], _ clock: Clock) -> AuthorizerFunction {
        var text = String(decoding: contents(of: "events/authorizer.json"), as: UTF8.self)
        text = text.replacing(#""jwksURL": "${TURNSTILE_KEYS_URL}/"#, with: #""jwksFile": "keys/"#)
        // A user pool's keys would have an address too.
        let pool = #""issuer": "https://cognito-idp.eu-west-1.amazonaws.com/${USER_POOL_ID}""#
        text = text.replacing(
            #""cognitoUserPool": "${USER_POOL_ID}""#, with: #"\#(pool), "audiences": "any", "tokenUse": "access""#)
        for (old, new) in changes {
            require(text.contains(old), "\(old) is there to be replaced")
            text = text.replacing(old, with: new)
        }
        let variables = environment(of: "events/environment")
        do {
            let configuration = try Configuration(
                parsing: Array(text.utf8), path: checkout.appending(path: "events/authorizer.json").path,
                environment: { variables[$0] })
            require(configuration.issuers.allSatisfy { $0.keyLocation.address == nil }, "no key is fetched")
            var judge = Judge(configuration, clock: clock, spread: 0)
            try judge.loadKeyFiles()
            return AuthorizerFunction(configuration, judge: judge, log: Log(), clock: clock)
        } catch {
            fatalError("the samples' configuration cannot be used: \(error)")
        }
    }

    mutating func test(_ input: [UInt8]) -> Bool {
        for index in functions.indices {
            let (answer, judgement) = functions[index].answer(input, deadlineInMilliseconds: nil)
            switch answer {
            case .error(let error): checkError(error, judgement)
            case .response(let bytes):
                AnswerCriterion(event: input, answer: bytes, judgement, isOfRequest: index == 2).check()
            }
        }
        return true
    }

    private func checkError(_ error: InvocationError, _ judgement: Judgement) {
        switch judgement.verdict {
        case .allow, .deny: fatalError("property violated: who is known gets an answer and no error")
        case .reject: require(error.message == "Unauthorized", "who is not known is told nothing but that")
        case .fault: require(error.message != "Unauthorized", "a fault is no refusal")
        }
        require(error.message.utf8.count <= 256, "an error is short")
        require(error.message.utf8.allSatisfy { 0x20...0x7E ~= $0 }, "an error is printable")
    }
}

// MARK: Mutations

extension EventTarget {
    private static let tokens = SampleEvent.all.flatMap(\.tokens)
    private static let paths = [
        "GET/external/orders", "POST/external/orders", "GET/external/orders/4711", "GET/external/orders/",
        "GET/external/orders/4711/lines", "GET/internal/reports/daily", "DELETE/internal/a%2Fb", "GET/internal/../x",
        "GET/internal//", "GET/external/orders/*", "GET/external/orders/?", "GET/external/orders/%2e%2E", "$connect",
        "$default", "HEAD/external/orders", "GET/", "*/external/orders/a",
    ].map { Array($0.utf8) }
    private static let words = [
        "TOKEN", "REQUEST", "2.0", "1.0", "CONNECT", "$connect", "$default", "GET", "POST", "ANY", "/external/orders",
        "/external/orders/{id}", "/internal/{proxy+}", "GET /external/orders", "GET /external/orders/{id}",
        "ANY /internal/{proxy+}", "prod", "test-invoke-stage", "*",
    ].map { Array($0.utf8) }

    /// libFuzzer alone would seldom put one signed token in place of another: it is longer than its dictionary's words.
    func mutate(_ input: inout [UInt8], limit: Int, using random: inout SeededRandom) {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: replaceToken(in: &input, using: &random) { _, random in random.pick(Self.tokens) }
        case 1:
            replaceToken(in: &input, using: &random) { token, random in
                mutatedWithinSegment(of: random.oneIn(2) ? random.pick(Self.tokens) : token, limit, using: &random)
            }
        case 2: replacePath(in: &input, using: &random)
        case 3: replaceString(in: &input, using: &random)
        default: input = mutated(input, limit: limit)
        }
        if input.count > limit { input.removeLast(input.count - limit) }
    }

    private func replaceToken(
        in input: inout [UInt8], using random: inout SeededRandom,
        with replacement: ([UInt8], inout SeededRandom) -> [UInt8]
    ) {
        let ranges = tokenRanges(in: input)
        guard !ranges.isEmpty else { return }
        let range = random.pick(ranges)
        input.replaceSubrange(range, with: replacement(Array(input[range]), &random))
    }

    /// What stands behind the stage in an ARN.
    private func replacePath(in input: inout [UInt8], using random: inout SeededRandom) {
        let text = Data(input)
        guard let arn = text.range(of: Data("arn:".utf8)) else { return }
        let end = input[arn.lowerBound...].firstIndex(of: UInt8(ascii: "\"")) ?? input.count
        let slashes = input[arn.lowerBound..<end].indices.filter { input[$0] == UInt8(ascii: "/") }
        guard slashes.count >= 2 else { return }
        input.replaceSubrange((slashes[1] + 1)..<end, with: random.pick(Self.paths))
    }

    /// What stands between two quotation marks, whichever they are.
    private func replaceString(in input: inout [UInt8], using random: inout SeededRandom) {
        let marks = input.indices.filter { input[$0] == UInt8(ascii: "\"") }
        guard marks.count >= 2 else { return }
        let index = Int.random(in: 0..<(marks.count - 1), using: &random)
        input.replaceSubrange((marks[index] + 1)..<marks[index + 1], with: random.pick(Self.words))
    }
}

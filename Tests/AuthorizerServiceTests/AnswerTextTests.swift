import APIGateway
@testable import Authorization
@testable import AuthorizerService
import Foundation
import JOSE
import LambdaRuntime
import StrictJSON
import TestSupport
import Testing

@Suite("What a caller is told")
struct AnswerTextTests {
    /// Stands wherever a refusal carries something: of the token, the request, the rules or the keys.
    static let marker = "m4rk3r"
    private static let name = ExactString(marker)

    static let credentials: [CredentialsFault] = [.missing, .ambiguous, .malformed]
    static let tokenErrors: [TokenError] = [
        .malformed(.json(.payload, .duplicateMember(at: 7))), .unsupportedAlgorithm, .unknownIssuer, .unknownKey,
        .invalidSignature, .invalidClaims(.invalid(.clientID)), .expired(at: 1_000, now: 1_061),
        .notYetValid(until: 1_061, now: 1_000), .wrongAudience, .wrongClient, .wrongTokenUse(expected: .access),
        .wrongType, .lifetimeTooLong(seconds: 61, limit: 60), .requiredClaimMissing(name),
    ]

    static func denials() throws -> [Denial] {
        let route = try RouteKey(parsing: ExactString("GET /\(marker)"))
        return [
            .routeUnknown(.resource(ExactString("/\(marker)"), httpMethod: "GET")), .issuerNotAllowed(name, on: route),
            .clientNotAllowed(name, on: route), .insufficientScope(.any([name]), on: route),
            .insufficientScope(.all([name]), on: route), .groupMissing(anyOf: [name], on: route),
            .usageKeyUnusable(.claimMissing(marker), on: route),
        ]
    }

    /// The rows of docs/checks.md: number and code.
    static let documented: [String] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/checks.md")
        let text = try? String(contentsOf: root.standardized, encoding: .utf8)
        return (text ?? "").split(separator: "\n").compactMap { line in
            line.firstMatch(of: #/^\| \d+ \| `(\w+)` \|/#).map { String($0.1) }
        }
    }()

    /// A caller whose own claims may be told to it, and are no more than its name.
    static var caller: Caller {
        Caller(
            issuerName: "machines", issuer: "https://issuer.example", subject: "client-1", clientID: "client-1",
            scopes: [], groups: [], isMachine: true, claim: { _ in nil })
    }

    static func writer(_ members: String) throws -> AnswerWriter {
        let issuer = #"""
            {"name": "machines", "issuer": "https://issuer.example", "audiences": "any",
             "jwksURL": "https://keys.example/\#(marker)", "usageKey": {"from": "none"}}
            """#
        let text = #"{"issuers": [\#(issuer)], "routes": {"GET /orders": {"anyScope": ["\#(marker)"]}}\#(members)}"#
        return AnswerWriter(try Configuration(parsing: Array(text.utf8), path: "/\(marker).json") { _ in nil })
    }

    static let arn = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders"
    static let events = [
        #"{"type": "TOKEN", "methodArn": "\#(arn)", "authorizationToken": "Bearer \#(marker)"}"#,
        JudgeTests.event(token: marker),
        #"""
        {"version": "2.0", "type": "REQUEST", "routeArn": "\#(arn)", "routeKey": "GET /orders",
         "headers": {"authorization": "Bearer \#(marker)"}, "requestContext": {"http": {"method": "GET"}}}
        """#,
        #"{"type": "REQUEST", "methodArn": "\#(arn.replacing("GET/orders", with: "$connect"))", "headers": {}}"#,
    ]

    static let configurations = [
        "", #","unauthenticated":"deny""#, #","unauthenticated":"deny","httpAPIResponse":"policy""#,
        #","policy":"request""#, #","policy":"request","unauthenticated":"deny""#,
    ]

    /// What of an answer may reach a caller: the message of an error, and what a gateway response may be made of.
    private func expectCodesOnly(_ answer: InvocationAnswer, _ code: String) throws {
        switch answer {
        case .error(let error):
            #expect(error == InvocationError(type: "Authorizer.Unauthorized", message: "Unauthorized"))
        case .response(let bytes):
            #expect(!String(decoding: bytes, as: UTF8.self).contains(Self.marker))
            let root = try JSONDocument(parsing: bytes).root
            for member in try #require(root.members) {
                let names: Set = ["principalId", "policyDocument", "isAuthorized", "context"]
                #expect(names.contains(member.name.description))
            }
            let context = root["context"]?.members.map { Array($0) } ?? []
            for member in context {
                let allowed = member.name == "issuer" ? "machines" : code
                #expect(["issuer", "reason"].contains(member.name.description))
                #expect(member.value.string == allowed)
            }
            #expect(root["principalId"].map { ["anonymous", "client-1"].contains($0.string) } ?? true)
        }
    }

    @Test(arguments: configurations)
    func `threat 83: an answer to a refusal holds its documented code and nothing of its cause`(
        _ members: String
    ) throws {
        var writer = try Self.writer(members)
        let rejections = Self.credentials.map(Rejection.credentials) + Self.tokenErrors.map(Rejection.token)
        let denials = try Self.denials()
        #expect(Set(rejections.map(\.code) + denials.map(\.code)) == Set(Self.documented))
        #expect(Self.documented.count == 22)
        for event in Self.events {
            let request = try AuthorizerRequest(parsing: Array(event.utf8))
            for rejection in rejections {
                let (answer, told) = writer.answer(Judgement(.reject(rejection)), to: request)
                try expectCodesOnly(answer, rejection.code)
                #expect(told.reason == rejection.code)
            }
            for denial in denials {
                var judgement = Judgement(.deny(denial))
                judgement.caller = Self.caller
                try expectCodesOnly(writer.answer(judgement, to: request).0, denial.code)
            }
        }
    }

    static let strangeEvents = [
        marker, #"{"type":"\#(marker)"}"#, #"{"\#(marker)":1,"\#(marker)":2}"#,
        #"{"type":"TOKEN","authorizationToken":"\#(marker)","methodArn":"arn:\#(marker)"}"#,
        #"{"type":"TOKEN","authorizationToken":["\#(marker)"],"methodArn":"\#(arn)"}"#,
        #"{"type":"REQUEST","methodArn":"arn:aws:execute-api:\#(marker)*:1:a/b/GET/","resource":"/","httpMethod":"GET"}"#,
        #"{"type":"REQUEST","methodArn":"\#(arn)","resource":"/\#(marker)","httpMethod":"\#(marker)","headers":{}}"#,
        #"{"type":"REQUEST","methodArn":"\#(arn)","resource":"/","httpMethod":"GET","headers":{"authorization":{"\#(marker)":1}}}"#,
    ]

    @Test(arguments: strangeEvents)
    func `threat 83: a fault says what is wrong with an event, and nothing that stands in it`(_ event: String) throws {
        let answer = try JudgeTests.Bench().answer(event).0
        guard case .error(let error) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(error.type == "Authorizer.EventUnrecognised")
        #expect(error.message.hasPrefix("event"))
        #expect(!error.message.contains(Self.marker))
    }

    /// Whoever is told "Unauthorized" may be told so again from API Gateway's cache; an error is not kept.
    @Test func `a signature that could not be judged is a fault, and a refusal stays one`() throws {
        #expect(Judgement(Judgement.Verdict(.cryptographyFailed)).decision == "fault")
        #expect(Judgement(Judgement.Verdict(.cryptographyFailed)).reason == "cryptography_failed")
        for error in Self.tokenErrors { #expect(Judgement(Judgement.Verdict(error)).decision == "reject") }
        #expect(KeyFetchError.notAKeySet(.cryptographyFailed).code == "cryptography_failed")
        #expect(KeyFetchError.notAKeySet(.notAKeySet).code == "not_a_key_set")
    }

    @Test func `threat 83: other faults have texts that never vary`() throws {
        var writer = try Self.writer("")
        let request = try AuthorizerRequest(parsing: Array(Self.events[0].utf8))
        let faults: [(Fault, String)] = [
            (.keysUnavailable, "the issuer's keys could not be had"),
            (.deadlineTooNear, "the issuer's keys had to be fetched, and the deadline is too near"),
            (.clockUnusable, "the clock cannot be read, or is set to a time before 1970 or after 2262"),
            (.cryptographyFailed, "libcrypto could not judge the signature: it is out of memory"),
        ]
        for (fault, text) in faults {
            let answer = writer.answer(Judgement(.fault(fault)), to: request).0
            #expect(answer == .error(InvocationError(type: fault.errorType, message: text)))
        }
    }
}

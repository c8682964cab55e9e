import Foundation
import HTTPTransport
import LambdaRuntime
import TestSupport

/// The Runtime API's responses, from the bytes on a connection to the invocation that the loop hands over.
///
/// They go through the real libcurl, over the loopback interface, to the real loop: fed to the callbacks directly,
/// they would leave out what libcurl makes of a response before it calls back, and a connection takes about as long
/// as the rest. Every input has a loop and a connection of its own, so it does the same whenever it is tried.
struct RuntimeTarget: FuzzTarget {
    /// Stands between two responses of an input: a character that no head may hold (RFC 9110 §5.5).
    private static let separator: UInt8 = 0x1E
    /// Responses of one input; the last holds what follows.
    private static let responseLimit = 8

    private static let fields = [
        "Host", "User-Agent", "Accept", "Content-Type", "Content-Length", "Lambda-Runtime-Function-Error-Type",
    ]

    private let server = RuntimeServer()

    func test(_ input: [UInt8]) -> Bool {
        let responses = input.split(
            separator: Self.separator, maxSplits: Self.responseLimit - 1, omittingEmptySubsequences: false
        ).map(Array.init)
        server.begin(with: responses)
        guard let api = try? RuntimeAPI(address: "127.0.0.1:\(server.port)", userAgent: "turnstile-fuzz") else {
            fatalError("property violated: there is a Runtime API to be asked")
        }
        let incidents = Incidents()
        var handler = Handler()
        run(api, incidents, &handler)
        check(server.end(), handler.invocations, incidents.all)
        return true
    }

    /// The loop, and with it the connection, ends with this function.
    private func run(_ api: consuming RuntimeAPI, _ incidents: Incidents, _ handler: inout Handler) {
        var loop = EventLoop(api: api, log: { incidents.add($0) }, pause: { _ in })
        let end = loop.run(&handler)
        require(!end.description.isEmpty, "an end is told")
    }

    private func check(
        _ exchanges: [RuntimeServer.Exchange], _ invocations: [Invocation], _ incidents: [RuntimeIncident]
    ) {
        for invocation in invocations { check(invocation) }
        let names = invocations.map(\.requestID.description) + incidents.compactMap(\.requestID?.description)
        for exchange in exchanges { check(exchange, names: Set(names)) }
        for incident in incidents {
            require(incident.description.utf8.allSatisfy { 0x20...0x7E ~= $0 }, "an incident is told in plain words")
        }
        var rest = invocations[...]
        for exchange in exchanges where exchange.requestLine.hasPrefix("GET ") {
            guard let wanted = Wanted(exchange.response) else { continue }
            // Others of the same name may come before it, of responses that do leave doubts.
            let found = rest.firstIndex { wanted.isGiven(by: $0) }
            require(found != nil, "a response that is beyond doubt is an event, with its name and its deadline")
            rest = rest[((found ?? rest.startIndex) + 1)...]
        }
    }

    private func check(_ invocation: Invocation) {
        require((1...128).contains(invocation.requestID.utf8.count), "a request id is of 1 to 128 characters")
        require(invocation.requestID.utf8.allSatisfy(isNameCharacter), "a request id is of letters, digits and hyphens")
        require((0...999_999_999_999_999).contains(invocation.deadlineInMilliseconds ?? 0), "a deadline has 15 digits")
        require(invocation.event.count <= RuntimeAPI.eventLimitInBytes, "an event is within its limit")
        let texts = [
            invocation.traceID, invocation.functionARN, invocation.tenantID, invocation.clientContext,
            invocation.cognitoIdentity,
        ]
        for text in texts.compactMap({ $0 }) {
            require(!text.utf8.contains { $0 == 0x0D || $0 == 0x0A }, "a header is of one line")
        }
    }

    /// Whatever is answered, what is asked next is one of three requests, and nothing is slipped in.
    private func check(_ exchange: RuntimeServer.Exchange, names: Set<String>) {
        let target = exchange.requestLine.split(separator: " ", omittingEmptySubsequences: false)
        require(target.count == 3 && target[2] == "HTTP/1.1", "a request line has three parts")
        let steps = target[1].split(separator: "/", omittingEmptySubsequences: false)
        require(steps.prefix(4) == ["", "2018-06-01", "runtime", "invocation"], "a request is to the Runtime API")
        if target[0] == "GET" {
            require(steps.dropFirst(4) == ["next"], "what is asked for is the next event")
        } else {
            require(target[0] == "POST" && steps.count == 6, "what is posted is an answer")
            require(names.contains(String(steps[4])), "an answer is to an event that came")
            require(["response", "error"].contains(steps[5]), "an answer is a response or an error")
        }
        for field in exchange.fields {
            require(Self.fields.contains { field.hasPrefix("\($0): ") }, "a request has no header but its own")
        }
    }
}

/// What must come of a response that leaves no doubt.
private struct Wanted {
    let requestID: String
    let event: [UInt8]
    let deadline: Int64?

    init?(_ response: [UInt8]) {
        guard let response = DelimitedResponse(response), (200..<300).contains(response.status) else { return nil }
        let names = response.values(of: "lambda-runtime-aws-request-id")
        guard let name = names.first, names.allSatisfy({ $0 == name }),
            (1...128).contains(name.utf8.count), name.utf8.allSatisfy(isNameCharacter)
        else { return nil }
        let deadlines = Set(response.values(of: "lambda-runtime-deadline-ms"))
        let digits = deadlines.first ?? ""
        let isDeadline = deadlines.count == 1 && (1...15).contains(digits.utf8.count) && digits.utf8.allSatisfy(isDigit)
        requestID = name
        event = response.body
        deadline = isDeadline ? Int64(digits) : nil
    }

    func isGiven(by invocation: Invocation) -> Bool {
        invocation.requestID.description == requestID && invocation.event == event
            && invocation.deadlineInMilliseconds == deadline
    }
}

private struct Handler: InvocationHandler {
    var invocations: [Invocation] = []

    mutating func handle(_ invocation: Invocation) -> InvocationAnswer {
        invocations.append(invocation)
        guard invocation.event.first?.isMultiple(of: 2) ?? false else { return .response(invocation.event) }
        return .error(InvocationError(type: invocation.traceID ?? "", message: invocation.functionARN ?? ""))
    }
}

private final class Incidents {
    private(set) var all: [RuntimeIncident] = []

    func add(_ incident: RuntimeIncident) { all.append(incident) }
}

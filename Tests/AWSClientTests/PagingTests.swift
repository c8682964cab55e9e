import AWSClient
import Foundation
import HTTPTransport
import StrictJSON
import TestSupport
import Testing

@Suite("Lists in pages")
struct PagingTests {
    func ids(
        _ paging: AWSPaging, _ pages: [String], limitInPages: Int = 100
    ) throws -> (ids: [String], error: AWSError?, requests: [ScriptedServer.Request]) {
        let server = try ScriptedServer(pages.map { Step($0) })
        let client = try Surroundings.signed(to: server).client(AWSOptions(pacing: .none))
        var ids: [String] = []
        var failure: AWSError?
        do throws(AWSError) {
            try client.list(paging, limitInPages: limitInPages) { token in
                switch paging {
                case .position:
                    return .rest(
                        .get, ["apikeys"], query: [("limit", "2")] + (token.map { [("position", $0)] } ?? []))
                case .nextToken:
                    var json = JSONWriter()
                    json.beginObject()
                    if let token {
                        json.name("NextToken")
                        json.string(token)
                    }
                    json.endObject()
                    return .userPools("ListUserPoolClients", json: json.bytes)
                }
            } take: { page throws(AWSError) in
                for item in page["item"]?.elements.map({ Array($0) }) ?? [] { ids.append(item.string ?? "") }
            }
        } catch {
            failure = error
        }
        return (ids, failure, try server.requests())
    }

    @Test func `a list is followed by its position to the end`() throws {
        let answer = try ids(
            .position, ["{\"item\":[\"a\"],\"position\":\"x/2=\"}", "{\"item\":[\"b\"],\"position\":null}"])
        #expect(answer.ids == ["a", "b"] && answer.error == nil)
        #expect(answer.requests.map { $0.target } == ["/apikeys?limit=2", "/apikeys?limit=2&position=x%2F2%3D"])
    }

    @Test func `a list is followed by its NextToken to the end`() throws {
        let answer = try ids(
            .nextToken,
            ["{\"item\":[\"a\"],\"NextToken\":\"t\"}", "{\"item\":[],\"NextToken\":\"u\"}", "{\"item\":[\"b\"]}"])
        #expect(answer.ids == ["a", "b"] && answer.error == nil)
        #expect(answer.requests.map { $0.body } == ["{}", "{\"NextToken\":\"t\"}", "{\"NextToken\":\"u\"}"])
    }

    @Test func `an empty token ends a list`() throws {
        let answer = try ids(.position, ["{\"item\":[\"a\"],\"position\":\"\"}"])
        #expect(answer.ids == ["a"] && answer.error == nil)
    }

    @Test func `a list that turns in a circle is given up`() throws {
        let answer = try ids(
            .position, ["{\"position\":\"1\"}", "{\"position\":\"2\"}", "{\"position\":\"1\"}"])
        #expect(answer.error == .repeatedPage(action: "GET /apikeys"))
        #expect(answer.requests.count == 3)
        #expect(
            answer.error?.description
                == "GET /apikeys gave the same page token twice, so the list has no end; check that the endpoint is AWS's"
        )
    }

    @Test func `a list of more pages than can be is given up`() throws {
        let pages = (0..<6).map { "{\"position\":\"\($0)\"}" }
        let answer = try ids(.position, pages, limitInPages: 5)
        #expect(answer.error == .tooManyPages(action: "GET /apikeys", limit: 5))
        #expect(answer.requests.count == 5)
        #expect(try ids(.position, Array(pages.prefix(4)) + ["{}"], limitInPages: 5).error == nil)
    }

    @Test(arguments: [
        ("[]", "is no JSON object"), ("{\"position\":1}", "has a position that is no text"), ("", "is no JSON object"),
    ])
    func `a page of another form is refused`(_ page: String, _ reason: String) throws {
        #expect(
            try ids(.position, [page]).error == .malformedResponse(action: "GET /apikeys", reason: reason))
    }
}

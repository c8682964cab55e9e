import JOSE
import OpenSSLSignatures
import TestSupport
import Testing

@testable import AuthorizerService

@Suite("An issuer that publishes its private key")
struct PublishedPrivateKeyTests {
    @Test(arguments: [false, true])
    func `threat 12: is used, and the operator is warned without the key`(_ isPrivate: Bool) throws {
        let secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
        var jwk = SigningKey.rsa.jwk(keyID: "k1")
        if isPrivate { jwk = String(jwk.dropLast()) + #","d":"\#(secret)"}"# }
        var bench = try SourceBench(Step(#"{"keys":[\#(jwk)]}"#))
        let record = try #require(
            bench.source.refresh(bench.fetcher, timeoutInMilliseconds: 20_000) { SourceBench.at(0) })
        #expect(bench.look(at: 0) == "aged 0")
        #expect(record.level == (isPrivate ? .warn : .info))
        var published: [Int64] = []
        for case ("privatePartsPublished", .integer(let count)) in record.members { published.append(count) }
        #expect(published == (isPrivate ? [1] : []))
        #expect(!record.metrics.contains { $0.name == "KeyFetchFailures" })
        let line = Log().line(for: record, at: Timestamp(nanosecondsSinceEpoch: 0))
        #expect(!String(decoding: line, as: UTF8.self).contains(secret))
    }
}

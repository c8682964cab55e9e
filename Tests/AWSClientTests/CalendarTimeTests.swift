import Foundation
import TestSupport
import Testing

@testable import AWSClient

@Suite("Instants as AWS writes them")
struct CalendarTimeTests {
    static let written: [(String, Int64?)] = [
        ("1970-01-01T00:00:00Z", 0), ("2026-11-21T09:30:00Z", 1_795_253_400), ("2026-11-21t09:30:00z", 1_795_253_400),
        ("2026-11-21T09:30:00.999Z", 1_795_253_400), ("2026-11-21T10:30:00+01:00", 1_795_253_400),
        ("2026-11-21T04:00:00-0530", 1_795_253_400), ("2016-12-31T23:59:60Z", 1_483_228_799),
        ("2024-02-29T00:00:00Z", 1_709_164_800), ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("", nil), ("2026-11-21", nil), ("2026-11-21T09:30:00", nil), ("2026-11-21 09:30:00Z", nil),
        ("2026-13-21T09:30:00Z", nil), ("2026-11-32T09:30:00Z", nil), ("2026-11-21T24:30:00Z", nil),
        ("2026-11-21T09:60:00Z", nil), ("2026-11-21T09:30:00+1", nil), ("2026-11-21T09:30:00+99:00", nil),
        ("1969-12-31T23:59:59Z", nil), ("2026-11-21T09:30:00Zx", nil), ("２026-11-21T09:30:00Z", nil),
    ]

    @Test(arguments: written)
    func `RFC 3339 §5.6 a time is read, and nothing else`(_ text: String, _ seconds: Int64?) {
        #expect(CalendarTime.seconds(rfc3339: text) == seconds)
    }

    static let dates: [(String, Int64?)] = [
        ("Sat, 21 Nov 2026 09:30:00 GMT", 1_795_253_400), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Saturday, 21-Nov-26 09:30:00 GMT", nil), ("Sat, 21 nov 2026 09:30:00 GMT", nil),
        ("Sat, 21 Nov 2026 09:30:00 UTC", nil), ("", nil),
    ]

    @Test(arguments: dates)
    func `RFC 9110 §5.6.7 a date is read, and nothing else`(_ text: String, _ seconds: Int64?) {
        #expect(CalendarTime.seconds(httpDate: text) == seconds)
    }

    @Test func `every day from 1970 to 2400 is counted as Foundation counts it`() {
        let format = Date.ISO8601FormatStyle()
        for day in 0..<157_000 {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400)
            #expect(CalendarTime.seconds(rfc3339: date.formatted(format)) == Int64(day) * 86_400)
        }
    }

    @Test func `no text makes the reader fail`() throws {
        try check(seed: 11, count: 20_000) { random in
            var text = Array("2026-11-21T09:30:00.5+01:00".utf8)
            for _ in 0..<(1 + random.next() % 4) {
                let index = Int(random.next() % UInt64(text.count))
                if random.oneIn(3), text.count > 1 {
                    text.remove(at: index)
                } else {
                    text[index] = UInt8(random.next() % 128)
                }
            }
            return String(decoding: text, as: UTF8.self)
        } property: { text in
            _ = CalendarTime.seconds(httpDate: text)
            return CalendarTime.seconds(rfc3339: text).map { $0 > -100_000 } ?? true
        }
    }
}

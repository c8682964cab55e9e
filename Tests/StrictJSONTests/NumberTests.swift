import StrictJSON
import Testing

@Suite("RFC 8259 §6 numbers")
struct NumberTests {
    @Test(arguments: [
        "0", "-0", "1", "-1", "10", "1234567890", "0.0", "-0.5", "1.50", "0.0000001", "1e1", "1E1", "1e+1", "1E-1",
        "0e0", "0E+00", "-0.0e-00", "123.456e789", "1e400", "9223372036854775808",
    ])
    func `a number keeps its text`(text: String) throws {
        let number = try #require(try parse(" \(text) ").number)
        #expect(number.text.elementsEqual(text.utf8))
    }

    static let refused = [
        Refused("01", .trailingBytes(at: 1), "leading zero"), Refused("[00]", .unexpectedByte(at: 2)),
        Refused("[-01]", .unexpectedByte(at: 3)), Refused("+1", .unexpectedByte(at: 0), "plus sign"),
        Refused(".5", .unexpectedByte(at: 0), "no digit before the point"), Refused("-.5", .unexpectedByte(at: 1)),
        Refused("[1.]", .unexpectedByte(at: 3), "no digit behind the point"), Refused("1.", .unexpectedEnd(at: 2)),
        Refused("1.e1", .unexpectedByte(at: 2)), Refused("1.2.3", .trailingBytes(at: 3)),
        Refused("[1e]", .unexpectedByte(at: 3), "no digit in the exponent"), Refused("1e", .unexpectedEnd(at: 2)),
        Refused("1e+", .unexpectedEnd(at: 3)), Refused("[1e-]", .unexpectedByte(at: 4)),
        Refused("1e+-1", .unexpectedByte(at: 3)), Refused("1e1.5", .trailingBytes(at: 3)),
        Refused("1e1e1", .trailingBytes(at: 3)), Refused("-", .unexpectedEnd(at: 1)),
        Refused("--1", .unexpectedByte(at: 1)), Refused("-a", .unexpectedByte(at: 1)),
        Refused("0x10", .trailingBytes(at: 1), "hexadecimal"), Refused("1_000", .trailingBytes(at: 1)),
        Refused("1,000", .trailingBytes(at: 1)), Refused("\u{FF11}", .unexpectedByte(at: 0), "fullwidth digit"),
        Refused("[1\u{0}]", .unexpectedByte(at: 2)), Refused("1f", .trailingBytes(at: 1)),
        Refused("- 1", .unexpectedByte(at: 1)), Refused("1 e1", .trailingBytes(at: 2)),
    ]

    @Test(arguments: refused)
    func `a number that the grammar does not know is refused`(_ vector: Refused) {
        #expect(refusal(of: vector.text) == vector.error)
    }

    struct Whole: CustomTestStringConvertible {
        let text: String
        let down: Int64?
        let up: Int64?

        init(_ text: String, _ down: Int64?, _ up: Int64?) { (self.text, self.down, self.up) = (text, down, up) }
        init(_ text: String, _ both: Int64?) { self.init(text, both, both) }

        var testDescription: String { text }
    }

    static let rounded = [
        Whole("0", 0), Whole("-0", 0), Whole("-0.0", 0), Whole("0e5", 0), Whole("0e999999999", 0), Whole("-0e-9", 0),
        Whole("1", 1), Whole("-1", -1), Whole("1.0", 1), Whole("-7.000", -7), Whole("1e3", 1_000), Whole("1E+2", 100),
        Whole("1e-0", 1), Whole("1200e-2", 12), Whole("0.0012e4", 12), Whole("-1.5e1", -15), Whole("10.00e-1", 1),
        Whole("0.1", 0, 1), Whole("-0.1", -1, 0), Whole("0.9", 0, 1), Whole("1.5", 1, 2), Whole("-1.5", -2, -1),
        Whole("1.01", 1, 2), Whole("15e-1", 1, 2), Whole("1e-1", 0, 1), Whole("-1e-400", -1, 0),
        Whole("0.001e2", 0, 1), Whole("1e-99999999999999999999", 0, 1),
        Whole("1700000000.123", 1_700_000_000, 1_700_000_001), Whole("1.7000000001e9", 1_700_000_000, 1_700_000_001),
    ]

    static let atTheLimits = [
        Whole("9223372036854775807", .max), Whole("-9223372036854775808", .min), Whole("-9223372036854775807", -.max),
        Whole("9223372036854775807.0", .max), Whole("-9223372036854775808.0", .min), Whole("9223372036854775808", nil),
        Whole("-9223372036854775809", nil), Whole("9223372036854775807.5", .max, nil),
        Whole("-9223372036854775808.5", nil, .min), Whole("-9223372036854775807.5", .min, -.max),
        Whole("9223372036854775806.5", .max - 1, .max), Whole("922337203685477580.7e1", .max),
        Whole("9223372036854775807e0", .max), Whole("92233720368547758070e-1", .max),
        Whole("92233720368547758075e-1", .max, nil), Whole("999999999999999999", 999_999_999_999_999_999),
        Whole("9999999999999999999", nil), Whole("18446744073709551615", nil), Whole("18446744073709551615.5", nil),
        Whole("18446744073709551616", nil), Whole("-18446744073709551616", nil),
        Whole("1e18", 1_000_000_000_000_000_000),
        Whole("1e19", nil), Whole("1e400", nil), Whole("-1e400", nil), Whole("1e9223372036854775808", nil),
        Whole("0.000000000000000000000000000001e30", 1), Whole("1000000000000000000000000000000e-30", 1),
        Whole("1000000000000000000000000000001e-30", 1, 2), Whole("0.5e99999999999999999999", nil),
        Whole("12345678901234567890123456789e-15", 12_345_678_901_234, 12_345_678_901_235),
    ]

    @Test(arguments: rounded + atTheLimits)
    func `a number is rounded exactly, down and up, or does not fit`(_ vector: Whole) throws {
        let number = try #require(try parse(vector.text).number)
        #expect(number.whole(.down) == vector.down)
        #expect(number.whole(.up) == vector.up)
        #expect(number.integer == (vector.down == vector.up ? vector.down : nil))
    }
}

import HTTPTransport
import Testing

@Suite("RFC 9110 §4.2 http and https URLs")
struct HTTPURLTests {
    struct Accepted: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var scheme = HTTPURL.Scheme.https
        var host = "keys.example.com"
        var port: UInt16?
        var target = "/"
    }

    static let accepted = [
        Accepted(testDescription: "https://keys.example.com"),
        Accepted(testDescription: "https://keys.example.com/", target: "/"),
        Accepted(testDescription: "https://keys.example.com:8443/a/b?c=d&e=%2F", port: 8443, target: "/a/b?c=d&e=%2F"),
        Accepted(testDescription: "https://keys.example.com?q", target: "/?q"),
        Accepted(testDescription: "https://keys.example.com/@a:b", target: "/@a:b"),
        Accepted(testDescription: "http://127.0.0.1:1/", scheme: .http, host: "127.0.0.1", port: 1),
        Accepted(testDescription: "http://[::1]:65535/", scheme: .http, host: "[::1]", port: 65535),
        Accepted(testDescription: "http://host_name:9001", scheme: .http, host: "host_name", port: 9001),
        Accepted(testDescription: "https://xn--bcher-kva.example", host: "xn--bcher-kva.example"),
    ]

    @Test(arguments: accepted)
    func `a URL is read into its parts as they are written`(_ vector: Accepted) throws {
        let url = try HTTPURL(parsing: vector.testDescription)
        #expect(url.scheme == vector.scheme)
        #expect(url.host == vector.host)
        #expect(url.port == vector.port)
        #expect(url.target == vector.target)
        #expect(url.text == "\(vector.scheme.rawValue)://\(url.authority)\(vector.target)")
    }

    static let refused: [(String, HTTPURLError)] = [
        ("", .unsupportedScheme), ("keys.example.com", .unsupportedScheme), ("HTTPS://a.example/", .unsupportedScheme),
        ("file:///etc/passwd", .unsupportedScheme), ("ftp://a.example/", .unsupportedScheme),
        ("https:/a.example/", .unsupportedScheme), (" https://a.example/", .unsupportedScheme),
        ("https://", .invalidHost), ("https:///keys", .invalidHost), ("https://:443/", .invalidHost),
        ("https://user@a.example/", .userInformation), ("https://user:pw@a.example/", .userInformation),
        ("https://a.example:443@b.example/", .userInformation), ("https://a..example/", .invalidHost),
        ("https://a.example./", .invalidHost), ("https://.a.example/", .invalidHost),
        ("https://a example/", .invalidHost), ("https://a%2eexample/", .invalidHost),
        ("https://bücher.example/", .invalidHost), ("https://a\u{0}.example/", .invalidHost),
        ("https://2130706433/", .invalidHost), ("https://0x7f.1/", .invalidHost), ("https://127.1/", .invalidHost),
        ("https://127.0.0.01/", .invalidHost), ("https://127.0.0.256/", .invalidHost),
        ("https://1.2.3.4.5/", .invalidHost), ("https://[::1/", .invalidHost), ("https://[]/", .invalidHost),
        ("https://[fe80::1%25eth0]/", .invalidHost), ("https://[zz::1]/", .invalidHost),
        ("https://\(String(repeating: "a", count: 64)).example/", .invalidHost),
        ("https://a.example:/", .invalidPort), ("https://a.example:0/", .invalidPort),
        ("https://a.example:65536/", .invalidPort), ("https://a.example:0443/", .invalidPort),
        ("https://a.example:99999999999999999999/", .invalidPort), ("https://a.example:+1/", .invalidPort),
        ("https://[::1]x/", .invalidPort), ("https://a.example/#f", .invalidByte(at: 18)),
        ("https://a.example#f", .invalidByte(at: 17)), ("https://a.example/a b", .invalidByte(at: 19)),
        ("https://a.example/\r\nHost: b", .invalidByte(at: 18)), ("https://a.example/\u{0}", .invalidByte(at: 18)),
        ("https://a.example/ü", .invalidByte(at: 18)), ("https://a.example\\@b.example/", .invalidByte(at: 17)),
        ("https://a.example/%", .invalidByte(at: 18)), ("https://a.example/%2", .invalidByte(at: 18)),
        ("https://a.example/%zz", .invalidByte(at: 18)), ("https://a.example/\"", .invalidByte(at: 18)),
        ("https://a.example/\u{7F}", .invalidByte(at: 18)),
        ("https://a.example/\(String(repeating: "a", count: 2_048))", .tooLong(limitInBytes: 2_048)),
    ]

    @Test(arguments: refused)
    func `threat 74: a URL that two readers might take differently is refused`(_ text: String, _ error: HTTPURLError) {
        #expect(throws: error) { try HTTPURL(parsing: text) }
    }

    @Test func `a URL may have 2,048 bytes and no more`() throws {
        let longest = "https://a.example/" + String(repeating: "a", count: 2_048 - 18)
        #expect(try HTTPURL(parsing: longest).text == longest)
        #expect(throws: HTTPURLError.tooLong(limitInBytes: 2_048)) { try HTTPURL(parsing: longest + "a") }
    }

    @Test(arguments: [
        "http://127.0.0.1/", "http://127.255.255.254:8080/keys", "http://localhost:1/", "http://[::1]/",
        "https://keys.example.com/",
    ])
    func `https to any host and http to loopback are secure`(_ text: String) throws {
        #expect(try SecureURL(parsing: text).url == HTTPURL(parsing: text))
    }

    @Test(arguments: [
        "http://keys.example.com/", "http://128.0.0.1/", "http://10.127.0.1/", "http://0.0.0.0/", "http://[::]/",
        "http://[::ffff:127.0.0.1]/", "http://localhost.example.com/", "http://a.localhost/", "http://127.example/",
        "http://169.254.169.254/latest/meta-data",
    ])
    func `threat 74: http to any other host is refused`(_ text: String) {
        #expect(throws: HTTPURLError.plaintext) { try SecureURL(parsing: text) }
    }

    @Test func `no byte changed in a URL makes the reader trap`() throws {
        let whole = Array("https://[::1]:443/a%2Fb?c".utf8)
        for position in whole.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = whole
                changed[position] = byte
                if let url = try? HTTPURL(parsing: String(decoding: changed, as: UTF8.self)) {
                    #expect(url.text.utf8.allSatisfy { (0x21...0x7E).contains($0) })
                }
            }
            _ = try? HTTPURL(parsing: String(decoding: whole[..<position], as: UTF8.self))
        }
    }
}

@Suite("RFC 9110 §5 fields of a request")
struct HTTPFieldTests {
    @Test(arguments: [
        ("X", "a\r\nHost: b"), ("X", "a\nb"), ("X", "a\u{0}"), ("X", ""), ("X", " a"), ("X", "a "), ("X", "a\u{7F}"),
        ("", "a"), ("X Y", "a"), ("X:", "a"), ("X\r\n", "a"), ("Ü", "a"), ("X", String(repeating: "a", count: 8_000)),
    ])
    func `a field that could be two, or none, cannot be made`(_ name: String, _ value: String) {
        #expect(HTTPField(name: name, value: value) == nil)
    }

    @Test func `an entity tag is a field's value as it came`() {
        #expect(HTTPField(name: "If-None-Match", value: "W/\"a\tb\"")?.value == "W/\"a\tb\"")
    }
}

import Foundation
import Glibc
import TestSupport
import Testing

private typealias Endpoint = TokenEndpointUnderTest

/// Somebody else on the machine, who would read a token or have his own used.
@Suite("A cache that others had a hand in")
struct TokenCacheThreatTests {
    private static let first = "eyJhbGciOiJSUzI1NiJ9.eyJuIjoxfQ.Zmlyc3Q"
    private static let second = "eyJhbGciOiJSUzI1NiJ9.eyJuIjoyfQ.c2Vjb25k"
    private static let planted = "eyJhbGciOiJSUzI1NiJ9.eyJuIjozfQ.cGxhbnRlZA"

    private let endpoint: TokenEndpointUnderTest

    init() throws {
        endpoint = try Endpoint([Endpoint.answer(Self.first), Endpoint.answer(Self.second)])
        try #require(try endpoint.run().output == Self.first + "\n")
    }

    enum Tampering: String, CaseIterable, Sendable {
        case readableByOthers, readableByTheGroup, symbolicLink, danglingLink, folder, pipe, cut, empty, huge, notJSON
    }

    private func tamper(_ how: Tampering) throws {
        let path = try endpoint.entry()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let elsewhere = endpoint.scratch.path("elsewhere")
        let files = FileManager.default
        switch how {
        case .readableByOthers: try setPermissions(0o604, of: path)
        case .readableByTheGroup: try setPermissions(0o640, of: path)
        case .symbolicLink, .danglingLink:
            if how == .symbolicLink {
                try endpoint.scratch.write(text.replacing(Self.first, with: Self.planted), to: "elsewhere")
                try setPermissions(0o600, of: elsewhere)
            }
            try files.removeItem(atPath: path)
            try files.createSymbolicLink(atPath: path, withDestinationPath: elsewhere)
        case .folder:
            try files.removeItem(atPath: path)
            try files.createDirectory(atPath: path, withIntermediateDirectories: false)
        case .pipe:
            try files.removeItem(atPath: path)
            #expect(unsafe mkfifo(path, 0o600) == 0)
        case .cut: try TokenCacheTests.change(path) { $0.removeLast(10) }
        case .empty: try TokenCacheTests.change(path) { $0 = "" }
        case .huge: try TokenCacheTests.change(path) { $0 += String(repeating: " ", count: 200_000) }
        case .notJSON: try TokenCacheTests.change(path) { $0 = "access_token=\(Self.planted)" }
        }
    }

    @Test(arguments: Tampering.allCases)
    func `a file that others may have had a hand in is said, not used, and replaced`(_ how: Tampering) throws {
        try tamper(how)
        let run = try endpoint.run()
        #expect(run.status == 0)
        #expect(run.output == Self.second + "\n")
        #expect(run.errors.hasPrefix("Warning: the cached token is not used: "), "\(run.errors)")
        if how == .folder {
            #expect(run.errors.contains("Warning: the token is not cached: "))
            return
        }
        #expect(run.errors.count(where: \.isNewline) == 1)
        let path = try endpoint.entry()
        #expect(try permissions(of: path) == 0o600)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType == .typeRegular)
        if how == .symbolicLink {
            let target = try endpoint.scratch.text(of: "elsewhere")
            #expect(target.contains(Self.planted), "what the link led to was written to")
        }
        #expect(!FileManager.default.fileExists(atPath: endpoint.scratch.path("elsewhere")) || how == .symbolicLink)
        #expect(try endpoint.run().output == Self.second + "\n")
        #expect(try endpoint.requestCount() == 2)
    }

    @Test
    func `threat 84: a token under another key's mark is not used`() throws {
        try TokenCacheTests.change(endpoint.entry()) { text in
            text = text.replacing(Self.first, with: Self.planted).replacing(#/"proof":"./#) { match in
                "\"proof\":\"\(match.0.last == "0" ? "1" : "0")"
            }
        }
        #expect(try endpoint.run().output == Self.second + "\n")
    }

    /// The key is what marks are made under: one that others know would let them plant a token.
    @Test(arguments: ["readable", "short", "long", "link", "gone"])
    func `a key that others may know is replaced, and all that was cached under it is forgotten`(_ how: String) throws {
        let path = "\(endpoint.cache)/key"
        let old = try Data(contentsOf: URL(filePath: path))
        switch how {
        case "readable": try setPermissions(0o644, of: path)
        case "short": try Data(old.dropLast()).write(to: URL(filePath: path))
        case "long": try (old + [0]).write(to: URL(filePath: path))
        case "link":
            try FileManager.default.moveItem(atPath: path, toPath: endpoint.scratch.path("elsewhere"))
            try FileManager.default.createSymbolicLink(
                atPath: path, withDestinationPath: endpoint.scratch.path("elsewhere"))
        default: try FileManager.default.removeItem(atPath: path)
        }
        #expect(try endpoint.run().output == Self.second + "\n")
        #expect(try permissions(of: path) == 0o600)
        #expect(try Data(contentsOf: URL(filePath: path)) != old)
        #expect(try endpoint.run().output == Self.second + "\n")
    }

    @Test(arguments: ["open to others", "a link", "a file"])
    func `a folder that others can reach into ends with a way out, and asks for nothing`(_ how: String) throws {
        let elsewhere = endpoint.scratch.path("elsewhere")
        if how == "open to others" {
            try setPermissions(0o755, of: endpoint.cache)
        } else {
            try FileManager.default.moveItem(atPath: endpoint.cache, toPath: elsewhere)
            if how == "a link" {
                try FileManager.default.createSymbolicLink(atPath: endpoint.cache, withDestinationPath: elsewhere)
            } else {
                try endpoint.scratch.write("", to: "cache/turnstile")
            }
        }
        let run = try endpoint.run()
        #expect(run.status == 1)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix("Error: the cache folder \(endpoint.cache) is not used: "))
        #expect(run.errors.contains("--no-cache"))
        #expect(try endpoint.requestCount() == 1)
        #expect(try endpoint.run("--no-cache").output == Self.second + "\n")
    }

    /// Only root can give files away.
    @Test(.enabled(if: geteuid() == 0), arguments: ["file", "folder"])
    func `what belongs to another user is not used`(_ what: String) throws {
        let nobody: uid_t = 65_534
        let path = what == "file" ? try endpoint.entry() : endpoint.cache
        #expect(unsafe chown(path, nobody, nobody) == 0)
        let run = try endpoint.run()
        #expect(run.errors.contains("it belongs to the user 65534, and this is the user 0"))
        #expect(run.output == (what == "file" ? Self.second + "\n" : ""))
        #expect(run.status == (what == "file" ? 0 : 1))
    }

    @Test
    func `without a place for a cache there is a token all the same`() throws {
        let endpoint = try Endpoint([Endpoint.answer(Self.first)])
        for environment in [["XDG_CACHE_HOME": ""], ["XDG_CACHE_HOME": "/proc/nowhere"]] {
            let run = try endpoint.run(environment: environment)
            #expect(run.status == 0)
            #expect(run.output == Self.first + "\n")
            #expect(run.errors.hasPrefix("Warning: ") && run.errors.contains("not cached"))
        }
    }
}

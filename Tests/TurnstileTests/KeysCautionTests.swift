import Foundation
import TestSupport
import Testing

@Suite("turnstile keys, where something is not as it should be")
struct KeysCautionTests {
    private typealias World = UsagePlanServer.World

    private static let ids = (0..<4).map { "client\(String(repeating: "0", count: 19))\($0)" }
    private static let clients = [
        World.Client(id: ids[0], name: "orders"), World.Client(id: ids[1], name: "silver-billing"),
    ]

    /// Where the tool stands: a folder without a configuration, unless a test writes one.
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static func ownKey(_ client: String, id: String) -> World.Key {
        World.Key(
            id: id, value: client, name: "n",
            tags: ["turnstile:pool": UsagePlanServer.pool, "turnstile:client": client])
    }

    private func keys(_ arguments: String..., on server: UsagePlanServer) throws -> Tool.Run {
        let all = ["keys"] + arguments + ["--user-pool", UsagePlanServer.pool, "--calls-per-second", "1000"]
        return try Tool.start(all, folder: scratch.url, environment: server.environment).finish()
    }

    @Test
    func `an empty pool does not take all keys away unless that is said aloud`() throws {
        var world = World()
        let ids = (10..<22).map { "client\(String(repeating: "0", count: 18))\($0)" }
        world.keys = ids.map { Self.ownKey($0, id: "k\($0)") }
        let server = try UsagePlanServer(world)
        let plan = try keys("plan", "--usage-plan", "p1", on: server)
        #expect(plan.status == 2)
        #expect(plan.output.hasSuffix("that takes 12 of 12 keys from use: apply does it with --allow-sweep only\n"))
        for prune in [[], ["--prune"]] {
            let arguments = ["keys", "apply", "--user-pool", UsagePlanServer.pool, "--usage-plan", "p1"] + prune
            let apply = try Tool.start(arguments, folder: scratch.url, environment: server.environment).finish()
            #expect(apply.status == 1)
            #expect(apply.errors.hasPrefix("Error: this would take 12 of the pool's 12 keys from use"))
        }
        #expect(try server.result().changes == 0)
        #expect(try keys("apply", "--usage-plan", "p1", "--allow-sweep", on: server).status == 0)
        #expect(try server.result().keys.allSatisfy { !$0.enabled })
    }

    @Test
    func `an answer that cannot be written is a failure`() throws {
        let server = try UsagePlanServer(World())
        let process = Process()
        let errors = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c", "exec \"$0\" \"$@\" > /dev/full", Tool.folder.appending(path: "turnstile").path, "keys", "plan",
            "--json", "--user-pool", UsagePlanServer.pool, "--usage-plan", "gold",
        ]
        process.currentDirectoryURL = scratch.url
        process.environment = ProgramCoverage.environment.merging(server.environment) { $1 }
        process.standardError = errors
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
        let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(words.hasPrefix("Error: standard output does not take the result"))
    }

    @Test
    func `a message of AWS that repeats a key's value is withheld`() throws {
        try scratch.write(
            """
            {"issuers": [{"name": "staff", "cognitoUserPool": "\(UsagePlanServer.pool)",
              "usageKey": {"from": "fixed", "value": "the-staff-key-of-twenty"}}], "routes": {"GET /": {}}}
            """, to: "authorizer.json")
        var world = World()
        world.refusal = World.Refusal(
            call: "POST /apikeys", status: 400, type: "BadRequestException",
            message: "1 validation error: Value 'the-staff-key-of-twenty' at 'value' failed")
        let server = try UsagePlanServer(world)
        for form in ["--json", "--prune"] {
            let run = try keys("apply", "--usage-plan", "gold", form, on: server)
            #expect(run.status == 1)
            #expect(run.all.contains("BadRequestException: (a message that repeats a key)"))
            #expect(!run.all.contains("the-staff"))
        }
    }

    @Test
    func `an issuer of something else than the pool is refused by name`() throws {
        try scratch.write(
            """
            {"issuers": [{"name": "partner", "issuer": "https://login.partner.example/", "audiences": "any",
              "jwksURL": "https://login.partner.example/keys.json",
              "usageKey": {"from": "hmac", "secret": "0123456789abcdef0123456789abcdef"}}], "routes": {"GET /": {}}}
            """, to: "authorizer.json")
        let server = try UsagePlanServer(World(clients: Self.clients))
        let run = try keys("apply", "--usage-plan", "gold", "--issuer", "partner", on: server)
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("Error: partner takes tokens of https://login.partner.example/, not of user pool"))
        #expect(try server.result().changes == 0)
    }

    @Test(arguments: [[], ["--prune"]])
    func `a client that the list does not show is asked for before its key is taken away`(_ more: [String]) throws {
        var world = World(clients: [Self.clients[0], Self.clients[1]])
        world.unlisted = [Self.ids[0]]
        world.keys = [
            Self.ownKey(Self.ids[0], id: "k0"), Self.ownKey(Self.ids[1], id: "k1"), Self.ownKey(Self.ids[3], id: "k3"),
            World.Key(
                id: "odd", value: "a-value-of-twenty-and-more", name: "odd",
                tags: ["turnstile:pool": UsagePlanServer.pool, "turnstile:client": "no client's id"]),
        ]
        world.attached = ["p1": ["k0", "k1", "k3", "odd"]]
        let server = try UsagePlanServer(world)
        let arguments = ["keys", "apply", "--user-pool", UsagePlanServer.pool, "--usage-plan", "p1"] + more
        let run = try Tool.start(arguments, folder: scratch.url, environment: server.environment).finish()
        #expect(run.status == 0)
        let kept = try server.result().keys.filter(\.enabled).map(\.id)
        #expect(kept == ["k0", "k1"])
    }
}

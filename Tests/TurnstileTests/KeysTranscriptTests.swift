import Foundation
import StrictJSON
import TestSupport
import Testing

@Suite("turnstile keys")
struct KeysTranscriptTests {
    private typealias World = UsagePlanServer.World

    private static let ids = (0..<4).map { "client\(String(repeating: "0", count: 19))\($0)" }
    private static let clients = [
        World.Client(id: ids[0], name: "orders"), World.Client(id: ids[1], name: "silver-billing"),
        World.Client(id: ids[2], name: "shop", flows: ["code"]),
    ]

    /// Where the tool stands: a folder without a configuration, unless a test writes one.
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static func ownKey(_ number: Int, _ name: String) -> World.Key {
        World.Key(
            id: "k\(number)", value: ids[number], name: name,
            tags: ["turnstile:pool": UsagePlanServer.pool, "turnstile:client": ids[number]])
    }

    private func keys(_ arguments: String..., on server: UsagePlanServer) throws -> Tool.Run {
        let all = ["keys"] + arguments + ["--user-pool", UsagePlanServer.pool, "--calls-per-second", "1000"]
        return try Tool.start(all, folder: scratch.url, environment: server.environment).finish()
    }

    @Test
    func `plan finds a difference and changes nothing, apply makes it good, and then there is nothing to do`() throws {
        var world = World(clients: Self.clients)
        world.mostPerPage = 1
        let server = try UsagePlanServer(world)
        let rules = ["--plan-by-name", "silver-*=silver", "--usage-plan", "gold"]
        let plan = try keys("plan", rules[0], rules[1], rules[2], rules[3], on: server)
        #expect(plan.status == 2)
        #expect(
            plan.output == """
                   ACTION          CLIENT          CLIENT ID                   PLAN    KEY
                   create, attach  orders          client00000000000000000000  gold
                   create, attach  silver-billing  client00000000000000000001  silver

                2 to create, 2 to attach, 0 as they should be

                """)
        #expect(try server.result().changes == 0)
        let apply = try keys("apply", rules[0], rules[1], rules[2], rules[3], on: server)
        #expect(apply.status == 0)
        #expect(
            apply.output == """
                   ACTION          CLIENT          CLIENT ID                   PLAN    KEY
                ✓  create, attach  orders          client00000000000000000000  gold    key000001
                ✓  create, attach  silver-billing  client00000000000000000001  silver  key000002

                2 created, 2 attached, 0 were right

                """)
        #expect(apply.errors.isEmpty)
        let world2 = try server.result()
        #expect(world2.attached == ["p1": ["key000001"], "p2": ["key000002"]])
        #expect(world2.keys.map(\.value) == [Self.ids[0], Self.ids[1]])
        for verb in ["plan", "apply"] {
            let again = try keys(verb, rules[0], rules[1], rules[2], rules[3], on: server)
            #expect(again.status == 0)
            #expect(again.output == "nothing to do, 2 as they should be\n")
        }
        #expect(try server.result().changes == world2.changes)
    }

    @Test
    func `a renamed client, one that is gone, and one served by hand each get their line`() throws {
        var world = World(clients: [Self.clients[0], Self.clients[1]])
        world.keys = [
            Self.ownKey(0, "old name"), Self.ownKey(3, "gone"),
            World.Key(id: "hand", value: Self.ids[1], name: "by hand"),
        ]
        world.attached = ["p1": ["k0", "k3", "hand"]]
        let server = try UsagePlanServer(world)
        let run = try keys("apply", "--usage-plan", "p1", on: server)
        #expect(run.status == 0)
        #expect(
            run.output == """
                   ACTION   CLIENT          CLIENT ID                   PLAN  KEY
                ✓  rename   orders          client00000000000000000000  gold  k0
                    was old name
                ✓  disable  gone            client00000000000000000003        k3
                   leave    silver-billing  client00000000000000000001
                    served by key hand, which turnstile did not make

                1 renamed, 1 disabled, 0 were right, 1 left

                """)
        let second = try keys("apply", "--usage-plan", "p1", on: server)
        #expect(second.output.hasSuffix("1 left\n1 disabled, their clients gone: --prune deletes them\n"))
        let pruned = try keys("apply", "--usage-plan", "p1", "--prune", on: server)
        #expect(pruned.status == 0)
        #expect(try server.result().keys.map(\.id) == ["k0", "hand"])
    }

    @Test
    func `the configuration's strategy names the keys, and their values are in no output`() throws {
        let secret = "0123456789abcdef0123456789abcdef"
        try scratch.write(
            """
            {"issuers": [
              {"name": "listed", "cognitoUserPool": "${POOL}", "clients": ["\(Self.ids[0])"],
               "usageKey": {"from": "hmac", "secret": "${SECRET}"}},
              {"name": "staff", "cognitoUserPool": "${POOL}", "clients": ["\(Self.ids[2])"],
               "usageKey": {"from": "fixed", "value": "the-staff-key-of-twenty"}}],
             "routes": {"GET /": {}}}
            """, to: "authorizer.json")
        let server = try UsagePlanServer(World(clients: Self.clients))
        let variables = ["POOL=\(UsagePlanServer.pool)", "SECRET=\(secret)"]
        for verb in ["plan", "apply"] {
            for form in ["--json", "--prune"] {
                let run = try keys(
                    verb, "--usage-plan", "gold", form, "--env", variables[0], "--env", variables[1], on: server)
                for key in try server.result().keys { #expect(!run.all.contains(key.value)) }
                #expect(!run.all.contains("the-staff-key") && !run.all.contains(secret))
            }
        }
        let made = try server.result().keys
        #expect(made.map(\.name) == ["orders", "staff"])
        #expect(made.map { $0.tags["turnstile:client"] } == [Self.ids[0], "issuer:staff"])
        // The other machine client is listed by no issuer.
        let plan = try keys(
            "plan", "--usage-plan", "gold", "--env", variables[0], "--env", variables[1], on: server)
        #expect(plan.status == 0)
        #expect(plan.output.contains("not accepted by the configuration: no issuer of this pool lists it"))
    }

    @Test
    func `the object for scripts says each step, what became of it, and who is left`() throws {
        var world = World(clients: [Self.clients[0], World.Client(id: "short", name: "short")])
        world.keyLimit = 0
        let server = try UsagePlanServer(world)
        let run = try keys("apply", "--usage-plan", "gold", "--json", on: server)
        #expect(run.status == 1)
        let root = try JSONDocument(parsing: Array(run.output.utf8)).root
        #expect(root["inStep"]?.bool == false)
        let change = root["changes"]?.elements?.first { _ in true }
        #expect(change?["outcome"]?.string == "failed")
        #expect(change?["error"]?.string == "limit_exceeded")
        #expect(change?["steps"]?.elements?.compactMap { $0["do"]?.string } == ["create", "attach"])
        let left = root["left"]?.elements?.first { _ in true }
        #expect(left?["reason"]?.string == "unusable")
        #expect(left?["fault"]?.bool == true)
        #expect(root["counts"]?["faults"]?.number?.integer == 1)
    }

    @Test
    func `a client whose id is no usable key is named, and the status says so`() throws {
        let server = try UsagePlanServer(World(clients: [World.Client(id: "short", name: "bot")]))
        let run = try keys("plan", "--usage-plan", "gold", on: server)
        #expect(run.status == 1)
        #expect(run.output.contains("✗  leave   bot     short"))
        #expect(run.output.contains("usage key has 5 characters, and API Gateway takes 20 to 128"))
    }

    static let refusals = [
        ("GET /usageplans", 403, "ExpiredTokenException", "expired", "have expired; renew them"),
        (
            "POST /apikeys", 403, "AccessDeniedException",
            "User: arn:aws:iam::1:user/x is not authorized to perform: apigateway:POST on resource: y",
            "allow apigateway:POST in the caller's IAM policy"
        ),
        (
            "ListUserPoolClients", 400, "AccessDeniedException",
            "User: arn:aws:iam::1:user/x is not authorized to perform: cognito-idp:ListUserPoolClients on resource: y",
            "allow cognito-idp:ListUserPoolClients"
        ),
        (
            "GET /apikeys", 403, "InvalidSignatureException", "Signature expired: 20260101T000000Z is now earlier",
            "set this machine's clock"
        ),
    ]

    @Test(arguments: refusals)
    func `what AWS refuses is told in one line with a way out, and nothing is changed`(
        _ call: String, _ status: Int, _ type: String, _ message: String, _ words: String
    ) throws {
        var world = World(clients: Self.clients)
        world.refusal = World.Refusal(call: call, status: status, type: type, message: message)
        let server = try UsagePlanServer(world)
        let run = try keys("apply", "--usage-plan", "gold", on: server)
        #expect(run.status == 1)
        #expect(run.errors.split(separator: "\n").count == 1)
        #expect(run.errors.hasPrefix("Error: ") && run.errors.contains(words))
        #expect(try server.result().changes == 0)
    }

    @Test
    func `a list without an end, a pool and a plan that are not there are errors`() throws {
        var world = World(clients: Self.clients)
        world.keys = (0..<3).map { World.Key(id: "f\($0)", value: "value-of-a-foreign-key-\($0)", name: "f") }
        world.mostPerPage = 1
        world.repeatsPosition = true
        let server = try UsagePlanServer(world)
        let endless = try keys("plan", "--usage-plan", "gold", on: server)
        #expect(endless.status == 1 && endless.errors.contains("the same page token twice"))
        let unknown = try keys("plan", "--usage-plan", "bronze", on: server)
        #expect(
            unknown.errors == "Error: there is no usage plan bronze; there are: p1 (gold), p2 (silver)\n")
        let other = try Tool.start(
            ["keys", "plan", "--user-pool", "eu-west-1_Other", "--usage-plan", "gold"], folder: scratch.url,
            environment: server.environment
        ).finish()
        #expect(other.status == 1 && other.errors.hasPrefix("Error: there is no user pool eu-west-1_Other"))
    }

    @Test
    func `strategies that no key can be kept for are refused with their issuer`() throws {
        try scratch.write(
            """
            {"issuers": [{"name": "m", "cognitoUserPool": "\(UsagePlanServer.pool)",
              "usageKey": {"from": "claim", "claim": "usage_key"}}], "routes": {"GET /": {}}}
            """, to: "authorizer.json")
        let server = try UsagePlanServer(World(clients: Self.clients))
        let run = try keys("plan", "--usage-plan", "gold", on: server)
        #expect(run.status == 1)
        #expect(run.errors.contains("there are no keys to keep (m: the key is in claim usage_key of the token)"))
    }

    static let rules: [(arguments: [String], plans: [String: [String]])] = [
        (["--plan-map", "plans.json"], ["p1": ["key000001"], "p2": ["key000002"]]),
        (["--plan-map", "plans.json", "--plan-by-name", "o*=p2"], ["p1": [], "p2": ["key000001", "key000002"]]),
        (["--plan-by-name", "*=none"], ["p1": [], "p2": []]),
    ]

    @Test(arguments: rules)
    func `plans are said by patterns and by a file, the first that fits counts`(
        _ rule: (arguments: [String], plans: [String: [String]])
    ) throws {
        try scratch.write(#"{"orders": "gold", "\#(Self.ids[1])": "silver", "*": null}"#, to: "plans.json")
        let server = try UsagePlanServer(World(clients: Self.clients))
        let arguments = ["keys", "apply", "--user-pool", UsagePlanServer.pool] + rule.arguments
        let run = try Tool.start(arguments, folder: scratch.url, environment: server.environment).finish()
        #expect(run.status == 0)
        #expect(try server.result().attached == rule.plans)
    }

    @Test(arguments: [
        ["keys", "plan", "--user-pool", "eu-west-1_A"], ["keys", "plan", "--usage-plan", "gold"],
        ["keys", "plan", "--user-pool", "nonsense", "--usage-plan", "gold"],
        ["keys", "plan", "--user-pool", "eu-west-1_A", "--plan-by-name", "gold"],
        ["keys", "plan", "--user-pool", "eu-west-1_A", "--usage-plan", "gold", "--calls-per-second", "0"],
    ])
    func `wrong usage is told as such`(_ arguments: [String]) throws {
        #expect(try Tool.start(arguments).finish().status == 64)
    }
}

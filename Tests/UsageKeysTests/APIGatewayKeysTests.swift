import AWSClient
import Authorization
import StrictJSON
import TestSupport
import Testing
import UsageKeys

/// Against a server that pages, in this process.
@Suite("API keys, usage plans and app clients over the wire")
struct APIGatewayKeysTests {
    private typealias World = UsagePlanServer.World

    private static func client(of server: UsagePlanServer) throws -> AWSClient {
        var surroundings = AWSSurroundings.system
        let environment = server.environment
        surroundings.environment = { environment[$0] }
        return try AWSClient(AWSOptions(pacing: .none), surroundings: surroundings)
    }

    private static func wanted(_ number: Int) throws -> WantedKey {
        WantedKey(
            value: try UsageKey(Fixtures.id(number)), owner: .client(Fixtures.id(number)), name: "client \(number)",
            plan: "p1", clients: [Fixtures.id(number)])
    }

    @Test(arguments: [1, 2, 500])
    func `every page of every list is read`(_ mostPerPage: Int) throws {
        var world = World(
            clients: (0..<5).map { number in
                World.Client(id: "\(number)", name: "n", flows: number == 3 ? ["code"] : ["client_credentials"])
            })
        world.mostPerPage = mostPerPage
        world.keys = (0..<5).map { World.Key(id: "k\($0)", value: "value\($0)", name: "n") }
        world.attached = ["p1": ["k0", "k1", "k2"], "p2": []]
        let server = try UsagePlanServer(world)
        let client = try Self.client(of: server)
        let keys = APIGatewayKeys(client) { _ in }
        #expect(try keys.keys().map(\.value) == ["value0", "value1", "value2", "value3", "value4"])
        #expect(try keys.keys(inPlan: "p1") == ["k0", "k1", "k2"])
        #expect(try keys.keys(inPlan: "p2").isEmpty)
        #expect(
            try keys.plans()
                == [
                    UsagePlan(id: "p1", name: "gold", stages: ["api:prod"]),
                    UsagePlan(id: "p2", name: "silver", stages: ["api:prod"]),
                ])
        #expect(try keys.plans(of: "k1") == ["p1"])
        let clients = try UserPoolClients(client, pool: UsagePlanServer.pool).all()
        #expect(clients.map(\.isMachine) == [true, true, true, false, true])
    }

    @Test
    func `a key is made with its tags, attached, renamed, disabled, detached and deleted`() throws {
        let server = try UsagePlanServer(World())
        let keys = APIGatewayKeys(try Self.client(of: server)) { _ in }
        let id = try keys.create(try Self.wanted(1), for: Fixtures.pool)
        let made = try #require(try keys.key(valued: Fixtures.id(1)))
        #expect(made.id == id && made.isEnabled && made.description == KeyDescription.made)
        #expect(KeyMark(of: made) == KeyMark(pool: Fixtures.pool, owner: .client(Fixtures.id(1))))
        try keys.attach(id, to: "p1")
        #expect(try keys.isAttached(id, to: "p1"))
        #expect(try !keys.isAttached(id, to: "p2"))
        try keys.update(id, with: [.name("ü \"quoted\""), .enabled(false), .description(KeyDescription.disabled)])
        let changed = try #require(try keys.keys().first)
        #expect(changed.name == "ü \"quoted\"" && !changed.isEnabled)
        #expect(changed.description == KeyDescription.disabled)
        try keys.detach(id, from: "p1")
        #expect(try !keys.isAttached(id, to: "p1"))
        try keys.delete(id)
        #expect(try keys.keys().isEmpty)
    }

    @Test
    func `what is there already, and what is not there, are told apart`() throws {
        let server = try UsagePlanServer(World())
        let keys = APIGatewayKeys(try Self.client(of: server)) { _ in }
        let id = try keys.create(try Self.wanted(1), for: Fixtures.pool)
        try keys.attach(id, to: "p1")
        #expect(throws: AWSError.conflict(action: "POST /apikeys", message: "API Key already exists")) {
            try keys.create(try Self.wanted(1), for: Fixtures.pool)
        }
        #expect(throws: AWSError.self) { try keys.attach(id, to: "p2") }
        #expect {
            try keys.delete("absent")
        } throws: { error in
            if case .notFound? = error as? AWSError { true } else { false }
        }
    }
}

import Authorization
import StrictJSON
import Testing
import UsageKeys

@Suite("What is done about a key")
struct KeyPlanTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        var clients = [Fixtures.client(1)]
        var keys: [APIKey] = []
        var inPlans: [String: Set<String>] = [:]
        var rules = Fixtures.rules()
        var isPruning = false
        var steps: [[KeyStep]] = []
        var left: [LeftClient.Reason] = []
        var idle: [IdleKey.Reason] = []
    }

    private static let gold: [String: Set<String>] = ["gold": ["k1"]]

    static let vectors = [
        Vector(testDescription: "a new client", steps: [[.create, .attach(plan: "gold")]]),
        Vector(testDescription: "a key in its plan", keys: [Fixtures.key(1)], inPlans: gold),
        Vector(
            testDescription: "a key that was made and not attached", keys: [Fixtures.key(1)],
            steps: [[.attach(plan: "gold")]]),
        Vector(
            testDescription: "a client with a new name", clients: [Fixtures.client(1, "orders")],
            keys: [Fixtures.key(1)], inPlans: gold, steps: [[.rename("orders")]]),
        Vector(
            testDescription: "a key in the wrong plan", keys: [Fixtures.key(1)], inPlans: ["silver": ["k1"]],
            rules: Fixtures.rules([("s*", "silver")]),
            steps: [[.detach(plan: "silver"), .attach(plan: "gold")]]),
        Vector(
            testDescription: "a key in the wrong plan besides", keys: [Fixtures.key(1)],
            inPlans: ["gold": ["k1"], "silver": ["k1"]], rules: Fixtures.rules([("s*", "silver")]),
            steps: [[.detach(plan: "silver")]]),
        Vector(
            testDescription: "a key in a plan of the same stage that no rule names", keys: [Fixtures.key(1)],
            inPlans: ["special": ["k1"]], steps: [[.detach(plan: "special"), .attach(plan: "gold")]]),
        Vector(
            testDescription: "a key that another API's plan has too", keys: [Fixtures.key(1)],
            inPlans: ["gold": ["k1"], "elsewhere": ["k1"]]),
        Vector(
            testDescription: "a client that is gone", clients: [], keys: [Fixtures.key(1)], inPlans: gold,
            steps: [[.disable]]),
        Vector(
            testDescription: "a client that can no longer use client credentials",
            clients: [Fixtures.client(1, isMachine: false)], keys: [Fixtures.key(1)], inPlans: gold,
            steps: [[.disable]]),
        Vector(
            testDescription: "a key that the list shows twice", clients: [],
            keys: [Fixtures.key(1), Fixtures.key(1)], inPlans: gold, isPruning: true, steps: [[.delete]]),
        Vector(
            testDescription: "a disabled key of a client that is gone", clients: [],
            keys: [Fixtures.key(1, isEnabled: false, description: KeyDescription.disabled)], idle: [.clientGone]),
        Vector(
            testDescription: "a client that came back",
            keys: [Fixtures.key(1, isEnabled: false, description: KeyDescription.disabled)], inPlans: gold,
            steps: [[.enable]]),
        Vector(
            testDescription: "a key that a person disabled", keys: [Fixtures.key(1, isEnabled: false)], inPlans: gold,
            left: [.disabledByHand(keyID: "k1")]),
        Vector(
            testDescription: "pruning: a client that is gone", clients: [], keys: [Fixtures.key(1)], isPruning: true,
            steps: [[.delete]]),
        Vector(
            testDescription: "pruning: a key that was superseded",
            keys: [Fixtures.key(1, id: "old", value: "o"), Fixtures.key(1)],
            inPlans: gold, isPruning: true, steps: [[.delete]]),
        Vector(
            testDescription: "a key that was superseded",
            keys: [Fixtures.key(1, id: "old", value: "o"), Fixtures.key(1)],
            inPlans: gold, idle: [.superseded]),
        Vector(
            testDescription: "pruning: a client whose key is not known",
            clients: [AppClient(id: "short", name: "s", isMachine: true)],
            keys: [
                APIKey(
                    id: "old", value: "o", name: "s", isEnabled: true, description: "",
                    tags: ["turnstile:pool": Fixtures.pool, "turnstile:client": "short"])
            ], isPruning: true, left: [.unusable(.unfitLength(5))], idle: [.undecided]),
        Vector(testDescription: "a person's client", clients: [Fixtures.client(1, isMachine: false)]),
    ]

    @Test(arguments: vectors)
    func `each difference has its steps, and what is right is left alone`(_ vector: Vector) {
        let plan = Fixtures.plan(
            Fixtures.assignment(vector.clients, [Fixtures.entry()], vector.rules),
            Fixtures.inventory(vector.keys, vector.inPlans), isPruning: vector.isPruning)
        #expect(plan.changes.map(\.steps) == vector.steps)
        #expect(plan.left.map(\.reason) == vector.left)
        #expect(plan.idle.map(\.reason) == vector.idle)
    }

    static let sweeps: [(clients: Int, isPruning: Bool, secretIsNew: Bool, isSweep: Bool)] = [
        (0, false, false, true), (0, true, false, true), (6, false, false, true), (7, false, false, false),
        (20, false, false, false),
        // All clients are there, and the configuration gives each another key: one that was forgotten, with --prune.
        (20, true, true, true), (20, false, true, false),
    ]

    @Test(arguments: sweeps)
    func `a plan that takes more than two thirds of the keys from use is known as one`(
        _ vector: (clients: Int, isPruning: Bool, secretIsNew: Bool, isSweep: Bool)
    ) {
        let keys = (0..<20).map { number in
            Fixtures.key(number, value: vector.secretIsNew ? ExactString("old value \(number)") : nil)
        }
        let attachments = ["gold": Set(keys.map(\.id))]
        let assignment = Fixtures.assignment((0..<vector.clients).map { Fixtures.client($0) })
        let plan = Fixtures.plan(assignment, Fixtures.inventory(keys, attachments), isPruning: vector.isPruning)
        #expect(plan.usedCount == 20)
        #expect(plan.isSweep == vector.isSweep)
    }

    @Test
    func `pruning what a new secret has replaced is no sweep, nor is the end of a small pool`() {
        let old = (0..<20).map { Fixtures.key($0, id: "old\($0)", value: ExactString("old value \($0)")) }
        let keys = old + (0..<20).map { Fixtures.key($0) }
        let assignment = Fixtures.assignment((0..<20).map { Fixtures.client($0) })
        let rotated = Fixtures.plan(
            assignment, Fixtures.inventory(keys, ["gold": Set(keys.map(\.id))]), isPruning: true)
        #expect(rotated.withdrawnCount == 20 && rotated.usedCount == 40 && !rotated.isSweep)
        let few = (0..<10).map { Fixtures.key($0) }
        #expect(!Fixtures.plan(Fixtures.assignment([]), Fixtures.inventory(few, [:])).isSweep)
    }

    static let foreign: [(APIKey, Set<String>, LeftClient.Reason, isFault: Bool)] = [
        (Fixtures.foreignKey(1), ["f1"], .servedByForeignKey(id: "f1"), false),
        (Fixtures.foreignKey(1), [], .foreignKey(id: "f1", flaw: .isNotInThePlan), true),
        (Fixtures.foreignKey(1, isEnabled: false), ["f1"], .foreignKey(id: "f1", flaw: .isDisabled), true),
        (
            Fixtures.key(1, id: "f1", pool: "eu-west-1_Other"), [],
            .foreignKey(id: "f1", flaw: .isNotInThePlan), true
        ),
    ]

    @Test(arguments: foreign)
    func `a key that something else made, or is another pool's, is never changed`(
        _ key: APIKey, _ inPlan: Set<String>, _ reason: LeftClient.Reason, isFault: Bool
    ) {
        let inventory = Fixtures.inventory([key], ["gold": inPlan, "silver": [key.id]])
        for isPruning in [false, true] {
            let plan = Fixtures.plan(Fixtures.assignment([Fixtures.client(1)]), inventory, isPruning: isPruning)
            #expect(plan.changes.isEmpty)
            #expect(plan.left.map(\.reason) == [reason])
            #expect(plan.faults.isEmpty != isFault)
            let none = Fixtures.plan(Fixtures.assignment([]), inventory, isPruning: isPruning)
            #expect(none.changes.isEmpty && none.idle.isEmpty)
        }
    }

    @Test
    func `clients are served before anything is taken away, and the order does not depend on that of the lists`() {
        let clients = [Fixtures.client(3, "b"), Fixtures.client(1, "b"), Fixtures.client(2, "a")]
        let keys = [Fixtures.key(8, name: "z"), Fixtures.key(9, name: "a")]
        let inventories = [keys, keys.reversed()].map { Fixtures.inventory($0, [:]) }
        for (clients, inventory) in zip([clients, clients.reversed()], inventories) {
            let plan = Fixtures.plan(Fixtures.assignment(clients), inventory)
            #expect(
                plan.changes.map(\.owner.name)
                    == [Fixtures.id(2), Fixtures.id(1), Fixtures.id(3), Fixtures.id(9), Fixtures.id(8)])
        }
    }
}

import AWSClient
import StrictJSON
import TestSupport
import Testing
import UsageKeys

/// Pools that change between runs, on a model of API Gateway that fails in every way it can, by programs that are
/// killed at any call: the end must be the same as if nothing had happened.
@Suite("A plan is carried out, whatever happens on the way")
struct KeyApplicationTests {
    /// One state of the pool, and how the run that follows it ends.
    struct Round: CustomStringConvertible {
        var clients: [Int: String]
        var isPruning = false
        var killAfter: Int?
        /// Whose key a person has put into a plan that no rule names, of a stage that rules do.
        var movedByHand: Int?

        var description: String {
            "(\(clients.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "))"
                + (isPruning ? " prune" : "") + (killAfter.map { " kill:\($0)" } ?? "")
                + (movedByHand.map { " moved:\($0)" } ?? "") + ")"
        }
    }

    struct Story: CustomStringConvertible {
        let seed: UInt64
        var oneTroubleIn: Int?
        var rounds: [Round]

        var description: String { "seed \(seed), trouble 1:\(oneTroubleIn ?? 0), \(rounds)" }
    }

    private static let stages = [
        "gold": "prod", "silver": "prod", "test": "test", "special": "prod",
    ]
    private static let rules = Fixtures.rules([("g*", "gold"), ("s*", "silver"), ("x*", nil)], otherwise: "test")
    /// Client 0 has a key that a person made, in the plan of a person's choice.
    private static let foreign: [(key: APIKey, plan: String?)] = [
        (Fixtures.foreignKey(0), "silver"), (Fixtures.key(77, id: "other", pool: "eu-west-1_Other"), "gold"),
    ]

    private static func story(_ random: inout SeededRandom) -> Story {
        let rounds = (0..<Int.random(in: 1...5, using: &random)).map { _ in
            let numbers = (0..<8).filter { _ in random.oneIn(2) }
            let names = numbers.map { _ in random.pick(["gold", "silver", "steady", "x", "other"]) }
            return Round(
                clients: Dictionary(uniqueKeysWithValues: zip(numbers, names)), isPruning: random.oneIn(4),
                killAfter: random.oneIn(3) ? nil : Int.random(in: 0..<24, using: &random),
                movedByHand: random.oneIn(2) ? nil : Int.random(in: 0..<8, using: &random))
        }
        return Story(
            seed: random.next(), oneTroubleIn: random.oneIn(2) ? nil : Int.random(in: 12...40, using: &random),
            rounds: rounds)
    }

    private static func smaller(_ story: Story) -> [Story] {
        var stories =
            story.oneTroubleIn.map { _ in [Story(seed: story.seed, oneTroubleIn: nil, rounds: story.rounds)] } ?? []
        stories += shrunken(story.rounds) { round in
            round.clients.keys.map { key in
                var smaller = round
                smaller.clients[key] = nil
                return smaller
            }
        }.map { Story(seed: story.seed, oneTroubleIn: story.oneTroubleIn, rounds: $0) }
        return stories
    }

    private static func plan(_ round: Round, _ model: KeyModel) -> KeyPlan {
        let clients = round.clients.map { Fixtures.client($0.key, $0.value) }
        return Fixtures.plan(
            Fixtures.assignment(clients, [Fixtures.entry()], rules), model.inventory(named: rules.plans),
            isPruning: round.isPruning)
    }

    /// One run of the program. Returns whether it says that all was done.
    @discardableResult
    private static func run(
        _ round: Round, on model: inout KeyModel, killAfter: Int?, _ oneTroubleIn: Int?
    ) -> Bool {
        var isComplete = true
        model.callsUntilKill = killAfter
        model.oneTroubleIn = oneTroubleIn
        var application = KeyApplication(store: model, pool: Fixtures.pool)
        for change in plan(round, model).changes {
            do throws(KeyChangeError) {
                try application.apply(change)
            } catch {
                isComplete = false
                if error.concernsAll { break }
            }
        }
        model = application.store
        return isComplete
    }

    private static func wrongs(_ story: Story) -> [String] {
        var model = KeyModel(stageOfPlan: stages, seed: story.seed, foreign: foreign)
        var wrongs: [String] = []
        for round in story.rounds {
            if let moved = round.movedByHand { model.moveByHand(valued: Fixtures.id(moved), to: "special") }
            let isComplete = run(round, on: &model, killAfter: round.killAfter, story.oneTroubleIn)
            wrongs += model.faults() + (isComplete ? misplaced(round, model) : [])
        }
        // The last pool again and again, the last time without trouble.
        guard let last = story.rounds.last else { return wrongs }
        run(last, on: &model, killAfter: nil, story.oneTroubleIn)
        run(last, on: &model, killAfter: nil, nil)
        wrongs += model.faults() + misplaced(last, model)
        let before = model.changeCount
        if !plan(last, model).isInStep { wrongs.append("something is left to do: \(plan(last, model).changes)") }
        run(last, on: &model, killAfter: nil, nil)
        if model.changeCount != before { wrongs.append("the second run changes something") }
        return wrongs
    }

    /// What the state should be, said without the planner.
    private static func misplaced(_ round: Round, _ model: KeyModel) -> [String] {
        var wrongs: [String] = []
        for (number, name) in round.clients where number != 0 && !name.hasPrefix("x") {
            let plan = name.hasPrefix("g") ? "gold" : name.hasPrefix("s") ? "silver" : "test"
            let key = model.keys.values.first { $0.value == Fixtures.id(number) }
            guard let key, key.isEnabled, key.name == name else {
                wrongs.append("client \(number) has no key as it should be")
                continue
            }
            // What a person put the key into beside its plan, for another stage, is nothing of ours.
            let plans = model.plans.filter { $0.value.contains(key.id) && ($0.key != "special" || plan != "test") }
                .map(\.key)
            if plans != [plan] { wrongs.append("the key of client \(number) is in \(plans), not in \(plan)") }
        }
        for key in model.keys.values where KeyMark(of: key)?.pool == Fixtures.pool && key.isEnabled {
            let number = (0..<8).first { Fixtures.id($0) == key.value }
            if number.flatMap({ round.clients[$0] }) == nil { wrongs.append("\(key.name) is enabled, its client gone") }
        }
        return wrongs
    }

    @Test
    func `killed anywhere and run again, no key is lost, doubled or in a wrong plan, and no foreign key is touched`()
        throws
    {
        try check(seed: 0x4B_4559, count: 4_000, generate: Self.story, shrink: Self.smaller) { story in
            Self.wrongs(story).isEmpty
        }
    }

    @Test
    func `a disabled key that no list showed is not called made`() throws {
        var model = KeyModel(stageOfPlan: Self.stages, seed: 1)
        let round = Round(clients: [1: "gold"])
        let late = Self.plan(round, model)
        Self.run(round, on: &model, killAfter: nil, nil)
        Self.run(Round(clients: [:]), on: &model, killAfter: nil, nil)
        var application = KeyApplication(store: model, pool: Fixtures.pool)
        for change in late.changes {
            #expect(throws: KeyChangeError.isDisabled(id: "made1")) { try application.apply(change) }
        }
        #expect(!late.changes.isEmpty)
    }

    @Test
    func `a key that another program makes at the same moment is found and not called a failure`() throws {
        var model = KeyModel(stageOfPlan: Self.stages, seed: 1)
        let round = Round(clients: [1: "gold"])
        let late = Self.plan(round, model)
        Self.run(round, on: &model, killAfter: nil, nil)
        var application = KeyApplication(store: model, pool: Fixtures.pool)
        for change in late.changes { try application.apply(change) }
        #expect(application.store.changeCount == model.changeCount)
        #expect(Self.misplaced(round, application.store).isEmpty)
    }

    @Test
    func `a foreign key that appears between plan and application is told, not taken`() throws {
        let late = Self.plan(Round(clients: [1: "gold"]), KeyModel(stageOfPlan: Self.stages, seed: 1))
        let model = KeyModel(stageOfPlan: Self.stages, seed: 1, foreign: [(Fixtures.foreignKey(1), nil)])
        var application = KeyApplication(store: model, pool: Fixtures.pool)
        let change = try #require(late.changes.first)
        #expect(throws: KeyChangeError.foreignKey(id: "f1")) { try application.apply(change) }
        #expect(application.store.faults().isEmpty)
    }

    @Test
    func `a key that is in another plan of the stage is a failure, after the attempts that wait for others`() throws {
        var model = KeyModel(stageOfPlan: ["gold": "prod", "hidden": "prod"], seed: 1)
        var application = KeyApplication(store: model, pool: Fixtures.pool)
        let creation = try #require(Self.plan(Round(clients: [1: "gold"]), model).changes.first)
        let hidden = KeyChange(
            wanted: creation.wanted, key: nil, owner: creation.owner, steps: [.create, .attach(plan: "hidden")])
        try application.apply(hidden)
        model = application.store
        let plan = Fixtures.plan(
            Fixtures.assignment([Fixtures.client(1, "gold")]),
            KeyInventory(
                keys: Array(model.keys.values), attachments: ["gold": []], rivals: PlanRivals(named: [], among: [])))
        let change = try #require(plan.changes.first)
        #expect(throws: KeyChangeError.isInOtherPlans(["hidden"])) { try application.apply(change) }
        #expect(application.store.plans["hidden"]?.count == 1)
    }
}

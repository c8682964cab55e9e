import APIGateway
import Authorization
import Foundation
import StrictJSON
import Testing

@Suite("docs/policies.md")
struct PolicyDocumentationTests {
    /// A row of the table of tables: what stands in its cells.
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let routes: [(key: String, scope: String)]
        let scopes: Set<String>
        let outcome: String

        /// `nil` for lines that are no such row.
        init?(_ line: Substring) {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 5, cells[1].hasPrefix("`") else { return nil }
            testDescription = cells[0]
            routes = cells[1].components(separatedBy: "<br>").map { route in
                let parts = route.components(separatedBy: "` ")
                return (String(parts[0].dropFirst()), parts.last ?? "")
            }
            scopes = Set(cells[2].split(separator: " ").map { String($0) }).subtracting(["–"])
            outcome = cells[3]
        }
    }

    static let rows: [Row] = {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try? String(contentsOf: root.appending(path: "docs/policies.md"), encoding: .utf8)
        return (text ?? "").split(separator: "\n").compactMap { Row($0) }
    }()

    @Test
    func `there is a table of tables, of some that can be said and some that cannot`() {
        let refused = Self.rows.count { $0.outcome.hasPrefix("refused: ") }
        #expect(Self.rows.count >= 15)
        #expect(refused >= 5 && Self.rows.count - refused >= 10)
    }

    @Test(arguments: rows)
    func `a row says what the compiler says`(_ row: Row) throws {
        let table = try RouteTable(
            try row.routes.map { key, scope in
                let rule = scope == "–" ? RouteRule() : RouteRule(anyScope: [ExactString(scope)])
                return (try RouteKey(parsing: ExactString(key)), rule)
            })
        let outcome = try Self.outcome(of: table, Set(row.scopes.map { ExactString($0) }))
        #expect(outcome == row.outcome)
    }

    private static func outcome(of table: RouteTable, _ scopes: Set<ExactString>) throws -> String {
        let compiler: PolicyCompiler
        do { compiler = try PolicyCompiler(table) } catch { return "refused: \(error.description)" }
        let policy = compiler.policy(for: table.permittedRoutes(for: try caller(scopes: scopes)))
        let texts = policy.allow.map { "allow `\($0)`" } + policy.deny.map { "deny `\($0)`" }
        return texts.isEmpty ? "allow nothing" : texts.joined(separator: "<br>")
    }
}

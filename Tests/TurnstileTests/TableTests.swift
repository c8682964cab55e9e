import Testing

@testable import turnstile

@Suite("Tables")
struct TableTests {
    private static func table() -> Table {
        var table = Table([
            Table.Column(heading: "EVENT"), Table.Column(heading: "ROUTE", leastWidth: 6),
            Table.Column(heading: "µs", isNumber: true),
        ])
        table.rows = [
            Table.Row(mark: .passed, cells: ["a", "GET /orders/{id}", "7"]),
            Table.Row(mark: .failed, cells: ["longer", "–", "1234"], notes: ["route: expected x"]),
        ]
        return table
    }

    @Test
    func `columns are as wide as their widest cell, and numbers end below each other`() {
        #expect(
            Self.table().lines(width: nil, coloured: false) == [
                "   EVENT   ROUTE               µs",
                "✓  a       GET /orders/{id}     7",
                "✗  longer  –                 1234",
                "    route: expected x",
            ])
    }

    @Test
    func `on a narrow terminal a column is cut to what is left, and says so`() {
        let lines = Self.table().lines(width: 28, coloured: false)
        #expect(lines[1] == "✓  a       GET /order…     7")
        #expect(lines.allSatisfy { $0.count <= 28 })
    }

    @Test
    func `a column is not cut below its least width, nor one that has none`() {
        #expect(Self.table().lines(width: 1, coloured: false)[1] == "✓  a       GET /…     7")
    }

    @Test
    func `only the mark is coloured`() {
        #expect(
            Self.table().lines(width: nil, coloured: true)[1]
                == "\u{1B}[32m✓\u{1B}[0m  a       GET /orders/{id}     7")
    }

    @Test(arguments: ["\u{1B}[2J", "a\nb", "a\r", "\u{7}", "\u{9B}31m", "\u{202E}txt", "\u{2028}"])
    func `what came in from outside cannot steer the terminal`(_ text: String) {
        var table = Table([Table.Column(heading: "EVENT")])
        table.rows = [Table.Row(cells: [text], notes: [text])]
        let lines = table.lines(width: nil, coloured: false).joined()
        #expect(lines.unicodeScalars.contains("\u{FFFD}"))
        #expect(lines.printable == lines)
    }
}

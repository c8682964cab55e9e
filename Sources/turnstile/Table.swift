/// Rows of cells under a heading, aligned, each row behind a mark.
struct Table {
    struct Column {
        let heading: String
        var isNumber = false
        /// Down to how many characters the column may be cut where the terminal is narrow; `nil` for never.
        var leastWidth: Int?
    }

    struct Row {
        var mark = Mark.none
        let cells: [String]
        /// Lines that follow the row, not aligned.
        var notes: [String] = []
    }

    let columns: [Column]
    var rows: [Row] = []

    init(_ columns: [Column]) { self.columns = columns }

    private static let gap = "  "
    private static let noteIndent = "    "

    /// The lines, cut to the width of a terminal; `nil` for lines as long as they are.
    func lines(width: Int?, coloured: Bool) -> [String] {
        let widths = fittedWidths(width)
        var lines: [String] = []
        if columns.contains(where: { !$0.heading.isEmpty }) {
            lines.append(line(Mark.none, columns.map(\.heading), widths, coloured: false))
        }
        for row in rows {
            lines.append(line(row.mark, row.cells, widths, coloured: coloured))
            lines += row.notes.map { Self.noteIndent + $0.printable }
        }
        return lines
    }

    private func line(_ mark: Mark, _ cells: [String], _ widths: [Int], coloured: Bool) -> String {
        var parts: [String] = []
        for (index, column) in columns.enumerated() {
            let text = Self.cut(index < cells.count ? cells[index].printable : "", to: widths[index])
            let padding = String(repeating: " ", count: max(widths[index] - text.count, 0))
            parts.append(column.isNumber ? padding + text : text + padding)
        }
        let text = ([mark.text(coloured: coloured)] + parts).joined(separator: Self.gap)
        return String(text.reversed().drop { $0 == " " }.reversed())
    }

    /// The width of each column: as wide as its widest cell, or less, from the last column to the first, until the
    /// line fits or nothing more can be cut.
    private func fittedWidths(_ available: Int?) -> [Int] {
        var widths = columns.enumerated().map { index, column in
            rows.reduce(column.heading.count) { widest, row in
                max(widest, index < row.cells.count ? row.cells[index].printable.count : 0)
            }
        }
        guard let available else { return widths }
        var excess = widths.reduce(1, +) + Self.gap.count * widths.count - available
        for (index, column) in columns.enumerated().reversed() where excess > 0 {
            guard let leastWidth = column.leastWidth else { continue }
            let cut = min(excess, max(widths[index] - max(leastWidth, column.heading.count), 0))
            widths[index] -= cut
            excess -= cut
        }
        return widths
    }

    private static func cut(_ text: String, to width: Int) -> String {
        text.count <= width ? text : text.prefix(max(width - 1, 0)) + "…"
    }
}

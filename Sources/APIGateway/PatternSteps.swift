import Authorization
import StrictJSON

/// A ``PathPattern`` as the walk takes it, with numbers for literals.
///
/// A state is a word of bits: bit *i* is set where the first *i* tokens may have taken all segments so far.
struct PatternSteps {
    static let start: UInt64 = 1

    /// States that stay as they are over any segment, behind a star.
    private var staying: UInt64
    /// States that any segment leads on from, before a star.
    private var open: UInt64 = 0
    /// The other states that a segment leads on from, each with that segment.
    private var literals: [(symbol: Int, states: UInt64)] = []
    private let end: UInt64
    /// Whether the end, once reached, is never left.
    private let staysAtEnd: Bool

    init(_ pattern: PathPattern, symbol: (ExactString) -> Int) {
        staying = pattern.startsWithStar ? 1 : 0
        end = 1 << UInt64(pattern.tokens.count)
        staysAtEnd = pattern.endsWithStar
        for (index, token) in pattern.tokens.enumerated() {
            let state: UInt64 = 1 << UInt64(index)
            switch token {
            case .star:
                open |= state
                staying |= state << 1
            case .literal(let text):
                let symbol = symbol(text)
                if let known = literals.firstIndex(where: { $0.symbol == symbol }) {
                    literals[known].states |= state
                } else {
                    literals.append((symbol, state))
                }
            }
        }
    }

    func advance(_ state: UInt64, over symbol: Int) -> UInt64 {
        var leading = open
        for literal in literals where literal.symbol == symbol { leading |= literal.states }
        return state & staying | (state & leading) << 1
    }

    func accepts(_ state: UInt64) -> Bool { state & end != 0 }

    /// Whether this path and every longer one is taken.
    func acceptsAll(from state: UInt64) -> Bool { staysAtEnd && accepts(state) }

    /// Whether the next segment may be any.
    func isOpen(at state: UInt64) -> Bool { state & (staying | open) != 0 }

    /// Adds the literals that the next segment is compared with.
    func addLiterals(at state: UInt64, to symbols: inout [Int]) {
        for literal in literals where state & literal.states != 0 { symbols.append(literal.symbol) }
    }
}

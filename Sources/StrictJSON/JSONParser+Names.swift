/// Member names, which no object holds twice; an escaped spelling is the same name (RFC 8259 §4, §8.3).
extension JSONParser {
    /// Up to this many members a name is compared with those before it, which allocates nothing; above it the
    /// names are sorted first, so that an object of 50,000 members does not take 10^9 comparisons.
    private static var sortingThreshold: Int { 48 }

    /// For an object whose end has been read.
    ///
    /// - Throws: ``JSONError/duplicateMember(at:)`` for the first name that repeats one before it.
    func checkNamesAreUnique(inObjectAt object: Int) throws(JSONError) {
        let nodes = nodes.span
        let end = Int(nodes[object].next)
        var index = object + 1
        var count = 0
        var seen: UInt64 = 0
        while index < end {
            count += 1
            guard count <= Self.sortingThreshold, !nodes[index].isEscaped else {
                return try checkDecodedNamesAreUnique(from: object + 1, to: end)
            }
            let mark = mark(of: nodes[index])
            if seen & mark != 0 { try checkName(at: index, differsFromThoseFrom: object + 1) }
            seen |= mark
            index = Int(nodes[index + 1].next)
        }
    }

    /// One bit of 64: two names with different marks are different. The quotation marks around a name make the
    /// look at its first and last byte safe even where it is empty.
    private func mark(of name: Node) -> UInt64 {
        let (start, end) = (Int(name.start), Int(name.end))
        let ends = UInt64(bytes[start]) | UInt64(bytes[end - 1]) << 8
        let sample = ends | UInt64(bytes[(start + end) / 2]) << 16 | UInt64(end - start) << 24
        // Fibonacci hashing: the highest bits of a product with 2^64 divided by the golden ratio.
        return 1 << ((sample &* 0x9E37_79B9_7F4A_7C15) >> 58)
    }

    private func checkName(at index: Int, differsFromThoseFrom first: Int) throws(JSONError) {
        var other = first
        while other < index {
            guard !haveSameText(nodes[other], nodes[index]) else { throw duplicate(at: nodes[index].start) }
            other = Int(nodes[other + 1].next)
        }
    }

    private func haveSameText(_ left: Node, _ right: Node) -> Bool {
        bytes.extracting(left.range).isEqual(to: bytes.extracting(right.range))
    }

    private func checkDecodedNamesAreUnique(from first: Int, to end: Int) throws(JSONError) {
        var names: [(value: ExactString, start: Int32)] = []
        var index = first
        while index < end {
            let value = StringText.decode(nodes[index].range, in: bytes)
            names.append((ExactString(utf8: value[...]), nodes[index].start))
            index = Int(nodes[index + 1].next)
        }
        names.sort { $0.value == $1.value ? $0.start < $1.start : $0.value < $1.value }
        var duplicates: [Int32] = []
        for index in names.indices.dropFirst() where names[index].value == names[index - 1].value {
            duplicates.append(names[index].start)
        }
        guard let start = duplicates.min() else { return }
        throw duplicate(at: start)
    }

    private func duplicate(at start: Int32) -> JSONError { .duplicateMember(at: Int(start) - 1) }
}

import Authorization

/// What stands for verbs before the path of a resource.
extension VerbSet {
    /// The set in as few texts as are exact: a `?` for each letter names all verbs of one length, and no other verb
    /// of that length is routed.
    var patternTexts: [String] {
        var texts: [String] = []
        var rest = self
        for (both, text) in Self.pairs where rest.isSuperset(of: both) {
            texts.append(text)
            rest.subtract(both)
        }
        return texts + rest.verbs.map { $0.rawValue }
    }

    /// How many ``patternTexts`` there are, and the bytes of all of them. A larger set has no less of either.
    var patternLength: (count: Int, bytes: Int) {
        var length = (count: 0, bytes: 0)
        var rest = self
        for (both, text) in Self.pairs where rest.isSuperset(of: both) {
            length = (length.count + 1, length.bytes + text.utf8.count)
            rest.subtract(both)
        }
        for verb in Verb.allCases where rest.contains(VerbSet(verb)) {
            length = (length.count + 1, length.bytes + verb.rawValue.utf8.count)
        }
        return length
    }

    /// The verbs of one length, where there are two.
    private static var pairs: [(verbs: VerbSet, text: String)] {
        [(VerbSet([.get, .put].map { VerbSet($0) }), "???"), (VerbSet([.head, .post].map { VerbSet($0) }), "????")]
    }
}

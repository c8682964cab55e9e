import Authorization

/// What stands for verbs before the path of a resource.
extension VerbSet {
    /// The set in as few texts as are exact: a `?` for each letter names all verbs of one length, and no other verb
    /// of that length is routed.
    var patternTexts: [String] {
        var texts: [String] = []
        var rest = self
        for (pair, text) in [([Verb.get, .put], "???"), ([Verb.head, .post], "????")] {
            let both = VerbSet(pair.map { VerbSet($0) })
            guard rest.isSuperset(of: both) else { continue }
            texts.append(text)
            rest.subtract(both)
        }
        return texts + rest.verbs.map { $0.rawValue }
    }
}

/// Ways to make a list smaller: without its first half, without its second half, without each one element, and with
/// each one element made smaller.
package func shrunken<Element>(
    _ elements: [Element], element shrink: (Element) -> [Element] = { _ in [] }
) -> [[Element]] {
    guard !elements.isEmpty else { return [] }
    let half = elements.count / 2
    var candidates: [[Element]] = []
    if half > 0 { candidates += [Array(elements[half...]), Array(elements[..<half])] }
    for index in elements.indices {
        var shorter = elements
        shorter.remove(at: index)
        candidates.append(shorter)
    }
    for index in elements.indices {
        candidates += shrink(elements[index]).map { smaller in
            var changed = elements
            changed[index] = smaller
            return changed
        }
    }
    return candidates
}

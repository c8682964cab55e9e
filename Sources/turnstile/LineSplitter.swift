/// Cuts what arrives in pieces into lines. Bounded: of a line that is too long only the beginning is kept, one byte
/// more than allowed, so that whoever gets it can see that.
struct LineSplitter {
    private let limitInBytes: Int
    /// The beginning of a line whose end has not come yet.
    private var pending: [UInt8] = []
    private var hasPending = false

    private static let newline = UInt8(ascii: "\n")

    init(limitInBytes: Int) { self.limitInBytes = limitInBytes }

    /// - Parameters:
    ///   - bytes: What has arrived.
    ///   - take: Gets each line that is now complete, without its newline.
    mutating func append(_ bytes: [UInt8], _ take: (ArraySlice<UInt8>) -> Void) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: Self.newline) {
            if hasPending {
                keep(rest[..<end])
                take(pending[...])
                pending.removeAll(keepingCapacity: true)
                hasPending = false
            } else {
                take(rest[..<end].prefix(limitInBytes + 1))
            }
            rest = rest[(end + 1)...]
        }
        guard !rest.isEmpty else { return }
        hasPending = true
        keep(rest)
    }

    /// At the end of the input, the last line if no newline ended it.
    mutating func finish(_ take: (ArraySlice<UInt8>) -> Void) {
        guard hasPending else { return }
        take(pending[...])
        pending = []
        hasPending = false
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        pending += bytes.prefix(max(limitInBytes + 1 - pending.count, 0))
    }
}

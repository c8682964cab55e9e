import StrictJSON

/// Base64url without padding (RFC 7515 §2, RFC 4648 §5), each value having one text only.
package enum Base64URL {
    /// Refuses padding, white space and every character outside the alphabet (RFC 7515 §2), and unused bits that
    /// are not zero (RFC 4648 §3.5), so no two texts stand for the same bytes.
    ///
    /// - Returns: The bytes; none for an empty text; `nil` where the text breaks a rule.
    package static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        let text = text.span
        let values = alphabet.span
        var isValid = true
        let bytes = [UInt8](capacity: text.count / 4 * 3 + 2) { output in
            isValid = decode(text, by: values, into: &output)
        }
        return isValid ? bytes : nil
    }

    private static func decode(
        _ text: Span<UInt8>, by values: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) -> Bool {
        // Said here so that it need not be asked for each character.
        guard values.count == 256 else { return false }
        var rest = text
        /// Gathers the mark of every character outside the alphabet, so the loop needs no branch for it.
        var seen: UInt8 = 0
        while rest.count >= 4 {
            let first = values[Int(rest[0])]
            let second = values[Int(rest[1])]
            let third = values[Int(rest[2])]
            let fourth = values[Int(rest[3])]
            seen |= first | second | third | fourth
            output.append(first << 2 | second >> 4)
            output.append(second << 4 | third >> 2)
            output.append(third << 6 | fourth)
            rest = rest.extracting(droppingFirst: 4)
        }
        guard rest.count > 1 else { return seen < mark }
        let first = values[Int(rest[0])]
        let second = values[Int(rest[1])]
        seen |= first | second
        output.append(first << 2 | second >> 4)
        guard rest.count == 3 else { return seen < mark && second & 0b1111 == 0 }
        let third = values[Int(rest[2])]
        output.append(second << 4 | third >> 2)
        return (seen | third) < mark && third & 0b11 == 0
    }

    /// What the table holds for a byte outside the alphabet; the six bits of a value never reach it.
    private static let mark: UInt8 = 0x40

    private static let alphabet: [UInt8] = {
        var values = [UInt8](repeating: mark, count: 256)
        let characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        for (value, character) in characters.utf8.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}

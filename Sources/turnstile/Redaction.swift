/// Takes tokens out of text that others wrote, so that this tool never prints one.
enum Redaction {
    /// Every run that looks like a compact JWS or JWE is replaced: three segments or more of base64url, with the
    /// beginning of a JSON object among them.
    static func redact(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while !rest.isEmpty {
            let run = rest.prefix(while: isTokenCharacter)
            result += looksLikeToken(run) ? "[token]" : run
            rest = rest.dropFirst(run.count)
            let other = rest.prefix { !isTokenCharacter($0) }
            result += other
            rest = rest.dropFirst(other.count)
        }
        return result
    }

    private static func isTokenCharacter(_ character: Character) -> Bool {
        guard let byte = character.asciiValue else { return false }
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            return true
        default: return false
        }
    }

    /// `eyJ` is `{"` in base64url, as long as no white space stands between.
    private static func looksLikeToken(_ run: Substring) -> Bool {
        run.contains("eyJ") && run.split(separator: ".", omittingEmptySubsequences: false).count >= 3
    }
}

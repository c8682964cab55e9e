/// Vectors of Project Wycheproof that are judged otherwise here, by file and `tcId`, each with its reason. All of
/// them are called valid there and refused here; none is the other way round.
enum WycheproofExceptions {
    private static let symmetric = "the key is symmetric: HMAC is not implemented, so that no key can be taken for one"
    private static let misspelt =
        "the JWK says ES521, which is no algorithm; wrong_algorithm in json_web_key asks to refuse it"
    private static let otherAlgorithm =
        "the header says PS384 and the JWK PS256: RFC 7517 §4.4 binds the key to its alg"
    private static let strayCharacter =
        "a character outside the alphabet was inserted (RFC 7515 §2); and the key is symmetric"

    static let reasons: [String: [Int: String]] = [
        "json_web_signature_test.json": [
            1: symmetric, 348: symmetric, 352: symmetric, 357: symmetric, 358: symmetric, 359: symmetric,
            376: symmetric, 377: symmetric,
            346: otherAlgorithm, 350: otherAlgorithm,
            347: misspelt, 351: misspelt,
            372: strayCharacter, 373: strayCharacter,
        ],
        "json_web_key_test.json": [2: symmetric, 13: symmetric, 14: symmetric, 15: symmetric],
    ]
}

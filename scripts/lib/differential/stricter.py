"""What Turnstile refuses and a peer accepts, and why that is right."""

from differential.rules import Rule, stricter

# What a key that is not used comes to: it is not there, its name is of another purpose, or the set has no other.
UNUSED_KEY = frozenset({"unknown_key", "unsupported_algorithm", "keys_unavailable", "no_usable_key"})
NO_SET = frozenset({"keys_unavailable", "no_usable_key"})
MALFORMED = frozenset({"malformed_token"})
INVALID = frozenset({"invalid_claims"})


def both(*kinds: str) -> list[str]:
    """Mutations that are made of the header and of the payload."""
    return [f"{part} {kind}" for part in ("header", "payload") for kind in kinds]


def texts(*kinds: str) -> list[str]:
    return [f"key set {kind}" for kind in kinds]


STRICTER_KEYS: list[Rule] = [
    stricter(
        "alg of a JWK is a string", "RFC 7517 section 4.4", "null and what is no string is no algorithm", UNUSED_KEY,
        "alg of the JWK of a wrong type",
    ),
    stricter(
        "use", "RFC 7517 section 4.2", "a key is used for what it says: sig, a case-sensitive string, or nothing",
        UNUSED_KEY, "use enc", "use unknown", "use of a wrong type",
    ),
    stricter(
        "key_ops", "RFC 7517 section 4.3", "an array of strings, with verify, none of them twice, and as use has it",
        UNUSED_KEY, "key_ops without verify", "key_ops of a wrong type", "key_ops with verify twice",
        "use sig and key_ops for encryption", "neighbour of the same kid broken",
    ),
    stricter(
        "kid of a JWK is a string", "RFC 7517 section 4.5", "and of 1 to 256 bytes, which is our limit",
        UNUSED_KEY | MALFORMED, "kid of the JWK of a wrong type", "kid empty in both", "kid of 257 bytes in both",
    ),
    stricter(
        "coordinates of full length", "RFC 7518 sections 6.2.1.2 and 6.2.1.3",
        "octets of the field's size, zeros included", UNUSED_KEY, "coordinate with a leading zero",
        "coordinate without its leading zero",
    ),
    stricter(
        "coordinates below the field's prime", "SEC 1 section 2.3.6",
        "which RFC 7518 section 6.2.1.2 has its octets from", UNUSED_KEY, "coordinate not reduced",
    ),
    stricter(
        "numbers of as few octets as they need", "RFC 7518 section 2",
        "Base64urlUInt; of n, section 6.3.1.1 says so again", UNUSED_KEY, "exponent with a leading zero",
        "modulus with a leading zero",
    ),
    stricter(
        "numbers in canonical base64url", "RFC 7515 section 2, RFC 4648 section 3.5",
        "no padding, no other characters, no bits that encode nothing", UNUSED_KEY, "padding in a number",
        "character outside the alphabet in a number", "trailing bits in a number",
    ),
    stricter(
        "2,048 bits and more", "RFC 7518 section 3.3", "a shorter RSA key must not be used", UNUSED_KEY,
        "modulus of 1,024 bits",
    ),
    stricter(
        "8,192 bits and less", "our limit", "of the time that one verification takes", UNUSED_KEY,
        "modulus of more than 9,000 bits",
    ),
    stricter(
        "predictable primes", "CVE-2017-15361", "the modulus has the fingerprint of ROCA", UNUSED_KEY,
        "modulus of predictable primes",
    ),
    stricter(
        "exponents below 2^32", "our limit", "RFC 8017 section 3.1 sets 3 as the least", UNUSED_KEY,
        "exponent above 2^32",
    ),
    stricter(
        "points of small order", "RFC 8725 section 3.4", "an invalid input: everybody can sign under it", UNUSED_KEY,
        "Edwards key of small order",
    ),
    stricter(
        "points encoded canonically", "RFC 8032 section 5.1.3", "y is below the field's prime, or decoding fails",
        UNUSED_KEY, "Edwards key not canonical",
    ),
    stricter(
        "a kid names one key", "RFC 7517 section 4.5",
        "distinct keys have distinct kids; which is meant is not guessed", UNUSED_KEY, "kid twice, other material",
        "kid twice, other material of the same kind", "kid three times, two of them alike",
    ),
    stricter(
        "members are unique", "RFC 7517 sections 4 and 5", "a set that names one twice is refused", NO_SET,
        "member twice, the same", "member twice, another",
        *texts("with keys twice", "with keys twice, the first empty"),
    ),
    stricter(
        "a key set is JSON in UTF-8", "RFC 8259 sections 6, 8.1 and 8.2",
        "no byte order mark, no NaN, no lone surrogate", NO_SET,
        *texts("with a byte order mark", "in UTF-16", "not UTF-8", "with a lone surrogate", "with NaN"),
    ),
    stricter(
        "limits of a key set", "RFC 8259 section 9", "of depth, of a number's length, of size, of the count of keys",
        NO_SET, "more than 256 keys", *texts("with a long number", "deep", "of more than 256 KiB"),
    ),
]  # fmt: skip

STRICTER_TOKENS = [
    stricter(
        "without a kid, the one key that fits", "RFC 7515 appendix D",
        "where several fit, none is tried after another", "unknown_key", "kid absent", "kid's name in another case",
    ),
    stricter(
        "typ and cty are strings", "RFC 7515 sections 4.1.9 and 4.1.10", "media types", MALFORMED,
        "typ of a wrong type", "cty of a wrong type",
    ),
    stricter(
        "nested tokens", "RFC 7519 section 5.2", "cty says that another token is inside; it is not opened", MALFORMED,
        "cty JWT",
    ),
    stricter(
        "critical extensions", "RFC 7515 section 4.1.11", "none is understood; an empty list is not allowed",
        MALFORMED, "crit", "crit empty", "crit of a wrong type", "crit of a member that is not there",
    ),
    stricter(
        "unencoded payloads", "RFC 7797 section 3", "the extension is not implemented, whatever its value", MALFORMED,
        "b64 false", "b64 true", "b64 true and crit",
    ),
    stricter(
        "members of encrypted tokens", "RFC 7516 sections 4.1.2 and 4.1.3", "a signed token has none", MALFORMED,
        "zip", "enc",
    ),
    stricter(
        "header members are unique", "RFC 7515 section 4", "a token that names one twice is refused", MALFORMED,
        "header with alg twice", "header with kid twice", "header with a member twice",
        "header with a member twice, the same", "header with a member twice, one with escapes",
        "header with a member twice, deep",
    ),
    stricter(
        "claim names are unique", "RFC 7519 section 4", "a token that names one twice is refused", MALFORMED,
        "exp twice", "exp twice, the same", "iss twice", "aud twice", "sub twice", "payload with a member twice",
        "payload with a member twice, the same", "payload with a member twice, one with escapes",
        "payload with a member twice, deep",
    ),
    stricter(
        "JSON in UTF-8", "RFC 8259 sections 8.1 and 8.2", "no byte order mark, no surrogate", MALFORMED,
        *both("with a byte order mark", "in UTF-16", "not UTF-8", "with an overlong letter"),
        *both("with a surrogate in UTF-8", "with a lone surrogate"),
    ),
    stricter(
        "numbers of JSON", "RFC 8259 section 6", "NaN and Infinity are none", MALFORMED,
        *both("with NaN", "with Infinity"),
    ),
    stricter(
        "limits of JSON", "RFC 8259 section 9", "of depth and of a number's length", MALFORMED,
        *both("deep", "very deep", "with a long number"),
    ),
    stricter(
        "limit of a token", "our limit", "8,192 bytes: API Gateway takes headers of 10,240 in all", MALFORMED,
        "payload large", *both("very deep"),
    ),
    stricter(
        "canonical base64url", "RFC 7515 section 2, RFC 4648 section 3.5",
        "no padding, no other characters, no bits that encode nothing: a token has one spelling", MALFORMED,
        "padding", "character outside the alphabet", "trailing bits of the signature", "character changed",
        "signed padding", "signed character outside the alphabet", "signed trailing bits",
        "signed alphabet of base64", "signed letter behind", "a newline behind",
    ),
]  # fmt: skip

STRICTER_CLAIMS = [
    stricter(
        "iss is a string", "RFC 7519 section 4.1.1", "joserfc looks for it in an array, too", "unknown_issuer",
        "iss in a wrong type",
    ),
    stricter(
        "dates are numbers", "RFC 7519 sections 2, 4.1.4, 4.1.5 and 4.1.6", "not strings, not null, nor without end",
        INVALID, "exp no date", "nbf no date", "iat no date",
    ),
    stricter(
        "dates from 1970 to 9999", "our limit", "RFC 7519 section 2 counts from 1970; no sum of such dates overflows",
        INVALID, "exp after 9999", "exp of 9999 and a half", "exp negative", "nbf negative", "iat negative",
    ),
    stricter(
        "aud is of strings", "RFC 7519 section 4.1.3",
        "a string or an array of strings, each of them; not an empty one", INVALID, "aud of a wrong type",
        "aud of mixed types", "aud empty array", "aud that nobody looks at, of a wrong type",
    ),
    stricter(
        "sub, jti, client_id, azp, token_use are strings",
        "RFC 7519 sections 4.1.2 and 4.1.7, RFC 8693 section 4.3, OpenID Connect Core section 2",
        "a claim of another type is not believed", INVALID, "a string claim of a wrong type",
    ),
    stricter(
        "tokens bound to a key", "RFC 7800 section 3.1", "possession of the key is not checked, so they are refused",
        INVALID, "cnf",
    ),
    stricter(
        "the policy's clients", "docs/checks.md 12", "a peer looks at no claim for it, or at client_id alone",
        "wrong_client", "client_id is another", "client_id is another, azp right", "azp is another",
        "client_id empty", "client_id and azp absent", "client_id in another case",
    ),
    stricter(
        "the policy's token_use", "docs/checks.md 13", "PyJWT has no such check", "wrong_token_use",
        "token_use is another",
    ),
    stricter(
        "the policy's type", "RFC 8725 section 3.11", "docs/checks.md 14; a peer has no such check", "wrong_type",
        "typ is not the policy's", "typ of anything",
    ),
    stricter(
        "the policy's lifetime", "docs/checks.md 15", "a peer has no such check", "lifetime_too_long",
        "lifetime too long", "lifetime unknown", "exp late",
    ),
    stricter(
        "the policy's required claims", "docs/checks.md 16", "nothing is converted; PyJWT has no such check",
        "required_claim_missing", "required claim missing", "required claim of another type",
    ),
]  # fmt: skip

STRICTER: list[Rule] = [*STRICTER_KEYS, *STRICTER_TOKENS, *STRICTER_CLAIMS]

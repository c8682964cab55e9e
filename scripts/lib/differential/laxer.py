"""What Turnstile accepts and a peer refuses, and why that is right."""

from differential.rules import Rule, laxer

LAXER: list[Rule] = [
    laxer(
        "unknown header members are ignored", "RFC 7515 section 4",
        "as must be what is not understood and not in crit", "joserfc", "header member unknown",
        "header with many members", "kid's name in another case",
    ),
    laxer(
        "places of keys in the header are ignored", "RFC 7515 section 4",
        "jku, jwk, x5u and x5c need not be understood; RFC 8725 section 3.10 warns of them", "joserfc",
        "jku, x5u, x5c, jwk of a wrong type",
    ),
    laxer(
        "long headers", "RFC 7515 section 4", "sets no limit; joserfc's is 512 bytes, ours 8,192 for the whole",
        "joserfc", "header long", "header with many members",
    ),
    laxer(
        "certificates in a JWK are ignored", "RFC 7517 sections 4 and 4.6 to 4.9",
        "x5u, x5c and x5t are optional, and nothing is read of them", "joserfc", "x5c of nothing", "x5t of anything",
        "x5u of anything",
    ),
    laxer(
        "unknown operations", "RFC 7517 section 4.3", "other values may be used, beside verify", "joserfc",
        "key_ops with an unknown one",
    ),
    laxer(
        "azp in place of client_id", "OpenID Connect Core section 2",
        "the party to which the token was issued; joserfc is asked for client_id", "joserfc",
        "azp in place of client_id",
    ),
    *[
        each
        for peer in ("joserfc", "PyJWT")
        for each in (
            laxer(
                "private members are not read", "RFC 7518 sections 6.2.2 and 6.3.2, RFC 8037 section 2",
                "a signature is verified under the public ones", peer, "private part of nothing", "private part",
            ),
            laxer(
                "unusable keys take no part", "RFC 7517 section 5",
                "of several of one kid the one that is understood counts; a peer takes the first", peer,
                "neighbour of the same kid broken",
            ),
        )
    ],
    laxer(
        "one key for two algorithms", "RFC 7517 section 4.5",
        "the same material under one kid is one key; PyJWT takes the first", "PyJWT", "key twice, for two algorithms",
    ),
]  # fmt: skip

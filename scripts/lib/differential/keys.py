"""Keys spoilt: the JWK of the one who signs."""

import random
from collections.abc import Callable

from sample_tokens import base64url

from differential.case import Draft, Raw, mutation
from differential.forged import (
    IDENTITY,
    UNREDUCED_IDENTITY,
    exponent,
    of_small_order,
    other_modulus,
    secret,
    without_leading_zero,
)
from differential.pool import LARGE_EXPONENTS, SMALL_EXPONENTS, USUAL_EXPONENT, decoded, number
from differential.spoiling import JUNK, Change, flipped, trailing_bits

PRIMES_OF_FIELDS = {
    "P-256": 2**256 - 2**224 + 2**192 + 2**96 - 1,
    "P-384": 2**384 - 2**128 - 2**96 + 2**32 - 1,
    "P-521": 2**521 - 1,
}
key_mutation = mutation("key")


def member(name: str, *values: object) -> Change:
    """Sets a member of the signer's JWK to one of the values."""
    return lambda draft, dice: draft.key.update({name: dice.choice(values)})


def junk(name: str, *allowed: object) -> Change:
    return member(name, *[value for value in JUNK if value not in allowed])


def number_names(draft: Draft) -> list[str]:
    return {"RSA": ["n", "e"], "EC": ["x", "y"], "OKP": ["x"]}[draft.signer.kind]


def missing(draft: Draft, dice: random.Random) -> None:
    draft.key.pop(dice.choice(["kty", *number_names(draft), *(["crv"] if draft.signer.kind != "RSA" else [])]), None)


def number_text(change: Callable[[str, random.Random], str]) -> Change:
    """Spoils the text of one of the key's numbers."""

    def mutate(draft: Draft, dice: random.Random) -> None:
        name = dice.choice(number_names(draft))
        draft.key[name] = change(str(draft.signer.members[name]), dice)

    return mutate


def number_bytes(change: Callable[[bytes, random.Random], bytes], *names: str) -> Change:
    """Spoils the bytes of one of the key's numbers."""

    def mutate(draft: Draft, dice: random.Random) -> None:
        name = dice.choice(names or number_names(draft))
        draft.key[name] = base64url(change(decoded(draft.signer.members[name]), dice))

    return mutate


def outside(text: str, dice: random.Random) -> str:
    place = dice.randrange(len(text) + 1)
    return text[:place] + dice.choice(["+", "/", " ", "\n", "=", "%", "é", "\u0000"]) + text[place:]


def other_algorithm(fits: bool) -> Change:
    """Gives the JWK another algorithm than the token's, which its material fits or not."""

    def mutate(draft: Draft, dice: random.Random) -> None:
        known = ["RS256", "PS256", "RS512", "PS384", "ES256", "ES384", "ES512", "EdDSA"]
        suitable = [name for name in known if (name in draft.signer.algorithms) == fits and name != draft.algorithm]
        draft.key["alg"] = dice.choice(suitable or ["ES256K"])

    return mutate


def other_curve(draft: Draft, dice: random.Random) -> None:
    curves = ["P-256", "P-384", "P-521", "secp256k1", "Ed25519", "Ed448", "X25519", "p-256", "P-256K", "", None, 256]
    draft.key["crv"] = dice.choice([curve for curve in curves if curve != draft.signer.members["crv"]])


def unreduced(draft: Draft, dice: random.Random) -> None:
    """A coordinate plus the field's prime, where as many bytes can hold it; else of all ones."""
    name = dice.choice(["x", "y"])
    value, length = decoded(draft.signer.members[name]), len(decoded(draft.signer.members[name]))
    larger = int.from_bytes(value, "big") + PRIMES_OF_FIELDS[draft.signer.members["crv"]]
    draft.key[name] = number(larger, length) if larger < 1 << 8 * length else base64url(b"\xff" * length)


def escaped_names(draft: Draft, _: random.Random) -> None:
    """Names and values written with escapes are the same strings (RFC 8259 section 8.3)."""
    spelled = {"kty": '"k\\u0074y"', "kid": '"\\u006bid"', "use": '"us\\u0065"', "alg": '"\\u0061lg"'}
    members = {Raw(spelled[name]) if name in spelled else name: value for name, value in draft.key.items()}
    draft.key.clear()
    draft.key.update(members)


def duplicate(of: Callable[[object], object]) -> Change:
    def mutate(draft: Draft, dice: random.Random) -> None:
        name = dice.choice([name for name in draft.key if isinstance(name, str)])
        draft.key[Raw(f'"\\u{ord(name[0]):04x}{name[1:]}"')] = of(draft.key[name])

    return mutate


KEYS = [
    key_mutation("alg of the JWK fits, and is another", other_algorithm(True), refused=True),
    key_mutation("alg of the JWK does not fit", other_algorithm(False), refused=True),
    key_mutation(
        "alg of the JWK unknown",
        member("alg", "ES521", "rs256", "none", "HS256", "RSA-OAEP", "eddsa", "Ed25519"),
        refused=True,
    ),
    key_mutation("alg of the JWK of a wrong type", junk("alg"), refused=True),
    key_mutation("use enc", member("use", "enc"), refused=True),
    key_mutation("use unknown", member("use", "SIG", "sign", "verify", "sig ", ""), refused=True),
    key_mutation("use of a wrong type", junk("use", ""), refused=True),
    key_mutation("key_ops without verify", member("key_ops", ["sign"], ["encrypt"], ["VERIFY"], []), refused=True),
    key_mutation(
        "key_ops of a wrong type",
        member("key_ops", "verify", {"verify": 1}, ["verify", 1], [["verify"]], None, 1),
        refused=True,
    ),
    key_mutation("key_ops more than verify", member("key_ops", ["sign", "verify"])),
    key_mutation("key_ops with verify twice", member("key_ops", ["verify", "verify"]), refused=True),
    key_mutation("key_ops with an unknown one", member("key_ops", ["verify", "notarize"])),
    key_mutation(
        "use sig and key_ops for encryption",
        lambda draft, _: draft.key.update(use="sig", key_ops=["verify", "encrypt"]),
        refused=True,
    ),
    key_mutation("private part", lambda draft, _: draft.key.update(draft.signer.private_members)),
    key_mutation("private part of nothing", junk("d", None)),
    key_mutation("secret in place of the key", secret, refused=True),
    key_mutation("kty unknown", member("kty", "AKP", "rsa", "ec", "okp", "RSA ", "", None, 1, ["RSA"]), refused=True),
    key_mutation(
        "kty of another family",
        lambda draft, dice: draft.key.update(
            kty=dice.choice([kty for kty in ("RSA", "EC", "OKP", "oct") if kty != draft.signer.kind])
        ),
        refused=True,
    ),
    key_mutation("member missing", missing, refused=True),
    key_mutation(
        "number of a wrong type",
        lambda draft, dice: draft.key.update(
            {dice.choice(number_names(draft)): dice.choice([None, 5, True, [], {}, ""])}
        ),
        refused=True,
    ),
    key_mutation("crv another", other_curve, kind="EC", refused=True),
    key_mutation("crv another, OKP", other_curve, kind="OKP", refused=True, weight=0.7),
    key_mutation("coordinate with a leading zero", number_bytes(lambda data, _: b"\0" + data), kind="EC", refused=True),
    key_mutation(
        "coordinate with a trailing zero", number_bytes(lambda data, _: data + b"\0"), kind="EC", refused=True
    ),
    key_mutation("coordinate shorter", number_bytes(lambda data, _: data[:-1]), kind="EC", refused=True),
    key_mutation("coordinate without its leading zero", without_leading_zero, kind="EC", refused=True),
    key_mutation("coordinate not reduced", unreduced, kind="EC", refused=True),
    key_mutation("point off the curve", number_bytes(flipped), kind="EC", refused=True),
    key_mutation(
        "point of zeros",
        lambda draft, _: draft.key.update(
            dict.fromkeys("xy", base64url(bytes(len(decoded(draft.signer.members["x"])))))
        ),
        kind="EC",
        refused=True,
    ),
    key_mutation("Edwards key longer", number_bytes(lambda data, _: data + b"\0"), kind="OKP", refused=True),
    key_mutation("Edwards key shorter", number_bytes(lambda data, _: data[:-1]), kind="OKP", refused=True),
    key_mutation("Edwards key changed", number_bytes(flipped), kind="OKP", refused=True),
    key_mutation("Edwards key of small order", of_small_order(IDENTITY), kind="OKP", refused=True),
    key_mutation("Edwards key not canonical", of_small_order(UNREDUCED_IDENTITY), kind="OKP", refused=True),
    key_mutation("exponent 3 or 17", exponent(*SMALL_EXPONENTS), kind="RSA", weight=0.5),
    key_mutation("exponent 1", exponent(1), kind="RSA", refused=True, weight=0.5),
    key_mutation("exponent 0 or even", exponent(0, 2, 4, USUAL_EXPONENT - 1), kind="RSA", refused=True, weight=0.5),
    key_mutation("exponent above 2^32", exponent(*LARGE_EXPONENTS), kind="RSA", refused=True, weight=0.5),
    key_mutation(
        "exponent with a leading zero", number_bytes(lambda data, _: b"\0" + data, "e"), kind="RSA", refused=True
    ),
    key_mutation(
        "modulus with a leading zero", number_bytes(lambda data, _: b"\0" + data, "n"), kind="RSA", refused=True
    ),
    key_mutation("modulus changed", number_bytes(flipped, "n"), kind="RSA", refused=True, weight=0.5),
    key_mutation("modulus of 1,024 bits", other_modulus("small"), kind="RSA", refused=True, weight=0.5),
    key_mutation("modulus of more than 9,000 bits", other_modulus("many"), kind="RSA", refused=True, weight=0.05),
    key_mutation("modulus of predictable primes", other_modulus("predictable"), kind="RSA", refused=True, weight=0.5),
    key_mutation("padding in a number", number_text(lambda text, _: text + "=" * (-len(text) % 4 or 1)), refused=True),
    key_mutation("character outside the alphabet in a number", number_text(outside), refused=True),
    key_mutation("trailing bits in a number", number_text(trailing_bits), refused=True),
    key_mutation("kid of the JWK absent", lambda draft, _: draft.key.pop("kid", None)),
    key_mutation("kid of the JWK of a wrong type", junk("kid", "", "?"), refused=True),
    key_mutation(
        "kid of the JWK another",
        lambda draft, dice: draft.key.update(
            kid=dice.choice(
                [draft.signer.kid.upper(), draft.signer.kid + " ", draft.signer.kid[:-1], "é", "e\u0301", "k" * 257]
            )
        ),
        refused=True,
    ),
    key_mutation(
        "kid empty in both", lambda draft, _: (draft.key.update(kid=""), draft.header.update(kid="")), refused=True
    ),
    key_mutation(
        "kid of 257 bytes in both",
        lambda draft, _: (draft.key.update(kid="k" * 257), draft.header.update(kid="k" * 257)),
        refused=True,
    ),
    key_mutation(
        "kid of 256 bytes in both",
        lambda draft, _: (draft.key.update(kid="k" * 256), draft.header.update(kid="k" * 256)),
    ),
    key_mutation(
        "kid with any characters in both",
        lambda draft, dice: (
            draft.key.update(
                kid=(kid := dice.choice(["../../etc/passwd", "' OR 1=1 --", "a\u0000b", "http://x/", "日本", "😀"]))
            ),
            draft.header.update(kid=kid),
        ),
    ),
    key_mutation(
        "kid in another normal form",
        lambda draft, _: (draft.key.update(kid="k\u00e9"), draft.header.update(kid="ke\u0301")),
        refused=True,
    ),
    key_mutation("x5c of nothing", member("x5c", [], ["MIIB"], ["?"], "MIIB", 5, None)),
    key_mutation("x5u of anything", member("x5u", "https://keys.example/", "file:///etc/passwd", 5, None)),
    key_mutation("x5t of anything", member("x5t#S256", "?", 5, None)),
    key_mutation(
        "member unknown",
        lambda draft, dice: draft.key.update({dice.choice(["KTY", "ext", "iss", "é"]): dice.choice(JUNK)}),
    ),
    key_mutation("JWK names with escapes", escaped_names),
    key_mutation("member twice, the same", duplicate(lambda value: value), refused=True),
    key_mutation("member twice, another", duplicate(lambda _: "other"), refused=True),
]

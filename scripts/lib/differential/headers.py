"""Header members spoilt, under a signature that is right for them."""

import hashlib
import hmac
import random

from differential.case import Draft, Raw, json_text, mutation
from differential.spoiling import LATE, Change


def member(name: str, *values: object) -> Change:
    return lambda draft, dice: draft.header.update({name: dice.choice(values)})


def other_algorithm(draft: Draft, dice: random.Random) -> None:
    names = ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA", "RS384", "PS512"]
    draft.header["alg"] = dice.choice([name for name in names if name != draft.algorithm])


def algorithm_not_allowed(draft: Draft, _: random.Random) -> None:
    draft.policy.algorithms = ["PS384" if draft.algorithm != "PS384" else "RS384"]


def symmetric(draft: Draft, dice: random.Random) -> None:
    """HS256 with what is public for a secret (RFC 8725 section 2.1)."""
    secret = dice.choice([json_text(draft.key), str(draft.key.get("x") or draft.key.get("n")), ""]).encode(
        errors="replace"
    )
    draft.header["alg"] = "HS256"
    draft.sign = lambda _, text: hmac.digest(secret, text, hashlib.sha256)


def embedded_key(draft: Draft, dice: random.Random) -> None:
    """The key of somebody else in the header, with a signature that is right under it (RFC 8725 section 3.10)."""
    other = draft.neighbour(dice, same_kind=True)
    draft.algorithm = draft.header["alg"] = other.algorithms[0]
    draft.policy.algorithms = sorted({draft.algorithm, *draft.policy.algorithms})
    draft.header["jwk"] = other.members
    draft.sign = other.sign


def renamed(name: str, spelled: str) -> Change:
    def mutate(draft: Draft, _: random.Random) -> None:
        if name in draft.header:
            draft.header[Raw(spelled)] = draft.header.pop(name)

    return mutate


def other_case(name: str) -> Change:
    return renamed(name, f'"{name.upper()}"')


def wanted_type(*values: object) -> Change:
    """The policy wants a type, and the token has another."""

    def mutate(draft: Draft, dice: random.Random) -> None:
        draft.policy.type = "at+jwt"
        draft.header.pop("typ", None)
        value = dice.choice(values)
        if value is not None:
            draft.header["typ"] = value

    return mutate


header = mutation("header")
HEADERS = [
    header("another algorithm", other_algorithm, refused=True),
    header("algorithm that the issuer has not", algorithm_not_allowed, refused=True),
    header(
        "algorithm none",
        lambda draft, dice: (
            draft.header.update(alg=dice.choice(["none", "None", "NONE", "nOnE", ""])),
            setattr(draft, "sign", lambda *_: b""),
        ),
        refused=True,
    ),
    header("algorithm HS256", symmetric, refused=True),
    header(
        "algorithm of another spelling",
        lambda draft, dice: draft.header.update(
            alg=dice.choice([draft.algorithm.lower(), draft.algorithm + " ", draft.algorithm + "\0"])
        ),
        refused=True,
    ),
    header("algorithm absent", lambda draft, _: draft.header.pop("alg"), refused=True),
    header("algorithm of a wrong type", member("alg", None, 256, [], ["ES256"], {}, True), refused=True),
    header("algorithm's name in another case", other_case("alg"), refused=True),
    header(
        "algorithm with escapes",
        lambda draft, _: draft.header.update(alg=Raw(f'"\\u{ord(draft.algorithm[0]):04x}{draft.algorithm[1:]}"')),
    ),
    header("member names with escapes", renamed("alg", '"\\u0061\\u006Cg"')),
    header("kid absent", lambda draft, _: draft.header.pop("kid", None), weight=2),
    header("kid unknown", member("kid", "nobody", "é", "../keys"), refused=True),
    header("kid of a neighbour", lambda draft, dice: draft.header.update(kid=draft.neighbour(dice).kid), refused=True),
    header(
        "kid of another spelling",
        lambda draft, dice: draft.header.update(
            kid=dice.choice([draft.signer.kid.upper(), draft.signer.kid + "\0", " " + draft.signer.kid])
        ),
        refused=True,
    ),
    header(
        "kid with escapes",
        lambda draft, _: draft.header.update(
            kid=Raw('"' + "".join(f"\\u{ord(letter):04X}" for letter in draft.signer.kid) + '"')
        ),
    ),
    header("kid of a wrong type", member("kid", 1, None, [], {}, True, 1.5), refused=True),
    header("kid empty", member("kid", ""), refused=True),
    header("kid long", member("kid", "k" * 257), refused=True),
    header("kid's name in another case", other_case("kid")),
    header("typ of a wrong type", member("typ", 1, None, [], {}, True), refused=True),
    header("typ of anything", member("typ", "", "JOSE", "é", "a/b/c")),
    header(
        "typ is not the policy's",
        wanted_type(None, "JWT", "at+jwt ", "application/x/at+jwt", "text/at+jwt"),
        refused=True,
    ),
    header("typ is the policy's", wanted_type("AT+JWT", "Application/at+JWT", "at+jwt")),
    header("cty JWT", member("cty", "JWT", "jwt", "application/jwt"), refused=True),
    header("cty of a wrong type", member("cty", 1, None, []), refused=True),
    header("cty of anything", member("cty", "json", "")),
    header("crit", lambda draft, _: draft.header.update(crit=["exp"], exp=LATE), refused=True),
    header("crit empty", member("crit", []), refused=True),
    header("crit of a wrong type", member("crit", None, "exp", 1, {}, [1], [None]), refused=True),
    header("crit of a member that is not there", member("crit", ["exp"], ["alg", "alg"]), refused=True),
    header("b64 false", lambda draft, _: draft.header.update(b64=False, crit=["b64"]), refused=True),
    header("b64 true", member("b64", True), refused=True),
    header("b64 true and crit", lambda draft, _: draft.header.update(b64=True, crit=["b64"]), refused=True),
    header("zip", member("zip", "DEF", None), refused=True),
    header("enc", member("enc", "A256GCM", None), refused=True),
    header("key of somebody else embedded", embedded_key, refused=True),
    header("jku, x5u", lambda draft, dice: draft.header.update({dice.choice(["jku", "x5u"]): "https://keys.example/"})),
    header(
        "jku, x5u, x5c, jwk of a wrong type",
        lambda draft, dice: draft.header.update(
            {dice.choice(["jku", "x5u", "x5c", "jwk"]): dice.choice([1, "?", None])}
        ),
    ),
    header("header member unknown", member("hello", ["world"], None, "x" * 100)),
    header("header long", member("x5t", "x" * 600)),
]

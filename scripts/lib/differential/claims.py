"""Claims spoilt. Times keep an hour's distance, and a hundred seconds where the leeway is the matter."""

import random
from collections.abc import Callable

from differential.case import AUDIENCE, HOUR, Draft, Raw, mutation
from differential.spoiling import JUNK, LATE, Change

LAST = 253_402_300_799  # 9999-12-31T23:59:59Z
STRINGS = ("iss", "sub", "jti", "client_id", "azp", "token_use")
NOT_STRINGS = [value for value in JUNK if not isinstance(value, str)]
# What is no NumericDate (RFC 7519 section 2), and what is one that no clock here shows.
NOT_DATES = [
    str(LATE),
    "2099-12-31T23:59:59Z",
    "",
    True,
    None,
    [],
    {},
    [LATE],
    Raw("1e400"),
    Raw("-1e400"),
    Raw("9" * 60),
    2**63,
    2**64 + LATE,
]


claim = mutation("claims")


def value(name: str, *values: object) -> Change:
    return lambda draft, dice: draft.claims.update({name: dice.choice(values)})


def at(name: str, *offsets: float) -> Change:
    """An instant, in seconds from now."""
    return lambda draft, dice: draft.claims.update({name: draft.now + dice.choice(offsets)})


def from_leeway(name: str, sign: int, beyond: int) -> Change:
    """An instant that is so many seconds beyond what a leeway of 300 s forgives, or within it where negative."""

    def mutate(draft: Draft, _: random.Random) -> None:
        draft.policy.leeway = 300
        draft.claims[name] = draft.now + sign * (300 + beyond)

    return mutate


def spelled(name: str, of: Callable[[int], str]) -> Change:
    """Another spelling of the number that the claim has, or would have."""
    return lambda draft, _: draft.claims.update({name: Raw(of(draft.claims.get(name, draft.now - HOUR)))})


def absent(name: str) -> Change:
    return lambda draft, _: draft.claims.pop(name, None)


def issuer(*of: Callable[[str], object]) -> Change:
    return lambda draft, dice: draft.claims.update(iss=dice.choice(of)(draft.policy.issuer))


def escaped(text: str) -> Raw:
    return Raw('"' + "".join(f"\\u{ord(letter):04x}" for letter in text) + '"')


def audience(*values: object, wanted: bool = True) -> Change:
    def mutate(draft: Draft, dice: random.Random) -> None:
        draft.policy.audiences = [AUDIENCE] if wanted else "any"
        draft.claims["aud"] = dice.choice(values)

    return mutate


def no_audience(draft: Draft, _: random.Random) -> None:
    draft.policy.audiences = [AUDIENCE]
    draft.claims.pop("aud", None)


def client(**claims: object) -> Change:
    """The policy wants a client, and the token has just these claims of one."""

    def mutate(draft: Draft, _: random.Random) -> None:
        draft.policy.clients = ["client-1"]
        for name in ("client_id", "azp"):
            draft.claims.pop(name, None)
        draft.claims.update(claims)

    return mutate


def use(*values: object) -> Change:
    def mutate(draft: Draft, dice: random.Random) -> None:
        draft.policy.token_use = "access"
        draft.claims.pop("token_use", None)
        found = dice.choice(values)
        if found is not None:
            draft.claims["token_use"] = found

    return mutate


def lifetime(draft: Draft, dice: random.Random) -> None:
    draft.policy.max_lifetime = HOUR
    draft.claims |= {"iat": draft.now - HOUR, "exp": draft.now + dice.choice([1, 100]) * HOUR}


def no_lifetime(draft: Draft, _: random.Random) -> None:
    draft.policy.max_lifetime = HOUR
    draft.claims.pop("iat", None)


def required(wanted: dict, *found: object) -> Change:
    def mutate(draft: Draft, dice: random.Random) -> None:
        draft.policy.required = wanted
        draft.claims.pop("tenant", None)
        found_value = dice.choice(found)
        if found_value is not None:
            draft.claims["tenant"] = found_value

    return mutate


def twice(name: str, other: Callable[[Draft], object]) -> Change:
    """A claim and, under the same name with an escape, another one before it."""

    def mutate(draft: Draft, _: random.Random) -> None:
        first = draft.claims.get(name, other(draft))
        draft.claims = {Raw(f'"\\u{ord(name[0]):04x}{name[1:]}"'): other(draft), **draft.claims, name: first}

    return mutate


def renamed(name: str, other: str) -> Change:
    return lambda draft, _: draft.claims.update({Raw(other): draft.claims.pop(name)} if name in draft.claims else {})


DATES = [
    claim("exp in the past", at("exp", -HOUR, -24 * HOUR, -HOUR - 0.5), refused=True),
    claim("exp of 1970", value("exp", 0, 1, 59, Raw("1e3"), Raw("-0")), refused=True),
    claim("exp within the leeway", from_leeway("exp", -1, -150)),
    claim("exp beyond the leeway", from_leeway("exp", -1, 100), refused=True),
    claim("exp absent", absent("exp"), refused=True),
    claim("exp negative", value("exp", -1, -LATE, Raw("-1e-9")), refused=True),
    claim("exp no date", value("exp", *NOT_DATES), refused=True, weight=2),
    claim("exp late", value("exp", LATE, LAST, Raw("4102444799.0"), Raw("4.1e9"))),
    claim("exp after 9999", value("exp", LAST + 1, 2**53, 2**62), refused=True),
    claim("exp of 9999 and a half", value("exp", Raw(f"{LAST}.5")), refused=True),
    claim("exp a fraction", at("exp", HOUR + 0.5, HOUR + 0.999)),
    claim("exp of many digits", spelled("exp", lambda number: f"{number}.{'0' * 30}1")),
    claim("exp with an exponent", spelled("exp", lambda number: f"{number * 1_000}E-3")),
    claim("nbf in the future", at("nbf", HOUR, 24 * HOUR, HOUR + 0.5), refused=True),
    claim("nbf within the leeway", from_leeway("nbf", 1, -150)),
    claim("nbf beyond the leeway", from_leeway("nbf", 1, 100), refused=True),
    claim("nbf negative", value("nbf", -1, Raw("-1e-9")), refused=True),
    claim("nbf no date", value("nbf", *NOT_DATES), refused=True),
    claim("nbf a fraction", at("nbf", -HOUR - 0.5)),
    claim("iat in the future", at("iat", HOUR, 24 * HOUR), refused=True),
    claim("iat within the leeway", from_leeway("iat", 1, -150)),
    claim("iat beyond the leeway", from_leeway("iat", 1, 100), refused=True),
    claim("iat negative", value("iat", -1, Raw("-0.5")), refused=True),
    claim("iat no date", value("iat", *NOT_DATES), refused=True),
    claim("iat a fraction", at("iat", -HOUR - 0.5)),
]

IDENTITIES = [
    claim(
        "iss of somebody else",
        issuer(
            lambda iss: iss[:-1],
            lambda iss: iss + "/",
            lambda iss: iss.upper(),
            lambda iss: f" {iss}",
            lambda iss: iss + "\0",
            lambda iss: iss + "x",
            lambda iss: iss.replace("https://", "https://a@"),
            lambda iss: iss.replace("https", "http"),
            lambda iss: iss[1:],
            lambda iss: "",
            lambda iss: iss.replace("issuer", "\uff49ssuer"),
        ),
        refused=True,
        weight=2,
    ),
    claim(
        "iss in a wrong type",
        issuer(lambda iss: [iss], lambda iss: {iss: 1}, lambda iss: None, lambda iss: 1),
        refused=True,
    ),
    claim("iss absent", absent("iss"), refused=True),
    claim("iss with escapes", issuer(escaped, lambda iss: Raw('"' + iss.replace("/", "\\/") + '"'))),
    claim(
        "a string claim of a wrong type",
        lambda draft, dice: draft.claims.update({dice.choice(STRINGS[1:]): dice.choice(NOT_STRINGS)}),
        refused=True,
        weight=2,
    ),
    claim("a string claim empty", lambda draft, dice: draft.claims.update({dice.choice(["sub", "jti"]): ""})),
    claim("sub of anything", value("sub", "é", "e\u0301", "\u0000", "a" * 1_000, "*", "${aws:x}", "日本")),
    claim("sub absent", absent("sub")),
    claim(
        "aud is another",
        audience(
            "x",
            AUDIENCE.upper(),
            AUDIENCE + "/",
            AUDIENCE[:-1],
            f"{AUDIENCE} ",
            f"x {AUDIENCE}",
            f"{AUDIENCE},x",
            "",
            ["x"],
            ["", "x"],
            [AUDIENCE[:-1], "m"],
        ),
        refused=True,
        weight=2,
    ),
    claim("aud absent", no_audience, refused=True),
    claim("aud empty array", audience([]), refused=True),
    claim("aud of a wrong type", audience(None, 1, True, {}, {AUDIENCE: 1}, 0, False), refused=True),
    claim(
        "aud of mixed types",
        audience(
            [AUDIENCE, 1], [None, AUDIENCE], [AUDIENCE, [AUDIENCE]], [[AUDIENCE]], [AUDIENCE, {}], [AUDIENCE, True]
        ),
        refused=True,
    ),
    claim("aud one of many", audience(["x", AUDIENCE], [AUDIENCE, AUDIENCE], [AUDIENCE, ""])),
    claim("aud with escapes", audience(escaped(AUDIENCE), [escaped(AUDIENCE)])),
    claim("aud that nobody looks at", audience("x", ["x", "y"], "", wanted=False)),
    claim("aud that nobody looks at, of a wrong type", audience(None, 1, [], [1], {}, wanted=False), refused=True),
    claim("client_id is another", client(client_id="client-2"), refused=True),
    claim("client_id is another, azp right", client(client_id="client-2", azp="client-1"), refused=True),
    claim("client_id right, azp another", client(client_id="client-1", azp="client-2")),
    claim("azp in place of client_id", client(azp="client-1")),
    claim("azp is another", client(azp="client-2"), refused=True),
    claim("client_id empty", client(client_id="", azp="client-1"), refused=True),
    claim("client_id and azp absent", client(), refused=True),
    claim("client_id in another case", client(client_id="CLIENT-1"), refused=True),
    claim("token_use is another", use("id", "ACCESS", "access ", "", None), refused=True),
    claim("token_use is right", use("access", escaped("access"))),
]

OTHERS = [
    claim("lifetime too long", lifetime, refused=True),
    claim("lifetime unknown", no_lifetime, refused=True),
    claim(
        "required claim missing",
        required({"tenant": ["blue"]}, None, "green", ["green"], ["BLUE"], {"blue": 1}, "blue ", 1),
        refused=True,
    ),
    claim(
        "required claim in an array",
        required({"tenant": ["blue"]}, ["red", "blue"], "blue", ["blue", 1], escaped("blue")),
    ),
    claim("required claim a number", required({"tenant": [1]}, 1, Raw("1.0"), Raw("1e0"), [1])),
    claim("required claim of another type", required({"tenant": [1]}, "1", True, ["1"], [True]), refused=True),
    claim(
        "scope of any form", value("scope", "", " ", "a  b", "a\tb", "a\nb", "é", ["a"], [], None, 1, {}, "a" * 1_000)
    ),
    claim("cnf", value("cnf", {"x5t#S256": "x"}, {"jkt": "x"}, {}, None, 1, "x"), refused=True),
    claim(
        "claim in another case", lambda draft, dice: draft.claims.update({dice.choice(["EXP", "Iss", "AUD", "Cnf"]): 1})
    ),
    claim("exp in another case only", renamed("exp", '"EXP"'), refused=True),
    claim("claim names with escapes", renamed("exp", '"\\u0065\\u0078\\u0070"')),
    claim("exp twice", twice("exp", lambda draft: draft.now - HOUR), refused=True),
    claim("exp twice, the same", twice("exp", lambda draft: draft.claims["exp"]), refused=True),
    claim("iss twice", twice("iss", lambda _: "https://other.example/"), refused=True),
    claim("aud twice", twice("aud", lambda _: "x"), refused=True),
    claim("sub twice", twice("sub", lambda _: "x"), refused=True),
    claim(
        "iss inside another claim",
        lambda draft, _: draft.claims.update(nested={"iss": draft.claims.pop("iss")}),
        refused=True,
    ),
    claim("nested deep", value("deep", Raw("[" * 30 + "]" * 30))),
    claim("__proto__", lambda draft, _: draft.claims.update({"__proto__": {"exp": 1}, "constructor": None})),
    claim("numbers of many forms", value("n", Raw("1e400"), Raw("-0"), Raw("0.1e-400"), Raw("1E+2"), Raw("9" * 64))),
    claim(
        "strings of many forms",
        value("s", "\u0000", "\ud83d\ude00", Raw('"\\ud83d\\ude00"'), Raw('"\\u0000\\/\\b"'), "\u2028"),
    ),
]

CLAIMS = [*DATES, *IDENTITIES, *OTHERS]

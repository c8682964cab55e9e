"""Tokens, good and bad, each with what is right to say of it."""

import dataclasses
import itertools
import random
import time
import uuid
from collections.abc import Callable, Iterator

from soak.rules import Caller
from soak.signing import (
    Key, base64url, compact, header_of, new_key, signed, with_signature,
)  # fmt: skip
from soak.world import (
    AUDIENCE, BANKS, BATCH, ENTRY, EVENTS, LEEWAY_SECONDS, MAPPED, MOST_LIFETIME_SECONDS, ORDERS, PARTNERS, READ,
    REPORTS, UNMAPPED, WEB, WRITE, Entry,
)  # fmt: skip

CLIENTS = {
    "machines": (ORDERS, BATCH), "staff": (WEB,), "partner": PARTNERS, "bank": BANKS, "fleet": (MAPPED, UNMAPPED),
}  # fmt: skip
SCOPES = (READ, WRITE, REPORTS, EVENTS, "openid", f"{READ}.all", READ[:-1], "orders.read")
GROUPS = ("operators", "auditors", "operators-2", "Operators")
LIFETIME_SECONDS = 3_600
MOST_TOKEN_BYTES = 8_192  # docs/checks.md, malformed_token
WORDS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_/.:"
NOISE = "".join(random.Random("noise").choices(WORDS, k=1 << 16))


@dataclasses.dataclass(frozen=True)
class Turn:
    """A second by the wall clock at which the judgement changes."""

    moment: int
    before: str | None
    after: str | None


@dataclasses.dataclass(frozen=True)
class Token:
    """`refusal` is why it is rejected once its key is there; where no key is needed to say so, `source` is None."""

    name: str
    text: str | None
    source: str | None = None
    kid: str | None = None
    refusal: str | None = None
    caller: Caller | None = None
    turn: Turn | None = None


def noise(dice: random.Random, least: int, most: int) -> str:
    start = dice.randrange(len(NOISE) - most)
    return NOISE[start : start + dice.randint(least, most)]


def good_claims(entry: Entry, dice: random.Random, now: int) -> dict:
    client = dice.choice(CLIENTS[entry.name])
    scopes = dice.sample(SCOPES, dice.randint(0, 5))
    claims: dict = {
        "iss": entry.issuer, "sub": client, "iat": now - 60, "exp": now + LIFETIME_SECONDS, "jti": uuid_of(dice),
        dice.choice(["client_id", "client_id", "azp"]): client,
        entry.scope_claim: scopes if entry.scope_claim == "scp" else " ".join(scopes),
    }  # fmt: skip
    if entry.token_use:
        claims["token_use"] = entry.token_use
    if entry.audiences:
        claims["aud"] = dice.choice([AUDIENCE, [AUDIENCE], ["urn:nobody", AUDIENCE]])
    if entry.name in ("staff", "bank", "machines"):
        claims[entry.groups_claim] = dice.sample(GROUPS, dice.randint(0, 2))
    if entry.name == "bank":
        claims |= {"tenant": dice.choice(["north", "south"]), "usage_key": f"{client}-0123456789-key-of-a-bank"}
    if entry.name == "staff":
        claims |= {"sub": uuid_of(dice), "username": "ada"}
    return claims | dice.choice([{}, {}, {"level": 3, "active": True}, {"display": 'Ada \\ "L"'}, {"display": "Łucja"}])


def uuid_of(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def type_of(entry: Entry, dice: random.Random) -> dict:
    if entry.type:
        return {"typ": dice.choice(["at+jwt", "application/at+jwt", "AT+JWT"])}
    return dice.choice([{}, {"typ": "JWT"}])


def good(entry: Entry, key: Key, dice: random.Random) -> Token:
    claims = good_claims(entry, dice, int(time.time()))
    if dice.random() < 0.3:
        claims["note"] = noise(dice, 10, 2_000)
    return good_with(claims, entry, key, dice)


def good_with(claims: dict, entry: Entry, key: Key, dice: random.Random) -> Token:
    text = signed(key, header_of(key, **type_of(entry, dice)), claims)
    return Token("good", text, entry.source, key.kid, None, Caller(entry, claims))


def claims_of_every_kind(entry: Entry, dice: random.Random) -> Iterator[dict]:
    """Every client with every choice of the scopes and groups that the route table knows."""
    now = int(time.time())
    choices = itertools.product(CLIENTS[entry.name], subsets((READ, WRITE, REPORTS, EVENTS)), subsets(GROUPS[:2]))
    for client, scopes, groups in choices:
        claims = good_claims(entry, dice, now) | {"client_id": client, entry.groups_claim: groups}
        yield claims | {entry.scope_claim: scopes if entry.scope_claim == "scp" else " ".join(scopes)}


def subsets(of: tuple[str, ...]) -> list[list[str]]:
    return [list(chosen) for size in range(len(of) + 1) for chosen in itertools.combinations(of, size)]


# Tokens with a good signature and claims that are not


Change = Callable[[dict, int], object]


def bad_claims(entry: Entry) -> Iterator[tuple[str, Change, str]]:
    """What is changed, how, and why the token is then rejected."""
    yield "no exp", lambda claims, _: claims.pop("exp"), "invalid_claims"
    yield "exp a string", lambda claims, now: claims.update(exp=str(now + 60)), "invalid_claims"
    yield "exp beyond all dates", lambda claims, _: claims.update(exp=2**63 - 1), "invalid_claims"
    yield "cnf", lambda claims, _: claims.update(cnf={"x5t#S256": "A" * 43}), "invalid_claims"
    yield "sub a number", lambda claims, _: claims.update(sub=1), "invalid_claims"
    yield "aud empty", lambda claims, _: claims.update(aud=[]), "invalid_claims"
    yield "expired", lambda claims, now: claims.update(iat=now - 7_000, exp=now - entry.leeway), "token_expired"
    yield "not yet valid", lambda claims, now: claims.update(nbf=now + 1_800), "token_not_yet_valid"
    yield "issued in time to come", lambda claims, now: claims.update(iat=now + 900), "token_not_yet_valid"
    if entry.audiences:
        yield "wrong audience", lambda claims, _: claims.update(aud=f"{AUDIENCE}/"), "wrong_audience"
        yield "no audience", lambda claims, _: claims.pop("aud"), "wrong_audience"
    if entry.clients:
        yield "wrong client", lambda claims, _: claims.update(client_id="1nobody234client45example67"), "wrong_client"
    if entry.token_use:
        yield "wrong token_use", lambda claims, _: claims.update(token_use="id"), "wrong_token_use"
        yield "no token_use", lambda claims, _: claims.pop("token_use"), "wrong_token_use"
    if entry.most_lifetime:
        long = MOST_LIFETIME_SECONDS + 1
        yield "too long a life", lambda claims, now: claims.update(iat=now, exp=now + long), "lifetime_too_long"
        yield "no iat", lambda claims, _: claims.pop("iat"), "lifetime_too_long"
    if entry.required:
        yield "another tenant", lambda claims, _: claims.update(tenant="North"), "required_claim_missing"
        yield "no tenant", lambda claims, _: claims.pop("tenant"), "required_claim_missing"


def spoilt(entry: Entry, key: Key, dice: random.Random) -> Iterator[Token]:
    now = int(time.time())
    for name, change, refusal in bad_claims(entry):
        claims = good_claims(entry, dice, now)
        change(claims, now)
        text = signed(key, header_of(key, **type_of(entry, dice)), claims)
        yield Token(name, text, entry.source, key.kid, refusal)
    if entry.type:
        for name, typ in (("wrong typ", {"typ": "JWT"}), ("no typ", {})):
            text = signed(key, header_of(key, **typ), good_claims(entry, dice, now))
            yield Token(name, text, entry.source, key.kid, "wrong_type")


def unusable_keys(key_of: Callable[[str], Key], dice: random.Random) -> Iterator[Token]:
    """Callers who are known and whose usage key cannot be had."""
    now = int(time.time())
    for entry_name, change in (
        ("bank", {"usage_key": "too-short"}), ("bank", {"usage_key": "a bank's own 0123456789 key"}),
        ("bank", {"usage_key": 1_234_567_890}), ("bank", {"usage_key": None}), ("fleet", {"client_id": UNMAPPED}),
        ("partner", {"client_id": None}),
    ):  # fmt: skip
        entry = ENTRY[entry_name]
        key = key_of(entry.source)
        claims = good_claims(entry, dice, now) | change
        claims = {name: value for name, value in claims.items() if value is not None}
        if change == {"client_id": None}:
            claims.pop("azp", None)
        claims[entry.scope_claim] = [READ, WRITE, EVENTS] if entry.scope_claim == "scp" else f"{READ} {WRITE} {EVENTS}"
        text = signed(key, header_of(key, **type_of(entry, dice)), claims)
        yield Token("usage key unusable", text, entry.source, key.kid, None, Caller(entry, claims))


def turning(entry: Entry, key: Key, dice: random.Random) -> Iterator[Token]:
    """Tokens that expire, or become valid, while the run goes on."""
    now = int(time.time())
    for seconds in (1, 2, 4):
        claims = good_claims(entry, dice, now)
        claims["exp"] = now + seconds
        turn = Turn(now + seconds + entry.leeway, None, "token_expired")
        yield Token(
            "expires meanwhile",
            signed(key, header_of(key, **type_of(entry, dice)), claims),
            entry.source,
            key.kid,
            None,
            Caller(entry, claims),
            turn,
        )
        claims = good_claims(entry, dice, now) | {"nbf": now + seconds + LEEWAY_SECONDS}
        turn = Turn(now + seconds + LEEWAY_SECONDS - entry.leeway, "token_not_yet_valid", None)
        yield Token(
            "valid after a while",
            signed(key, header_of(key, **type_of(entry, dice)), claims),
            entry.source,
            key.kid,
            None,
            Caller(entry, claims),
            turn,
        )


# Tokens whose signature is not the key's


def forged(entry: Entry, key: Key, others: list[Key], dice: random.Random) -> Iterator[Token]:
    claims = good_claims(entry, dice, int(time.time()))
    header = header_of(key, **type_of(entry, dice))
    text = signed(key, header, claims)
    head, payload, signature = text.split(".")
    right = key.signature(f"{head}.{payload}".encode())
    more = claims | {entry.scope_claim: [READ, WRITE] if entry.scope_claim == "scp" else f"{READ} {WRITE}", "jti": "1"}
    flipped = bytearray(right)
    flipped[dice.randrange(len(right))] ^= 1 << dice.randrange(8)
    made = {
        "claims changed": f"{head}.{base64url(compact(more))}.{signature}",
        "signature changed": with_signature(text, bytes(flipped)),
        "signature cut": with_signature(text, right[:-1]),
        "signature longer": with_signature(text, right + b"\0"),
        "signature of zeros": with_signature(text, bytes(len(right))),
    }
    same = [other for other in others if other.algorithm == key.algorithm and other.private is not key.private]
    for number, other in enumerate(same[:3]):  # another issuer's under the same kid, or one of another time
        made[f"signature of another key, {number}"] = with_signature(
            text, other.signature(f"{head}.{payload}".encode())
        )
    stranger = new_key("EdDSA", key.kid) if key.algorithm == "EdDSA" else None
    if stranger:
        made["key in the header"] = signed(stranger, header | {"jwk": stranger.jwk}, claims)
    for name, forgery in made.items():
        yield Token(name, forgery, entry.source, key.kid, "invalid_signature")


def of_no_key(entry: Entry, key: Key, dice: random.Random, count: int) -> Iterator[Token]:
    """`kid`s that nobody ever published, each another; and none at all, where several keys fit."""
    for _ in range(count):
        header = header_of(key, **type_of(entry, dice)) | {"kid": f"nobody-{dice.getrandbits(64):x}"}
        text = signed(key, header, good_claims(entry, dice, int(time.time())))
        yield Token("kid unknown", text, entry.source, str(header["kid"]))
    header = header_of(key, **type_of(entry, dice))
    del header["kid"]
    yield Token("no kid", signed(key, header, good_claims(entry, dice, int(time.time()))), entry.source, None)


def of_another_algorithm(entry: Entry, key: Key, other: str, dice: random.Random) -> Token:
    """The issuer uses the algorithm, and the key that `kid` names is for another."""
    header = header_of(key, **type_of(entry, dice)) | {"alg": other}
    text = signed(key, header, good_claims(entry, dice, int(time.time())))
    return Token("key for another algorithm", text, entry.source, key.kid, "unsupported_algorithm")

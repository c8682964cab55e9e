"""Tokens that need no key to be rejected: no JWS at all, of another algorithm, or of nobody's issuer."""

import json
import random
import time
from collections.abc import Iterator

from soak.signing import Key, base64url, compact, header_of, signed, symmetric
from soak.tokens import MOST_TOKEN_BYTES, Token, good_claims
from soak.world import Entry


def keyless(entry: Entry, key: Key, dice: random.Random) -> Iterator[Token]:
    claims = good_claims(entry, dice, int(time.time()))
    text = signed(key, header_of(key), claims)
    head, payload, signature = text.split(".")
    for name, algorithm in (("alg none", "none"), ("alg NONE", "nOnE"), ("alg of nobody", "RS1")):
        yield Token(
            name,
            f"{base64url(compact(header_of(key) | {'alg': algorithm}))}.{payload}.{signature}",
            refusal="unsupported_algorithm",
        )
    yield Token("alg HS256", symmetric(key, claims), refusal="unsupported_algorithm")
    unused = next(name for name in ("ES512", "PS512") if name not in entry.algorithms)
    foreign = f"{base64url(compact(header_of(key) | {'alg': unused}))}.{payload}.{signature}"
    yield Token("alg not the issuer's", foreign, refusal="unsupported_algorithm")
    for issuer in (f"{entry.issuer}x", entry.issuer[:-1], entry.issuer.upper(), "https://evil.example/"):
        yield Token("wrong issuer", signed(key, header_of(key), claims | {"iss": issuer}), refusal="unknown_issuer")
    without = {name: value for name, value in claims.items() if name != "iss"}
    yield Token("no issuer", signed(key, header_of(key), without), refusal="unknown_issuer")
    for name, broken in malformed(key, claims, head, payload, signature):
        yield Token(name, broken, refusal="malformed_token")


def malformed(key: Key, claims: dict, head: str, payload: str, signature: str) -> Iterator[tuple[str, str]]:
    yield "padding", f"{head}.{payload}.{signature}="
    yield "a plus sign", f"{head}.{payload[:-2]}+A.{signature}"
    yield "two segments", f"{head}.{payload}"
    yield "four segments", f"{head}.{payload}.{signature}.{signature}"
    yield "five segments", f"{head}.{payload}.{signature}.{payload}.{head}"
    yield "no signature", f"{head}.{payload}."
    yield "no payload", f"{head}..{signature}"
    yield "a word", "token"
    yield "too long", signed(key, header_of(key), claims | {"note": "n" * MOST_TOKEN_BYTES})
    for name, members in (
        ("crit", {"crit": ["exp"], "exp": 1}), ("b64", {"b64": False, "crit": ["b64"]}), ("zip", {"zip": "DEF"}),
        ("enc", {"enc": "A256GCM"}), ("nested", {"cty": "JWT"}), ("kid a number", {"kid": 7}),
        ("kid too long", {"kid": "k" * 257}), ("alg a number", {"alg": 256}), ("typ a number", {"typ": 1}),
    ):  # fmt: skip
        yield name, signed(key, header_of(key) | members, claims)
    text = json.dumps(claims, separators=(",", ":")).encode()
    yield "duplicate claim", signed(key, header_of(key), text[:-1] + b',"exp":4102444799}')
    yield "duplicate header", signed(key, compact(header_of(key))[:-1] + b',"kid":"x"}', claims)
    yield "claims an array", signed(key, header_of(key), b"[" + text + b"]")
    yield "claims not UTF-8", signed(key, header_of(key), text[:-1] + b',"x":"\xff"}')
    yield "claims too deep", signed(key, header_of(key), text[:-1] + b',"x":' + b"[" * 200 + b"]" * 200 + b"}")

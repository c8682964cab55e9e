"""What a key server, or a discovery document, may answer that is wrong, unsafe or secret."""

import base64
import dataclasses
import json
import secrets
import time
from collections.abc import Callable, Iterator

from execution.key_server import Answer, Cut
from leaks.search import Search
from leaks.settings import marker
from soak.signing import Key, new_key

JSON = {"Content-Type": "application/json"}


@dataclasses.dataclass(frozen=True)
class KeyAttack:
    rows: tuple[int, ...]
    name: str
    answer: Callable[[], Answer]


def private_jwk(key: Key) -> dict:
    """With the numbers that nobody may publish (RFC 7518 section 6.3.2)."""
    numbers = key.private.private_numbers()  # type: ignore[union-attr]

    def spelled(value: int) -> str:
        return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()

    return key.jwk | {"d": spelled(numbers.d), "p": spelled(numbers.p), "q": spelled(numbers.q)}


def key_attacks(good: list[dict], search: Search) -> Iterator[KeyAttack]:
    """Each is answered for every source. What of it is secret, or only the server's, is told to the search."""

    def hidden(name: str) -> str:
        search.add("key server", name, text := marker())
        return text

    def of(*keys: object, **members: object) -> Callable[[], Answer]:
        body = json.dumps({"keys": list(keys), **members}).encode()
        return lambda: (200, JSON, body)

    rsa = new_key("RS256", "rs256-0")
    private = private_jwk(rsa)
    for name in ("d", "p", "q"):
        search.add("key server", f"private {name}", private[name])
    symmetric = secrets.token_urlsafe(48)
    search.add("key server", "symmetric key", symmetric)
    n = rsa.jwk["n"]
    yield KeyAttack((12,), "private members", of(private, *good))
    yield KeyAttack((10,), "symmetric keys among them", of({"kty": "oct", "kid": "rs256-0", "k": symmetric}, *good))
    yield KeyAttack((9,), "one kid twice", of(*good, rsa.jwk))
    yield KeyAttack((4,), "an alg of nobody", of(*(key | {"alg": "ES521"} for key in good)))
    yield KeyAttack((11,), "broken among good", of({"kty": hidden("kty")}, 7, None, {"kid": hidden("kid")}, *good))
    yield KeyAttack((13,), "for encryption", of(*(key | {"use": "enc"} for key in good)))
    yield KeyAttack(
        (14,), "a small modulus", of({"kty": "RSA", "kid": "rs256-0", "alg": "RS256", "e": "AQAB", "n": n[:86]})
    )
    yield KeyAttack(
        (15,), "a huge modulus", of({"kty": "RSA", "kid": "rs256-0", "alg": "RS256", "e": "AQAB", "n": n * 8})
    )
    yield KeyAttack((16,), "exponent one", of({"kty": "RSA", "kid": "rs256-0", "alg": "RS256", "e": "AQ", "n": n}))
    point = {"kty": "EC", "kid": "es256-0", "alg": "ES256", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}
    yield KeyAttack((18,), "a point off the curve", of(point))
    yield from answers(good, hidden)


def answers(good: list[dict], hidden: Callable[[str], str]) -> Iterator[KeyAttack]:
    """Wrong below the JSON: statuses, types, bodies, and what stands in headers."""
    page = f"<html><title>{hidden('html title')}</title>{hidden('html body')}</html>".encode()
    body = json.dumps({"keys": good, "note": hidden("note in a set")}).encode()
    headers = JSON | {
        "Set-Cookie": hidden("cookie").encode("ascii", "replace").decode(),
        "ETag": f'"{secrets.token_hex(20)}"',
    }
    location = f"https://evil.example/{secrets.token_hex(16)}"
    for status in (200, 204, 304, 401, 404, 500, 503):
        yield KeyAttack(
            (76,), f"status {status} with a page", lambda status=status: (status, {"Content-Type": "text/html"}, page)
        )
    yield KeyAttack((74,), "a redirect", lambda: (302, {"Location": location}, page))
    yield KeyAttack((75,), "huge", lambda: (200, JSON, body + b" " * 400_000))
    yield KeyAttack((75,), "compressed, it says", lambda: (200, JSON | {"Content-Encoding": "gzip"}, body))
    yield KeyAttack((76,), "with headers of its own", lambda: (200, headers, body))
    yield KeyAttack(
        (76, 77), "another document", lambda: (200, JSON, json.dumps({"issuer": hidden("issuer")}).encode())
    )
    yield KeyAttack(
        (33, 34), "no UTF-8, and duplicate members", lambda: (200, JSON, b'{"keys":[],"keys":"\xff' + page + b'"}')
    )

    def cut() -> Answer:
        raise Cut(body[: len(body) // 2], len(body))

    def slow() -> Answer:
        time.sleep(0.4)
        return 200, JSON, body

    yield KeyAttack((75, 87), "cut", cut)
    yield KeyAttack((75, 87), "slow", slow)

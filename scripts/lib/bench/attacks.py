"""What no honest authorizer lets through: each program must refuse it, or its times are worth nothing."""

from collections.abc import Iterator

from bench import world
from bench.events import DENIED, REFUSED, SHAPES, Event, Maker
from bench.world import Route
from sample_tokens import LONG_GONE
from soak import signing

READ_ROUTE = next(route for route in world.ROUTES if route.scope == world.READ)
WRITE_ROUTE = next(route for route in world.ROUTES if route.scope == world.WRITE)
UNKNOWN_ROUTE = Route("DELETE", "/orders", world.WRITE)
FAR = 4_000_000_000  # 2096

BAD_CLAIMS: dict[str, dict] = {
    "expired": {"exp": LONG_GONE},
    "not yet valid": {"nbf": FAR},
    "another issuer": {"iss": world.ISSUER + "x"},
    "another audience": {"aud": "https://other.example.com"},
    "an ID token": {"token_use": "id"},
}


def attacks(maker: Maker) -> list[Event]:
    return [event for algorithm in world.ALGORITHMS for event in of_algorithm(maker, algorithm)]


def of_algorithm(maker: Maker, algorithm: str) -> Iterator[Event]:
    key, stranger = maker.keys.signing[algorithm], maker.keys.strangers[algorithm]
    header = signing.header_of(key)
    claims = maker.claims(world.WRITE)
    good = signing.signed(key, header, claims)
    for shape in SHAPES:
        for name, members in BAD_CLAIMS.items():
            token = signing.signed(key, header, claims | members)
            yield maker.asked(shape, token, WRITE_ROUTE, REFUSED, claims, f"{algorithm}: {name}")
        for name, token in forged(good, key, stranger, claims):
            yield maker.asked(shape, token, WRITE_ROUTE, REFUSED, claims, f"{algorithm}: {name}")
        for name, route in (("too small a scope", READ_ROUTE), ("no such route", UNKNOWN_ROUTE)):
            yield maker.asked(shape, good, route, DENIED, claims, f"{algorithm}: {name}")
        prefix = maker.claims(world.WRITE[: len(world.READ)])
        token = signing.signed(key, header, prefix)
        yield maker.asked(shape, token, WRITE_ROUTE, DENIED, prefix, f"{algorithm}: a prefix of a scope")


def forged(good: str, key: signing.Key, stranger: signing.Key, claims: dict) -> Iterator[tuple[str, str]]:
    header = signing.header_of(key)
    head, payload, signature = good.split(".")
    yield "a signature of another key", signing.signed(stranger, header, claims)
    other_payload = signing.base64url(signing.compact(claims | {"jti": "another"}))
    yield "other claims under an old signature", f"{head}.{other_payload}.{signature}"
    yield "a kid of nobody", signing.signed(key, header | {"kid": "nobody"}, claims)
    other = next(name for name in world.ALGORITHMS if name != key.algorithm)
    yield "another alg than the key's", signing.signed(key, header | {"alg": other}, claims)
    none = signing.base64url(signing.compact(header | {"alg": "none"}))
    yield "alg none", f"{none}.{payload}."
    yield "no JWT", "nonsense"

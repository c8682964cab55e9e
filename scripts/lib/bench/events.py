"""Tokens and the events around them. Claims, requests and their order come from a seed; keys are new in every run."""

import dataclasses
import pathlib
import random
import string
import struct
import uuid
from collections.abc import Iterable, Sequence

import sample_requests as ask
from bench import world
from bench.world import Route, World
from sample_tokens import END_OF_2099, ISSUED
from soak import signing

TOKEN, REQUEST, HTTP_2 = "REST TOKEN", "REST REQUEST", "HTTP 2.0"
SHAPES = (REQUEST, TOKEN, HTTP_2)
BYTES = {REQUEST: 4_500, TOKEN: 0, HTTP_2: 2_800}  # 0: as long as its token makes it, 1 KB
REFUSED, DENIED, ALLOWED = "refused", "denied", "allowed"

ID_CHARACTERS = string.digits + string.ascii_lowercase  # of Cognito's clients
ID_LENGTH = 26


@dataclasses.dataclass(frozen=True)
class Event:
    body: bytes
    shape: str
    arn: str
    outcome: str
    client: str = ""
    subject: str = ""
    scope: str = ""
    name: str = "good"


class Keys:
    """Those that tokens are signed with, those that are only published, and one of each kind that is not."""

    def __init__(self, published: int = 4) -> None:
        self.signing = {name: signing.new_key(name, f"bench-{name.lower()}") for name in world.ALGORITHMS}
        self.strangers = {name: signing.new_key(name, f"bench-{name.lower()}") for name in world.ALGORITHMS}
        kept = list(self.signing.values())[: max(1, published)]
        others = [signing.new_key(world.RS256, f"bench-other-{number}") for number in range(published - len(kept))]
        self.published = [*others, *kept]

    @property
    def text(self) -> bytes:
        return signing.compact({"keys": [key.jwk for key in self.published]})

    def write(self, path: pathlib.Path) -> pathlib.Path:
        path.write_bytes(self.text)
        return path


class Maker:
    def __init__(self, keys: Keys, seed: int, around: World | None = None) -> None:
        self.keys, self.world = keys, around or World()
        self.dice = random.Random(seed)

    def claims(self, scope: str, **other: object) -> dict:
        """A machine's access token, as Cognito makes it, with the audience and `nbf` of RFC 9068."""
        client = "".join(self.dice.choices(ID_CHARACTERS, k=ID_LENGTH))
        jti = str(uuid.UUID(int=self.dice.getrandbits(128)))
        claims = {
            "sub": client, "token_use": "access", "scope": scope, "auth_time": ISSUED, "iss": world.ISSUER,
            "exp": END_OF_2099, "iat": ISSUED, "nbf": ISSUED, "version": 2, "jti": jti, "client_id": client,
            "aud": world.AUDIENCE,
        }  # fmt: skip
        groups = {"cognito:groups": [f"group-{self.world.groups - 1}"]} if self.world.groups else {}
        return claims | groups | other

    def event(self, shape: str, algorithm: str, length: int | None = None, scopes: Sequence[str] = ()) -> Event:
        """One that is allowed. `scopes` stand before those that the routes ask for."""
        route = self.dice.choice(world.ROUTES)
        scope = self.dice.choice([route.scope, f"{world.READ} {world.WRITE}"])
        claims = self.claims(" ".join([*scopes, scope]))
        key = self.keys.signing[algorithm]
        token = signing.signed(key, signing.header_of(key), claims)
        return self.asked(shape, token, route, ALLOWED, claims, length=length)

    def asked(
        self, shape: str, token: str, route: Route, outcome: str, claims: dict, name: str = "good",
        length: int | None = None,
    ) -> Event:
        event, arn = self.request(shape, token, route)
        pad(event, shape, BYTES[shape] if length is None else length)
        return Event(
            signing.compact(event), shape, arn, outcome, claims["client_id"], claims["sub"], claims["scope"], name
        )

    def request(self, shape: str, token: str, route: Route) -> tuple[dict, str]:
        if shape == TOKEN:
            event = ask.rest_token(token, route.verb, route.path)
        elif shape == REQUEST:
            event = ask.rest_request(token, route.verb, route.path, route.path)
        else:
            event = ask.http_2(token, route.verb, route.path)
        return event, event.get("methodArn") or event["routeArn"]

    def events(self, count: int, shape: str, algorithm: str, length: int | None = None) -> list[Event]:
        return [self.event(shape, algorithm, length) for _ in range(count)]


def pad(event: dict, shape: str, length: int) -> None:
    """A cookie brings the event to about this many bytes. A REST API names every header twice."""
    missing = length - len(signing.compact(event))
    if shape == TOKEN or missing <= 0:
        return
    if shape == HTTP_2:
        event["headers"]["cookie"] = "c=" + "x" * missing
        return
    value = "c=" + "x" * (missing // 2)
    event["headers"]["Cookie"] = value
    event["multiValueHeaders"]["Cookie"] = [value]


def write_pack(path: pathlib.Path, items: Iterable[bytes]) -> pathlib.Path:
    path.write_bytes(b"".join(struct.pack("<I", len(item)) + item for item in items))
    return path


def read_pack(path: pathlib.Path) -> list[bytes]:
    data, items, at = path.read_bytes(), [], 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        items.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return items


def write_events(path: pathlib.Path, events: Sequence[Event]) -> pathlib.Path:
    return write_pack(path, [event.body for event in events])

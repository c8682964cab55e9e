"""What a case is: a policy, a key set and a token; and what it is while it is made."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from differential.pool import KeyPair, Pool

# The order in which mutations are made; what is encoded between them is in `kitchen.encode`.
LEVELS = ("key", "key set", "claims", "header", "JSON", "base64url", "signature", "text")
HOUR = 3_600
AUDIENCE = "https://api.example.com"


@dataclass(frozen=True)
class Raw:
    """JSON that stands in the text as it is, which no serializer would write. As a name it has its quotes."""

    text: str


ENCODER = json.JSONEncoder(separators=(",", ":"))


def json_text(value: object) -> str:
    try:
        return ENCODER.encode(value)
    except TypeError:
        return json_text_with_raw(value)


def json_text_with_raw(value: object) -> str:
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(f"{json_text(name)}:{json_text(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    return json.dumps(value)


@dataclass
class Policy:
    """What the operator asks of an issuer's tokens: one entry of `issuers`."""

    issuer: str
    algorithms: list[str]
    audiences: list[str] | str = "any"
    clients: list[str] | None = None
    token_use: str | None = None
    type: str | None = None
    leeway: int = 0
    max_lifetime: int | None = None
    required: dict = field(default_factory=dict)

    def entry(self, name: str) -> dict:
        members = {
            "name": name, "issuer": self.issuer, "algorithms": self.algorithms, "audiences": self.audiences,
            "clients": self.clients, "tokenUse": self.token_use, "type": self.type, "leewaySeconds": self.leeway,
            "maxLifetimeSeconds": self.max_lifetime, "requiredClaims": self.required or None,
        }  # fmt: skip
        return {member: value for member, value in members.items() if value is not None}


@dataclass
class Draft:
    """A case while it is made. What is encoded later is not there yet."""

    pool: Pool
    policy: Policy
    signer: KeyPair
    algorithm: str
    now: int
    key: dict
    """The signer's JWK, which is one of `keys`."""
    keys: list
    header: dict
    claims: dict
    set_members: dict = field(default_factory=dict)
    sign: Callable[[str, bytes], bytes] | None = None
    """In place of the signer's own."""
    jwks: bytes = b""
    header_bytes: bytes = b""
    payload_bytes: bytes = b""
    header_segment: str = ""
    payload_segment: str = ""
    signature: bytes = b""
    text: str = ""

    @property
    def signing_input(self) -> bytes:
        return f"{self.header_segment}.{self.payload_segment}".encode()

    def neighbour(self, dice: random.Random, same_kind: bool = False) -> KeyPair:
        """A good key pair that is not the signer."""
        others = [pair for pair in self.pool.good if pair is not self.signer]
        return dice.choice([pair for pair in others if pair.kind == self.signer.kind] if same_kind else others)

    def insert(self, key: object, dice: random.Random) -> None:
        self.keys.insert(dice.randrange(len(self.keys) + 1), key)


@dataclass(frozen=True)
class Mutation:
    name: str
    level: str
    change: Callable[[Draft, random.Random], None]
    refused: bool = False
    """Whether every token that comes of it must be refused, whatever a peer thinks of it."""
    kind: str | None = None
    """The `kty` of the signer that it needs."""
    weight: float = 1.0

    def goes_with(self, other: "Mutation") -> bool:
        """Whether neither undoes the other: of a level there is one, and one that changes a kid."""
        both = {self.kind, other.kind} - {None}
        change_kid = self.name.startswith("kid") and other.name.startswith("kid")
        return self.level != other.level and len(both) <= 1 and not change_kid


def mutation(level: str) -> Callable[..., Mutation]:
    return lambda name, change, **more: Mutation(name, level, change, **more)


@dataclass(frozen=True)
class Recipe:
    """What a case is made of: enough to make it again, and to make it smaller."""

    seed: int
    index: int
    mutations: tuple[str, ...]
    without: frozenset[str] = frozenset()
    """What is left out of the good case: `claims.sub`, `header.typ`, `keys.1`, `policy.clients` …"""
    issuer: int | None = None
    """The issuer's number where it is not that of the case: no two cases that are judged together share an issuer."""

    def dice(self, of: str) -> random.Random:
        return random.Random(f"{self.seed}/{self.index}/{of}")


@dataclass(frozen=True)
class Case:
    recipe: Recipe
    policy: Policy
    jwks: bytes
    token: str
    may_be_keyless: bool = False
    """Whether the set may have no usable key, which ends a start where it is a file."""

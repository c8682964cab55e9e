"""Issuers of tokens whose keys and whose server's moods the checks decide. Two, so that what is "per issuer" shows."""

import dataclasses
import json
import random
import threading
import time

import sample_tokens as mint
from execution.key_server import Answer
from joserfc.jwk import ECKey
from sample_requests import rest_token

ROUTE = ("GET", "/orders")
HANG_SECONDS = 30.0  # of a server that is held and never let go


@dataclasses.dataclass
class Issuer:
    name: str
    keys: dict[str, ECKey] = dataclasses.field(default_factory=dict)
    published: list[str] = dataclasses.field(default_factory=list)
    version: int = 1
    status: int = 200
    delay: float = 0.0
    open: threading.Event = dataclasses.field(default_factory=threading.Event)
    """While not set, no request is answered."""
    asked: list[float] = dataclasses.field(default_factory=list)
    """When each request came, by the monotonic clock."""

    def __post_init__(self) -> None:
        self.open.set()
        self.publish("first")

    @property
    def url(self) -> str:
        return f"https://{self.name}.example/"

    def publish(self, *names: str) -> None:
        for name in names:
            if name not in self.keys:
                self.keys[name] = ECKey.generate_key("P-256", {"kid": name, "alg": "ES256", "use": "sig"})
        self.published = [*names]
        self.version += 1

    def answer(self) -> Answer:
        self.asked.append(time.monotonic())
        self.open.wait(HANG_SECONDS)
        time.sleep(self.delay)
        keys = [self.keys[name].as_dict(private=False) for name in self.published]
        return self.status, {"ETag": f'"{self.version}"'}, json.dumps({"keys": keys}).encode()

    def event(self, key: str) -> bytes:
        """A request with a good token under this key."""
        return event_of(mint.signed(self.keys[key], self.claims()))

    def claims(self, **other: object) -> dict:
        whose = {"iss": self.url, "sub": "caller", "client_id": "caller"}
        return {**whose, "exp": mint.END_OF_2099, "iat": mint.ISSUED, **other}

    def forged(self, key_id: str, chance: random.Random) -> bytes:
        """A request whose token names a key that nobody has."""
        head, claims = mint.compact_json({"kid": key_id, "alg": "ES256"}), mint.compact_json(self.claims())
        return event_of(".".join(map(mint.base64url, (head, claims, chance.randbytes(64)))))

    def entry(self, server: str) -> dict:
        """As it stands in the configuration."""
        return {
            "name": self.name, "issuer": self.url, "jwksURL": f"{server}/{self.name}", "audiences": "any",
            "algorithms": ["ES256"],
        }


def event_of(token: str) -> bytes:
    return json.dumps(rest_token(token, *ROUTE)).encode()

"""The issuers' key sets: what is published from when on, and a server of them that fails now and then.

Every request is recorded with its times and with what was answered, which is all that the oracle goes by.
"""

import dataclasses
import json
import random
import threading
import time

from execution.key_server import Answer, Cut, KeyServer, key_set
from soak.signing import Key, new_key
from soak.world import ALGORITHMS_OF, SOURCES, TIMEOUT_MILLISECONDS

FAILING_SHARE = 0.1
WELL, LATE = "well", "late but in time"
FAILURES = ("500", "cut", "slow", "garbage", "no keys")
STATUS_500: Answer = (500, {"Content-Type": "text/html"}, b"<h1>Internal Server Error</h1>")
GARBAGE = (b"<html>not here</html>", b"\x00\xff\x10" * 100, b'{"keys":', b'{"keys":{}}', b"")
LATE_SECONDS = 0.03
KEY_PAIRS = 5  # of each RSA algorithm of a source; four are published or just withdrawn at any time
SLOW_SECONDS = 3 * TIMEOUT_MILLISECONDS / 1_000


@dataclasses.dataclass(frozen=True)
class Fetch:
    """One request for a set, as the server saw it. Times are of the monotonic clock."""

    source: str
    arrived: float
    how: str
    kids: frozenset[str]
    """What was answered; empty where that was no set."""

    @property
    def is_well(self) -> bool:
        return bool(self.kids)


@dataclasses.dataclass
class Ring:
    """The keys of one source. In epoch e those of e − 1, e and e + 1 are published: one to come, one to go."""

    source: str
    epochs: dict[int, dict[str, Key]] = dataclasses.field(default_factory=dict)
    epoch: int = 0
    pairs: dict[tuple[str, int], Key] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        for epoch in (-1, 0, 1):
            self.make(epoch)

    def make(self, epoch: int) -> None:
        """The same `kid`s in every source, of different keys: a `kid` means something only within one issuer."""
        self.epochs[epoch] = {name: self.key(name, epoch) for name in ALGORITHMS_OF[self.source]}

    def key(self, algorithm: str, epoch: int) -> Key:
        """RSA key pairs take long to make, so they come back under another `kid` when the old one has long gone."""
        kid, place = f"{algorithm.lower()}-{epoch}", (algorithm, epoch % KEY_PAIRS)
        if algorithm not in ("RS256", "PS256"):
            return new_key(algorithm, kid)
        if place not in self.pairs:
            self.pairs[place] = new_key(algorithm, kid)
        return Key(kid, algorithm, self.pairs[place].private)

    def rotate(self) -> None:
        self.make(self.epoch + 2)
        self.epoch += 1
        self.epochs.pop(self.epoch - 3, None)

    def published(self) -> list[Key]:
        return [key for epoch in (self.epoch - 1, self.epoch, self.epoch + 1) for key in self.epochs[epoch].values()]


class Publisher:
    def __init__(self, seed: int) -> None:
        self.rings = {source: Ring(source) for source in SOURCES}
        self.dice = random.Random(f"{seed} key server")
        self.failures: list[str] = []
        """Those to come: each of its turn, so that a short run has every one."""
        self.down: set[str] = set()
        self.lock = threading.Lock()
        self.fetches: list[Fetch] = []
        self.latest = dict.fromkeys(SOURCES, 0.0)
        """When each set was last asked for."""
        self.sets: dict[str, tuple[Answer, frozenset[str]]] = {}
        self.publish()
        self.server = KeyServer(self.answer)

    def publish(self) -> None:
        """From now on the server answers with what the rings say."""
        for source, ring in self.rings.items():
            keys = ring.published()
            self.sets[source] = key_set(*(key.jwk for key in keys)), frozenset(key.kid for key in keys)

    def rotate(self) -> None:
        """All but those that are down: nobody makes keys meanwhile, so that the old ones grow stale in use."""
        for source, ring in self.rings.items():
            if source not in self.down:
                ring.rotate()
        with self.lock:
            self.publish()

    def answer(self, path: str) -> Answer:
        arrived = time.monotonic()
        source = path.strip("/").removesuffix(".json")
        with self.lock:
            answer, kids = self.sets[source]
            self.latest[source] = arrived
            how = self.how(source)
            self.fetches.append(Fetch(source, arrived, how, kids if how in (WELL, LATE) else frozenset()))
        return self.said(how, answer)

    def how(self, source: str) -> str:
        if source in self.down or self.dice.random() < FAILING_SHARE:
            self.failures = self.failures or self.dice.sample(FAILURES, len(FAILURES))
            return self.failures.pop()
        return LATE if self.dice.random() < FAILING_SHARE else WELL

    def said(self, how: str, answer: Answer) -> Answer:
        status, headers, body = answer
        if how == LATE:
            time.sleep(LATE_SECONDS)
        if how == "slow":
            time.sleep(SLOW_SECONDS)
        if how == "cut":
            raise Cut(body[: len(body) // 2], len(body))
        if how == "500":
            return STATUS_500
        if how == "garbage":
            return status, headers, self.dice.choice(GARBAGE)
        if how == "no keys":
            return status, headers, json.dumps({"keys": [{"kty": "oct", "k": "AAAA"}]}).encode()
        return answer

    def take(self) -> list[Fetch]:
        with self.lock:
            taken, self.fetches = self.fetches, []
        return taken

    def close(self) -> None:
        self.server.close()

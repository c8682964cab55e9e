"""One bootstrap between a Runtime API and a server of keys, and all that its callers got."""

import dataclasses
import json
import pathlib
import tempfile
import time
from collections import Counter

from execution.function import Function
from execution.runtime_api import Request, RuntimeAPI
from faults.credentials import ISSUER, ROUTES, event, token
from faults.origin import KEYS, Origin

PACE_SECONDS = 0.02


@dataclasses.dataclass(frozen=True)
class Times:
    """The members of `keys`, as docs/configuration.md has them."""

    max_age: int = 60
    stale_if_error: int = 60
    cooldown: int = 1
    timeout: int = 300
    """Milliseconds."""

    @property
    def document(self) -> dict:
        ages = {"maxAgeSeconds": self.max_age, "staleIfErrorSeconds": self.stale_if_error}
        return {**ages, "cooldownSeconds": self.cooldown, "timeoutMilliseconds": self.timeout}


@dataclasses.dataclass(frozen=True)
class Call:
    key_id: str
    delivered: float
    """By the monotonic clock, as is `answered`."""
    answered: float
    deadline: float
    answer: Request

    @property
    def waited_ms(self) -> float:
        return (self.answered - self.delivered) * 1_000

    @property
    def document(self) -> dict:
        return self.answer.document()

    @property
    def is_allow(self) -> bool:
        return self.answer.kind == "response" and b'"Effect":"Allow"' in self.answer.body


class World:
    """Ends with its `with`. `location` says where keys are; without it, at the origin's address."""

    def __init__(
        self, bootstrap: pathlib.Path, origin: Origin, times: Times, *, issuer: str = ISSUER,
        location: dict | None = None, snapshot: str | None = None, ca_file: pathlib.Path | None = None,
        wrapper: list[str] | None = None,
    ) -> None:
        self.bootstrap, self.origin, self.times, self.issuer, self.wrapper = bootstrap, origin, times, issuer, wrapper
        self.folder = tempfile.TemporaryDirectory(prefix="turnstile-")
        self.calls: list[Call] = []
        self.bearers: set[str] = set()
        self.api = RuntimeAPI()
        self.function: Function | None = None
        entry = {"name": "partner", "issuer": issuer, "audiences": "any", "algorithms": ["ES256"]}
        entry |= location or {"jwksURL": f"{origin.url}{KEYS}"}
        if snapshot:
            pathlib.Path(self.folder.name, "snapshot.json").write_text(snapshot)
            entry["jwksFile"] = "snapshot.json"
        keys = times.document | ({"caFile": str(ca_file)} if ca_file else {})
        self.configuration = pathlib.Path(self.folder.name, "authorizer.json")
        self.configuration.write_text(json.dumps({"issuers": [entry], "routes": ROUTES, "keys": keys}))

    def start(self) -> "World":
        self.started = time.monotonic()
        environment = {"AUTHORIZER_CONFIG": str(self.configuration)}
        self.function = Function(self.bootstrap, self.api.address, environment, wrapper=self.wrapper)
        self.await_next()
        return self

    def await_next(self) -> float:
        """Waits until it asks for an event: whatever it had to do behind the last answer is done."""
        self.api.waiting.appendleft(self.api.next_waiting())
        return time.monotonic()

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *_: object) -> None:
        if self.function:
            self.function.__exit__()
        self.api.close()
        self.folder.cleanup()

    # Callers

    def call(self, key_id: str = "k1", bearer: str | None = None, deadline_in: float = 10_000) -> Call:
        bearer = bearer or token(key_id, self.issuer)
        self.bearers.add(bearer)
        self.await_next()
        delivered = time.monotonic()
        answer = self.api.invoke(event(bearer), deadline_in)
        call = Call(key_id, delivered, answer.at, delivered + deadline_in / 1_000, answer)
        self.calls.append(call)
        return call

    def call_for(self, seconds: float, *key_ids: str) -> None:
        """One caller after another for so long, the keys in turn."""
        self.call_until(time.monotonic() + seconds, *key_ids)

    def call_until(self, moment: float, *key_ids: str) -> None:
        while time.monotonic() < moment:
            for key_id in key_ids:
                self.call(key_id)
            time.sleep(PACE_SECONDS)

    def seconds_to(self, wanted: bool, key_id: str, limit: float) -> float | None:
        """How long callers go on until one is allowed, or no longer is; `None` where the limit came first."""
        since = time.monotonic()
        while time.monotonic() < since + limit:
            call = self.call(key_id)
            if call.is_allow is wanted:
                return call.answered - since
            time.sleep(PACE_SECONDS)
        return None

    # What was seen

    def decisions(self) -> list[dict]:
        assert self.function
        return self.function.await_decisions(len(self.calls))

    def fetches(self) -> list[dict]:
        assert self.function
        return self.function.fetches()

    def counted(self, key_id: str | None = None, before: float = float("inf")) -> str:
        """`allow ×12; keys_unavailable ×3` of the callers that were answered before a moment."""
        kinds: Counter[str] = Counter()
        for call, decision in zip(self.calls, self.decisions()):
            if call.answered < before and key_id in (None, call.key_id):
                kinds[self.kind_of(decision)] += 1
        return "; ".join(f"{kind} ×{count}" for kind, count in kinds.items()) or "nobody called"

    def waited_ms(self) -> float:
        return max(call.waited_ms for call in self.calls)

    def fetched(self) -> str:
        outcomes = Counter(fetch["outcome"] for fetch in self.fetches())
        text = "; ".join(f"{outcome} ×{count}" for outcome, count in outcomes.items()) or "none"
        return f"{text}; server saw {self.origin.fetches}"

    def kind_of(self, decision: dict) -> str:
        if decision["decision"] == "allow":
            return "allow, stale" if decision["keyAgeSeconds"] >= self.times.max_age else "allow"
        return decision["reason"]

"""What a sample event is made of: a caller's token, a request, and the outcome that the contract promises."""

from collections.abc import Callable
from dataclasses import dataclass

import sample_tokens as mint
from sample_tokens import SampleKeys

ORDERS_READ = "GET /external/orders"
ORDERS_WRITE = "POST /external/orders"
ORDER = "GET /external/orders/4711"
LINES = "GET /external/orders/4711/lines"
REPORT = "GET /internal/reports/daily"
CLEAN_UP = "DELETE /internal/reports"
PROBES = (
    ORDERS_READ, ORDERS_WRITE, ORDER, LINES, REPORT, CLEAN_UP, "DELETE /external/orders", "GET /", "GET /internal",
    "GET /external/orders.json", "$connect",
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """One event and its outcome; `explanation` is the sentence that the README shows."""

    name: str
    explanation: str
    event: Callable[[SampleKeys], dict]
    expected: dict


def machine(name: str, scope: str, **other: object) -> Callable[[SampleKeys], str]:
    return lambda keys: mint.signed(keys.machine, mint.machine_claims(name, scope, **other))


def person(name: str, scope: str, groups: list[str]) -> Callable[[SampleKeys], str]:
    return lambda keys: mint.signed(keys.person, mint.person_claims(name, scope, groups))


def partner(name: str, scope: str, key: str, **other: object) -> Callable[[SampleKeys], str]:
    def token(keys: SampleKeys) -> str:
        pair = keys.es256 if key == "ES256" else keys.eddsa
        return mint.signed(pair, mint.partner_claims(name, scope, **other), typ="at+jwt")

    return token


def policy(principal: str, client: str, scope: str, allowed: set[str]) -> dict:
    context = {"client_id": client, "sub": principal, "scope": scope}
    requests = {probe: probe in allowed for probe in PROBES}
    return {"policy": {"principalId": principal, "context": context, "requests": requests}}


def verdict(decision: str, reason: str | None, answer: dict, **members: str | None) -> dict:
    return {"decision": decision, "reason": reason, **members, **answer}


def machine_policy(scope: str, allowed: set[str]) -> dict:
    return policy(mint.ORDERS_CLIENT, mint.ORDERS_CLIENT, scope, allowed)


def person_policy(scope: str, allowed: set[str]) -> dict:
    return policy(mint.stable_uuid("a-person"), mint.WEB_CLIENT, scope, allowed)


def partner_policy(scope: str, allowed: set[str]) -> dict:
    return policy(mint.PARTNER_CLIENT, mint.PARTNER_CLIENT, scope, allowed)

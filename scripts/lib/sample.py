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


def context(issuer: str, client: str, subject: str, scope: str) -> dict:
    """The issuer's alias, and the claims that the sample configuration asks for."""
    return {"issuer": issuer, "client_id": client, "sub": subject, "scope": scope}


def policy(issuer: str, client: str, principal: str, scope: str, allowed: set[str]) -> dict:
    requests = {probe: probe in allowed for probe in PROBES}
    facts = context(issuer, client, principal, scope)
    return {"policy": {"principalId": principal, "context": facts, "requests": requests}}


def verdict(decision: str, reason: str | None, answer: dict, **members: str | None) -> dict:
    return {"decision": decision, "reason": reason, **members, **answer}


def machine_policy(scope: str, allowed: set[str]) -> dict:
    return policy("machines", mint.ORDERS_CLIENT, mint.ORDERS_CLIENT, scope, allowed)


def person_policy(scope: str, allowed: set[str]) -> dict:
    return policy("staff", mint.WEB_CLIENT, mint.stable_uuid("a-person"), scope, allowed)


def partner_policy(scope: str, allowed: set[str]) -> dict:
    return policy("partner", mint.PARTNER_CLIENT, mint.PARTNER_CLIENT, scope, allowed)

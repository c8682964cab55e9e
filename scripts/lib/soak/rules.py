"""What the route table says of a caller, and what an answer must say of it: the oracle's own reading of the contract
(docs/configuration.md, docs/checks.md), which shares no code with the product."""

import dataclasses
import hashlib
import hmac
import re

from soak.world import CONTEXT, MAP, REQUESTS, ROUTES, STRANGE_REQUESTS, Entry

PRINTABLE = re.compile(r"[ -~]*")
USAGE_KEY = re.compile(r"[A-Za-z0-9_-]{20,128}")
MOST_PRINCIPAL_BYTES = 128
MOST_CONTEXT_VALUE_BYTES = 2_048  # of its JSON
CONNECT = ("", "$connect", "$connect")

Request = tuple[str, str, str]


class NoUsageKey(Exception):
    """The caller's key cannot be had, or API Gateway would not take it."""


@dataclasses.dataclass(frozen=True)
class Caller:
    """A caller whose token is good: what the generator put into it."""

    entry: Entry
    claims: dict = dataclasses.field(hash=False)

    @property
    def client(self) -> str | None:
        return self.claims.get("client_id", self.claims.get("azp"))

    @property
    def scopes(self) -> set[str]:
        value = self.claims.get(self.entry.scope_claim, "")
        return set(value) if isinstance(value, list) else {scope for scope in value.split(" ") if scope}

    @property
    def groups(self) -> set[str]:
        value = self.claims.get(self.entry.groups_claim, [])
        return set(value) if isinstance(value, list) else set()

    @property
    def principal(self) -> str:
        for name in (self.claims.get("sub"), self.client):
            if name and PRINTABLE.fullmatch(name) and len(name) <= MOST_PRINCIPAL_BYTES:
                return name
        return "anonymous"

    def context(self) -> dict:
        """The issuer's alias, and of the claims asked for those that are scalars of printable ASCII."""
        found: dict = {"issuer": self.entry.name}
        for name in CONTEXT:
            value = self.client if name == "client_id" and self.client is not None else self.claims.get(name)
            is_text = (
                isinstance(value, str) and PRINTABLE.fullmatch(value) and json_length(value) <= MOST_CONTEXT_VALUE_BYTES
            )
            if is_text or isinstance(value, (bool, int)):
                found[name] = value
        return found

    def usage_key(self) -> str | None:
        rule = self.entry.usage_key
        match rule["from"]:
            case "none":
                return None
            case "fixed":
                return usable(rule["value"])
            case "claim":
                return usable(self.claims.get(rule["claim"]))
        if self.client is None:
            raise NoUsageKey
        if rule["from"] == "map":
            return usable(MAP.get(self.client))
        if rule["from"] == "hmac":
            message = self.entry.issuer.encode() + b"\0" + self.client.encode()
            return usable(hmac.new(rule["secret"].encode(), message, hashlib.sha256).hexdigest())
        return usable(self.client)


def json_length(text: str) -> int:
    return len(text) + text.count('"') + text.count("\\") + 2


def usable(key: object) -> str:
    if not isinstance(key, str) or not USAGE_KEY.fullmatch(key):
        raise NoUsageKey
    return key


# Routes


def route_of(request: Request) -> str | None:
    """The table's key for what API Gateway resolved: the verb before ANY."""
    method, _, resource = request
    if resource == "$connect":
        return "$connect" if "$connect" in ROUTES else None
    for key in (f"{method} {resource}", f"ANY {resource}"):
        if key in ROUTES:
            return key
    return None


def route_of_path(method: str, path: str) -> str | None:
    """The same for a TOKEN event, which has only a path: a literal before {parameter} before {proxy+}."""
    fitting = [key for key in ROUTES if key != "$connect" and fits(key, method, path)]
    return min(fitting, key=rank) if fitting else None


def fits(key: str, method: str, path: str) -> bool:
    verb, template = key.split(" ", 1)
    return verb in (method, "ANY") and re.fullmatch(pattern(template), path) is not None


def pattern(template: str) -> str:
    escaped = re.escape(template).replace(r"\{", "{").replace(r"\}", "}").replace(r"\+", "+")
    return re.sub(r"\{[^}]*\}", "[^/]+", re.sub(r"\{\w+\+\}", ".+", escaped))


def rank(key: str) -> tuple:
    verb, template = key.split(" ", 1)
    kinds = [2 if part.endswith("+}") else 1 if part.startswith("{") else 0 for part in template.split("/")]
    return kinds, verb == "ANY"


def refusal(caller: Caller, key: str | None) -> str | None:
    """The first of checks 17 to 21 that fails."""
    if key is None:
        return "route_unknown"
    rule = ROUTES[key]
    if "issuers" in rule and caller.entry.name not in rule["issuers"]:
        return "issuer_not_allowed"
    if "clients" in rule and caller.client not in rule["clients"]:
        return "client_not_allowed"
    if "anyScope" in rule and not caller.scopes & set(rule["anyScope"]):
        return "insufficient_scope"
    if not set(rule.get("allScopes", [])) <= caller.scopes:
        return "insufficient_scope"
    if "anyGroup" in rule and not caller.groups & set(rule["anyGroup"]):
        return "group_missing"
    return None


def permitted(caller: Caller) -> frozenset[str]:
    """METHOD and path of every request of the table that the caller may make."""
    return frozenset(f"{request[0]} {request[1]}" for request in REQUESTS if refusal(caller, route_of(request)) is None)


PROBES = tuple(f"{method} {path}" for method, path, _ in (*REQUESTS, *STRANGE_REQUESTS))

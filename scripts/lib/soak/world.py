"""What the soak is configured with: issuers, routes, times of keys. The product reads it as JSON, the oracle here."""

import dataclasses
import json
import pathlib

POOL = "eu-west-1_Soak00001"
READ = "https://api.example.com/prod/orders.read"
WRITE = "https://api.example.com/prod/orders.readwrite"
REPORTS = "https://api.example.com/prod/reports"
EVENTS = "https://api.example.com/prod/events"

AUDIENCE = "https://api.example.com"
STAFF_KEY = "staff-0123456789-soak-key"
HMAC_SECRET = "a-secret-that-only-the-soak-knows-0123456789"
MOST_LIFETIME_SECONDS = 7_200
LEEWAY_SECONDS = 5

# Clients; those of the pool have Cognito's form.
ORDERS, BATCH = "1orders23client45example67", "1batch234client45example67"
WEB = "1webapp23client45example67"
PARTNERS = ("partner-batch", "partner-web")
BANKS = ("bank-1", "bank-2")
MAPPED, UNMAPPED = "truck-7", "truck-8"
MAP = {MAPPED: "truck-7-0123456789-soak-key"}

# `keys`: short enough that refresh, staleness and expiry come to pass within seconds.
MAX_AGE, STALE_IF_ERROR, COOLDOWN = 3, 2, 1  # seconds
TIMEOUT_MILLISECONDS = 200

CONTEXT = ["client_id", "sub", "scope", "tenant", "level", "active", "display"]


@dataclasses.dataclass(frozen=True)
class Entry:
    """One entry of `issuers`. `source` names the set of keys, which entries of one `iss` share."""

    name: str
    issuer: str
    source: str
    algorithms: tuple[str, ...]
    clients: tuple[str, ...] | None = None
    audiences: tuple[str, ...] | None = None
    token_use: str | None = None
    type: str | None = None
    leeway: int = 0
    most_lifetime: int | None = None
    required: dict = dataclasses.field(default_factory=dict, hash=False)
    scope_claim: str = "scope"
    groups_claim: str = "cognito:groups"
    usage_key: dict = dataclasses.field(default_factory=lambda: {"from": "none"}, hash=False)


ENTRIES = (
    Entry(
        "machines", f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL}", "pool", ("RS256",), (ORDERS, BATCH),
        token_use="access", usage_key={"from": "clientID"},
    ),
    Entry(
        "staff", f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL}", "pool", ("RS256",), (WEB,),
        token_use="access", usage_key={"from": "fixed", "value": STAFF_KEY},
    ),
    Entry(
        "partner", "https://login.partner.example/", "partner", ("ES256", "EdDSA"), audiences=(AUDIENCE,),
        type="at+jwt", leeway=LEEWAY_SECONDS, usage_key={"from": "hmac", "secret": HMAC_SECRET},
    ),
    Entry(
        "bank", "https://id.bank.example", "bank", ("PS256", "ES384"), BANKS, (AUDIENCE, "urn:other"),
        most_lifetime=MOST_LIFETIME_SECONDS, required={"tenant": ["north", "south"]}, scope_claim="scp",
        groups_claim="roles", usage_key={"from": "claim", "claim": "usage_key"},
    ),
    Entry(
        "fleet", "https://fleet.example/", "fleet", ("EdDSA", "RS256"),
        usage_key={"from": "map", "file": "usage-keys.json", "otherwise": "deny"},
    ),
)  # fmt: skip
ENTRY = {entry.name: entry for entry in ENTRIES}
SOURCES = ("pool", "partner", "bank", "fleet")
ALGORITHMS_OF = {
    "pool": ("RS256",),
    "partner": ("ES256", "EdDSA"),
    "bank": ("PS256", "ES384"),
    "fleet": ("EdDSA", "RS256"),
}

ROUTES: dict[str, dict] = {
    "GET /orders": {"anyScope": [READ, WRITE]},
    "POST /orders": {"anyScope": [WRITE]},
    "GET /orders/{id}": {"allScopes": [READ], "issuers": ["machines", "partner", "bank"]},
    "DELETE /orders/{id}": {"allScopes": [READ, WRITE], "anyGroup": ["operators", "auditors"]},
    "GET /orders/{id}/lines": {"allScopes": [READ]},
    "ANY /internal/{proxy+}": {"issuers": ["staff", "bank"], "anyGroup": ["operators"]},
    "GET /reports/{year}/{name}": {"anyScope": [REPORTS]},
    "PUT /accounts/{id}": {"clients": [BATCH, PARTNERS[0], BANKS[0]], "anyScope": [WRITE]},
    "GET /health": {},
    "POST /fleet/positions": {"issuers": ["fleet", "machines"]},
    "$connect": {"anyScope": [EVENTS]},
}

# Requests: method, path, and the resource that API Gateway resolved for it. Each route of the table has some.
REQUESTS = (
    ("GET", "/orders", "/orders"),
    ("POST", "/orders", "/orders"),
    ("GET", "/orders/4711", "/orders/{id}"),
    ("GET", "/orders/a-b_c.d", "/orders/{id}"),
    ("DELETE", "/orders/4711", "/orders/{id}"),
    ("GET", "/orders/4711/lines", "/orders/{id}/lines"),
    ("GET", "/internal/reports/daily", "/internal/{proxy+}"),
    ("DELETE", "/internal/users", "/internal/{proxy+}"),
    ("GET", "/reports/2026/sales", "/reports/{year}/{name}"),
    ("PUT", "/accounts/12", "/accounts/{id}"),
    ("GET", "/health", "/health"),
    ("POST", "/fleet/positions", "/fleet/positions"),
)
# Of routes that the API has and the table has not.
STRANGE_REQUESTS = (
    ("PATCH", "/orders", "/orders"),
    ("GET", "/orders.json", "/orders.json"),
    ("GET", "/internal", "/internal"),
    ("POST", "/health", "/health"),
    ("GET", "/secret/plans", "/secret/plans"),
)


@dataclasses.dataclass(frozen=True)
class Profile:
    """What one function is told beside issuers and routes."""

    name: str
    policy: str = "token"
    unauthenticated: str = "unauthorized"
    http_response: str = "simple"
    metrics: str = "none"


FIRST = Profile("a policy of the whole table, 401 by the error, simple responses")
SECOND = Profile(
    "a policy of one request, 403 by a policy, policies for payload 2.0, metrics", "request", "deny", "policy", "emf"
)


def entry_document(entry: Entry, keys_url: str) -> dict:
    document: dict = {"name": entry.name, "jwksURL": f"{keys_url}/{entry.source}.json", "usageKey": entry.usage_key}
    if entry.source == "pool":
        document["cognitoUserPool"] = POOL
    else:
        document |= {"issuer": entry.issuer, "audiences": list(entry.audiences or ()) or "any"}
        document |= {"algorithms": list(entry.algorithms)}
    members = {
        "clients": entry.clients and list(entry.clients), "type": entry.type, "leewaySeconds": entry.leeway or None,
        "maxLifetimeSeconds": entry.most_lifetime, "requiredClaims": entry.required or None,
        "scopeClaim": entry.scope_claim, "groupsClaim": entry.groups_claim,
    }  # fmt: skip
    return document | {name: value for name, value in members.items() if value is not None}


def write_configuration(folder: pathlib.Path, keys_url: str, profile: Profile) -> pathlib.Path:
    document = {
        "issuers": [entry_document(entry, keys_url) for entry in ENTRIES],
        "routes": ROUTES,
        "policy": profile.policy,
        "unauthenticated": profile.unauthenticated,
        "httpAPIResponse": profile.http_response,
        "context": CONTEXT,
        "metrics": profile.metrics,
        "keys": {
            "maxAgeSeconds": MAX_AGE, "staleIfErrorSeconds": STALE_IF_ERROR, "cooldownSeconds": COOLDOWN,
            "timeoutMilliseconds": TIMEOUT_MILLISECONDS,
        },
    }  # fmt: skip
    (folder / "usage-keys.json").write_text(json.dumps(MAP))
    path = folder / "authorizer.json"
    path.write_text(json.dumps(document, indent=2))
    return path

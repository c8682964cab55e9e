"""What every program is told: one issuer, its keys, routes. bootstrap reads it as JSON, the others in variables."""

import dataclasses
import json
import pathlib

ISSUER = "https://login.bench.example/"
AUDIENCE = "https://api.example.com"
ENTRY = "bench"  # the issuer's name in authorizer.json
READ = "https://api.example.com/prod/orders.read"
WRITE = "https://api.example.com/prod/orders.readwrite"

RS256, ES256, EDDSA = "RS256", "ES256", "EdDSA"
ALGORITHMS = (RS256, ES256, EDDSA)
CONTEXT = ("client_id", "sub", "scope")
RESOURCES = ("/orders", "/invoices", "/customers", "/products", "/shipments")


@dataclasses.dataclass(frozen=True)
class Route:
    verb: str
    path: str
    scope: str

    @property
    def key(self) -> str:
        return f"{self.verb} {self.path}"


ROUTES = tuple(
    Route(verb, path, scope) for path in RESOURCES for verb, scope in (("GET", READ), ("POST", WRITE))
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class World:
    """One configuration. What is not said is that of the headline: 10 routes, one issuer."""

    routes: tuple[Route, ...] = ROUTES
    other_issuers: int = 0
    """Beside the one whose tokens come; before it in the list."""
    groups: int = 0
    """Further ones that each rule names, of which no token has any but the last."""
    scopes: int = 0
    """Further ones that each rule would take, named before the one that tokens have."""
    policy: str = "token"
    ca_file: str | None = None
    keys_file: str | None = None
    """In place of the address of the keys."""

    def configuration(self) -> dict:
        keys = {"caFile": self.ca_file} if self.ca_file else {}
        return {
            "issuers": [*(self.other(number) for number in range(self.other_issuers)), self.issuer()],
            "routes": {route.key: self.rule(route) for route in self.routes},
            "policy": self.policy,
            "unauthenticated": "unauthorized",
            "httpAPIResponse": "simple",
            "context": list(CONTEXT),
            **({"keys": keys} if keys else {}),
        }

    def issuer(self) -> dict:
        keys = {"jwksFile": self.keys_file} if self.keys_file else {"jwksURL": "${BENCH_JWKS_URL}"}
        return {
            "name": ENTRY,
            "issuer": ISSUER,
            **keys,
            "audiences": [AUDIENCE],
            "tokenUse": "access",
            "algorithms": list(ALGORITHMS),
            "usageKey": {"from": "clientID"},
        }

    def other(self, number: int) -> dict:
        return self.issuer() | {"name": f"other-{number}", "issuer": f"https://login-{number}.bench.example/"}

    def rule(self, route: Route) -> dict:
        rule: dict = {"anyScope": [*(f"{AUDIENCE}/scope-{number}" for number in range(self.scopes)), route.scope]}
        return rule | ({"anyGroup": [f"group-{number}" for number in range(self.groups)]} if self.groups else {})

    def write(self, folder: pathlib.Path) -> pathlib.Path:
        path = folder / "authorizer.json"
        path.write_text(json.dumps(self.configuration()))
        return path

    def variables(self) -> dict[str, str]:
        """The same for programs that read no file; other issuers, groups and further scopes are bootstrap's alone."""
        routes = "".join(f"{route.key} {route.scope}\n" for route in self.routes)
        return {"FLOOR_ISSUER": ISSUER, "FLOOR_AUDIENCE": AUDIENCE, "FLOOR_ROUTES": routes}

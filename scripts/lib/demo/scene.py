"""All the parts of the story, started and acquainted with each other."""

import contextlib
import dataclasses
import json
import pathlib
import secrets
import sys

from demo.authority import Authority
from demo.cloud import READ, WRITE, Cloud
from demo.function import Function, RecordingEmulator
from demo.network import Network, Place
from demo.partner import AUDIENCE, Partner
from demo.processes import NotReady, Processes, Server
from demo.story import Story
from demo.tool import Tool
from demo.web import Web
from run_emulator import free_port

TOKEN_ENDPOINT = pathlib.Path(__file__).parents[3] / "Tests" / "Servers" / "cognito_token_endpoint.py"
GROUP = "operators"

# Short, so that a withdrawn key is seen to die; the defaults are an hour, a day and half a minute.
KEY_TIMES = {"maxAgeSeconds": 4, "staleIfErrorSeconds": 0, "cooldownSeconds": 1}
FETCH_MILLISECONDS = 5_000  # for busy machines; the default is 1,500

ROUTES = {
    "GET /external/orders": {"anyScope": [READ, WRITE]},
    "POST /external/orders": {"anyScope": [WRITE]},
    "GET /external/orders/{id}": {"anyScope": [READ, WRITE]},
    "DELETE /external/orders/{id}": {"allScopes": [READ, WRITE], "issuers": ["machines"]},
    "ANY /internal/{proxy+}": {"issuers": ["staff"], "anyGroup": [GROUP]},
}


@dataclasses.dataclass(frozen=True)
class Programs:
    """What was built, and what it is run under."""

    turnstile: pathlib.Path
    emulator: pathlib.Path
    bootstraps: dict[str, pathlib.Path]
    glewlwyd: pathlib.Path | None


class Scene:
    """The parts; each is made when the story comes to it, and all end with this context."""

    def __init__(self, story: Story, programs: Programs, folder: pathlib.Path) -> None:
        self.story = story
        self.programs = programs
        self.folder = folder
        self.ends = contextlib.ExitStack()
        self.network = Network(folder)
        places = (self.network.pool, self.network.domain, self.network.partner)
        self.authority = Authority(folder, list(dict.fromkeys(["localhost", *(place.host for place in places)])))
        self.web = Web(self.authority.certificates)
        self.processes = self.ends.enter_context(Processes(folder))
        # The slow starters first: they come up while others are set up.
        self.cloud = Cloud(self.processes)
        self.partner: Partner | None = None
        if programs.glewlwyd:
            self.partner = Partner(programs.glewlwyd, self.network.partner, self.authority, folder, self.processes)
        self.tool = Tool(programs.turnstile, folder, {**self.cloud.environment, "AWS_ENDPOINT_URL": self.cloud.url})
        self.emulators: list[RecordingEmulator] = []

    def __enter__(self) -> "Scene":
        return self

    def __exit__(self, *_: object) -> None:
        self.ends.close()

    def make_cloud(self) -> None:
        """The pool with its clients and a person, the API and its plans."""
        cloud = self.cloud
        cloud.wait()
        self.pool, self.other_pool = cloud.make_pool("orders"), cloud.make_pool("another")
        self.batch = cloud.make_machine(self.pool, "orders-batch", READ, WRITE)
        self.reports = cloud.make_machine(self.pool, "reports", READ)
        self.leaving = cloud.make_machine(self.pool, "leaving-partner", READ)
        self.stranger = cloud.make_machine(self.other_pool, "stranger", READ, WRITE)
        self.web_client = cloud.make_web_client(self.pool, "staff-web")
        for client in (self.batch, self.reports, self.leaving, self.stranger):
            self.story.hide(client["ClientSecret"])
        cloud.make_group(self.pool, GROUP)
        people = {"rosa": [GROUP], "paul": []}
        self.passwords = {
            name: self.story.hide(cloud.make_person(self.pool, name, groups)) for name, groups in people.items()
        }
        self.api = cloud.make_api()
        self.plan, self.staff_plan = (cloud.make_plan(self.api, name) for name in ("machines", "staff"))
        self.key_made_by_hand = cloud.make_key(self.plan, "made by hand")
        self.staff_key = self.story.hide(f"staff-{secrets.token_hex(16)}")
        self.write_configuration()

    @property
    def machines(self) -> list[dict]:
        return [self.batch, self.reports, self.leaving]

    def open_token_endpoints(self) -> None:
        """One for each pool. The other one's address is nobody's business."""
        port = free_port()
        other = Place(f"https://localhost:{port}", "127.0.0.1", port)
        servers = [
            (self.start_endpoint("token-endpoint", self.pool, self.network.domain), self.network.pool, self.pool),
            (self.start_endpoint("other-endpoint", self.other_pool, other), other, self.other_pool),
        ]
        for server, place, pool in servers:
            keys = f"{place.url}/{pool}/.well-known/jwks.json"
            server.wait_until(lambda keys=keys: self.web.get(keys).status == 200)
        self.other_domain = other

    def start_endpoint(self, name: str, pool: str, place: Place) -> Server:
        options = {
            "moto": self.cloud.url, "pool": pool, "domain": place.url, "address": place.address,
            "port": str(place.port), "certificate": str(self.authority.certificate), "key": str(self.authority.key),
        }  # fmt: skip
        words = [word for option, value in options.items() for word in (f"--{option}", value)]
        return self.processes.start(name, sys.executable, str(TOKEN_ENDPOINT), *words)

    def open_partner(self) -> None:
        """Glewlwyd's scopes, and a client for each algorithm; one more is what a strict issuer judges."""
        self.partner.set_up([READ, WRITE])
        algorithms = {
            "partner-rsa": "RS256",
            "partner-ecdsa": "ES256",
            "partner-eddsa": "EdDSA",
            "partner-strict": "RS256",
        }
        self.partner_secrets = {
            name: self.story.hide(self.partner.make_client(name, algorithm, [READ, WRITE]))
            for name, algorithm in algorithms.items()
        }

    def configuration(self) -> dict:
        """What authorizer.json says. Without names of its own to serve, the pool's keys need an address."""
        network = (
            {}
            if self.network.is_isolated
            else {"jwksURL": f"{self.network.pool.url}/{self.pool}/.well-known/jwks.json"}
        )
        pool = {"cognitoUserPool": "${USER_POOL_ID}", **network}
        issuers = [
            {"name": "machines", **pool, "clients": [client["ClientId"] for client in self.machines]},
            {
                "name": "staff", **pool, "clients": ["${WEB_CLIENT_ID}"],
                "usageKey": {"from": "fixed", "value": "${STAFF_API_KEY}"},
            },
        ]  # fmt: skip
        if self.partner:
            partner = {"issuer": self.partner.issuer, "discover": True, "audiences": [AUDIENCE]}
            strict = {**partner, "name": "strict", "clients": ["partner-strict"], "tokenUse": "access"}
            issuers.append(strict)
            issuers.append({
                **partner, "name": "partner", "algorithms": ["RS256", "ES256", "EdDSA"], "type": "at+jwt",
                "usageKey": {"from": "hmac", "secret": "${USAGE_KEY_SECRET}"},
            })  # fmt: skip
        keys = {**KEY_TIMES, "timeoutMilliseconds": FETCH_MILLISECONDS, "caFile": str(self.authority.certificates)}
        return {"issuers": issuers, "routes": ROUTES, "keys": keys, "context": ["client_id", "username"]}

    def write_configuration(self) -> None:
        """One file for the function and for the tool."""
        self.usage_key_secret = self.story.hide(secrets.token_hex(32))
        self.configuration_file = self.folder / "authorizer.json"
        self.configuration_file.write_text(json.dumps(self.configuration(), indent=2))
        self.settings = {
            "AUTHORIZER_CONFIG": str(self.configuration_file),
            "USER_POOL_ID": self.pool,
            "WEB_CLIENT_ID": self.web_client["ClientId"],
            "STAFF_API_KEY": self.staff_key,
            "USAGE_KEY_SECRET": self.usage_key_secret,
        }
        self.tool.environment.update(self.settings)

    def open_function(self) -> None:
        """The issuers come first: bootstrap fetches their keys before its first event."""
        if self.partner:
            self.open_partner()
        self.function = self.start_function(self.configuration_file)

    def start_function(self, configuration: pathlib.Path) -> Function:
        environment = {**self.settings, "AUTHORIZER_CONFIG": str(configuration)}
        emulators = {}
        for build, bootstrap in self.programs.bootstraps.items():
            emulator = RecordingEmulator(self.programs.emulator, bootstrap, environment)
            self.emulators.append(emulator)
            try:
                emulators[build] = self.ends.enter_context(emulator)
            except SystemExit as error:
                raise NotReady(str(error)) from None
        return Function(emulators, self.api, self.folder)

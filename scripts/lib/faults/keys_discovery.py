"""An issuer whose metadata (OpenID Connect Discovery section 4) lead nowhere, or elsewhere."""

import contextlib
import json
import pathlib
from collections.abc import Callable, Iterator

from faults.certificates import NAME, certificates
from faults.keys_cells import Breakage
from faults.origin import KEYS, Behaviour, Origin, always, discovered
from faults.world import Times, World


@contextlib.contextmanager
def discovered_world(bootstrap: pathlib.Path, times: Times) -> Iterator[World]:
    with Origin(certificates().tls("valid"), NAME) as origin:
        where = {"issuer": origin.url, "location": {"discover": True}}
        with World(bootstrap, origin, times, ca_file=certificates().root, **where) as world:
            yield world


def well(origin: Origin, keys: Behaviour) -> Behaviour:
    return discovered(origin, origin.url, keys)


def metadata(document: Callable[[Origin], object]) -> Callable[[Origin], Behaviour]:
    return lambda origin: always({"body": json.dumps(document(origin))})


def silent_keys(origin: Origin) -> Behaviour:
    return discovered(origin, origin.url, always({"answer": "never"}))


def other_issuer(origin: Origin) -> dict:
    return {"issuer": "https://other.example", "jwks_uri": f"{origin.url}{KEYS}"}


def slash_more(origin: Origin) -> dict:
    return {"issuer": f"{origin.url}/", "jwks_uri": f"{origin.url}{KEYS}"}


def without_tls(origin: Origin) -> dict:
    return {"issuer": origin.url, "jwks_uri": f"http://127.0.0.1:{origin.port}{KEYS}"}


def broken(name: str, outcome: str, behaviour: Callable[[Origin], Behaviour]) -> Breakage:
    return Breakage(f"discovery: {name}", (outcome,), behaviour, world=discovered_world, well=well)


BREAKAGES = [
    broken("another issuer", "discovery_failed", metadata(other_issuer)),
    broken("the issuer with a slash more", "discovery_failed", metadata(slash_more)),
    broken("no jwks_uri", "discovery_failed", metadata(lambda origin: {"issuer": origin.url})),
    broken("a jwks_uri without TLS", "discovery_failed", metadata(without_tls)),
    broken("not JSON", "discovery_failed", lambda _: always({"body": "<html>"})),
    broken("404", "http_status", lambda _: always({"status": 404, "body": "{}"})),
    broken("silence behind it", "timed_out", silent_keys),
]

ROWS = [row for breakage in BREAKAGES for row in breakage.rows()]

"""A server of keys that cannot prove its name, or speaks TLS of another time."""

import contextlib
import pathlib
from collections.abc import Callable, Iterator

from faults.certificates import NAME, certificates
from faults.keys_cells import Breakage
from faults.origin import Origin
from faults.world import Times, World


@contextlib.contextmanager
def secure_world(bootstrap: pathlib.Path, times: Times) -> Iterator[World]:
    with Origin(certificates().tls("valid"), NAME) as origin:
        with World(bootstrap, origin, times, ca_file=certificates().root) as world:
            yield world


def showing(kind: str, **options: str) -> Callable[[World], None]:
    return lambda world: world.origin.show(certificates().tls(kind, **options))


def without_tls(world: World) -> None:
    """The bytes of a handshake are taken for a request without end, which nobody answers."""
    world.origin.show(None)


def secure(name: str, outcome: str, begin: Callable[[World], None]) -> Breakage:
    return Breakage(name, (outcome,), begin=begin, end=showing("valid"), world=secure_world)


BREAKAGES = [
    secure("TLS: wrong name", "tls_peer_not_verified", showing("wrong name")),
    secure("TLS: expired", "tls_peer_not_verified", showing("expired")),
    secure("TLS: self-signed", "tls_peer_not_verified", showing("self-signed")),
    secure("TLS: version 1.1", "tls_handshake_failed", showing("valid", maximumVersion="1.1")),
    secure("TLS: no answer to the handshake", "timed_out", without_tls),
]

ROWS = [row for breakage in BREAKAGES for row in breakage.rows()]

"""A server of keys whose name cannot be resolved."""

import contextlib
import functools
import os
import pathlib
import tempfile
from collections.abc import Iterator

from faults.certificates import REMOTE_NAME, certificates
from faults.keys_cells import Breakage
from faults.origin import Origin
from faults.resolver import NXDOMAIN, SERVFAIL, Resolver
from faults.table import Result, Row
from faults.world import Times, World


class NamedOrigin(Origin):
    """A server of keys behind a name that only its own name server knows."""

    def __init__(self, resolver: Resolver) -> None:
        super().__init__(certificates().tls("remote"), REMOTE_NAME)
        self.resolver = resolver


@contextlib.contextmanager
def named_world(bootstrap: pathlib.Path, times: Times) -> Iterator[World]:
    with Resolver() as resolver, NamedOrigin(resolver) as origin, tempfile.TemporaryDirectory() as folder:
        wrapper = resolver.wrapper(pathlib.Path(folder))
        with World(bootstrap, origin, times, ca_file=certificates().root, wrapper=wrapper) as world:
            yield world


def answering(rcode: int | None, world: World) -> None:
    assert isinstance(world.origin, NamedOrigin)
    world.origin.resolver.rcode = rcode


def unresolved(name: str, outcomes: tuple[str, ...], rcode: int | None) -> Breakage:
    begin, end = functools.partial(answering, rcode), functools.partial(answering, 0)
    return Breakage(name, outcomes, begin=begin, end=end, world=named_world)


BREAKAGES = [
    unresolved("DNS: no such name", ("could_not_resolve",), NXDOMAIN),
    unresolved("DNS: server failure", ("could_not_resolve",), SERVFAIL),
    unresolved("DNS: silence", ("timed_out", "could_not_resolve"), None),
]


def left_out(_: pathlib.Path) -> Result:
    return Result.of_nothing("a name server of its own needs root")


ROWS = [row for breakage in BREAKAGES for row in breakage.rows()]
if os.geteuid() != 0:
    ROWS = [Row(row.group, row.name, row.situation, left_out) for row in ROWS]

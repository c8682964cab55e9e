"""A server of keys that cannot be reached, or takes its time."""

import functools
import math
import pathlib
import time

from faults.credentials import public_set
from faults.keys_cells import FRESH, Breakage, recovered, summary
from faults.origin import Origin, always, serving
from faults.table import Result, Row
from faults.world import Times, World

GOOD = public_set("k1", "k2")
SLOW_MILLISECONDS_PER_BYTE = 5
"""Some two hundred bytes of head alone take a second."""
NEAR_DEADLINE_MS = 900.0


def unreachable(world: World) -> None:
    world.origin.refuse()


def full(world: World) -> None:
    world.origin.swallow()


def reopened(world: World) -> None:
    world.origin.reopen()


NEVER = {"answer": "never"}
SLOWLY = {"body": GOOD, "pieces": "bytes", "millisecondsPerByte": SLOW_MILLISECONDS_PER_BYTE}

BREAKAGES = [
    Breakage("connection refused", ("could_not_connect",), begin=unreachable, end=reopened),
    Breakage("black hole: SYN dropped", ("timed_out",), begin=full, end=reopened),
    Breakage("black hole: never answers", ("timed_out",), lambda _: always(NEVER)),
    Breakage("slow, byte by byte", ("timed_out",), lambda _: always(SLOWLY)),
]


def before_the_deadline(situation: str, bootstrap: pathlib.Path) -> Result:
    """A fetch that may take ten seconds, and an invocation that Lambda ends in less than one."""
    key_id = {FRESH: "k1", "new key": "k2"}[situation]
    with Origin() as origin, World(bootstrap, origin, Times(timeout=10_000), snapshot=public_set("k1")) as world:
        origin.behaviour = always(NEVER)
        world.start()
        origin.brought.append((time.monotonic(), frozenset({"k1"})))
        call = world.call(key_id, deadline_in=NEAR_DEADLINE_MS)
        busy_ms = (world.await_next() - call.delivered) * 1_000
        origin.behaviour = serving("k1", "k2")
        recovery, faults = recovered(world, "k2")
        result = summary(world, recovery, [key_id], math.nextafter(call.answered, math.inf))
        result.faults += faults
        result.faults += [] if busy_ms < NEAR_DEADLINE_MS else [f"{busy_ms:.0f} ms until it asked for the next event"]
        return result


def near_rows() -> list[Row]:
    name = f"black hole, {NEAR_DEADLINE_MS:.0f} ms to the deadline"
    return [Row("keys", name, it, functools.partial(before_the_deadline, it)) for it in (FRESH, "new key")]


ROWS = [row for breakage in BREAKAGES for row in breakage.rows()] + near_rows()

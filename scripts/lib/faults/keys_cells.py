"""The three situations in which a server of keys can break, measured alike for every way of breaking."""

import contextlib
import dataclasses
import functools
import pathlib
import time
from collections.abc import Callable, Iterator

from faults import promises
from faults.origin import Behaviour, Origin, serving
from faults.table import Result, Row
from faults.world import Times, World

OUTAGE_SECONDS = 1.3
"""Longer than the cooldown of one second: whoever wants to ask, asks again while it lasts."""
NOTHING_KNOWN, FRESH, STALE = "nothing known", "keys known, fresh", "keys known, stale"


def doing_nothing(_: World) -> None:
    """For a server that is broken by its answers alone."""


@dataclasses.dataclass(frozen=True)
class Breakage:
    name: str
    outcomes: tuple[str, ...]
    """What a fetch may have come to, as the log says it."""
    behaviour: Callable[[Origin], Behaviour] | None = None
    """How the server answers meanwhile; otherwise as it does when it is well."""
    begin: Callable[[World], None] = doing_nothing
    end: Callable[[World], None] = doing_nothing
    world: Callable[..., contextlib.AbstractContextManager[World]] | None = None
    """Where the server is another than one of plain HTTP."""
    well: Callable[[Origin, Behaviour], Behaviour] = lambda _, keys: keys
    """How keys are handed out where it is by discovery."""

    def open(self, bootstrap: pathlib.Path, times: Times) -> contextlib.AbstractContextManager[World]:
        return (self.world or plain_world)(bootstrap, times)

    def break_it(self, world: World) -> None:
        if self.behaviour:
            world.origin.behaviour = self.behaviour(world.origin)
        self.begin(world)

    def mend(self, world: World, *key_ids: str) -> None:
        self.serve(world, *key_ids)
        self.end(world)

    def serve(self, world: World, *key_ids: str) -> None:
        world.origin.behaviour = self.well(world.origin, serving(*key_ids))

    def rows(self) -> list[Row]:
        cells = {NOTHING_KNOWN: at_the_start, FRESH: while_fresh, STALE: while_stale}
        return [Row("keys", self.name, name, functools.partial(cell, self)) for name, cell in cells.items()]


@contextlib.contextmanager
def plain_world(bootstrap: pathlib.Path, times: Times) -> Iterator[World]:
    with Origin() as origin, World(bootstrap, origin, times) as world:
        yield world


# The cells


def at_the_start(breakage: Breakage, bootstrap: pathlib.Path) -> Result:
    """Nothing was ever fetched: nobody is let in, and each cooldown has one try."""
    with breakage.open(bootstrap, Times()) as world:
        breakage.break_it(world)
        world.start().call_for(OUTAGE_SECONDS, "k1")
        breakage.mend(world, "k1")
        return concluded(breakage, world, "k1", {"k1": {"keys_unavailable"}})


def while_fresh(breakage: Breakage, bootstrap: pathlib.Path) -> Result:
    """Known keys need no server. A token under a new one asks for it in vain, and is nobody's fault but ours."""
    with breakage.open(bootstrap, Times()) as world:
        breakage.serve(world, "k1")
        world.start().call()
        breakage.break_it(world)
        world.call_for(OUTAGE_SECONDS, "k1", "k2")
        breakage.mend(world, "k1", "k2")
        # Until the first cooldown is over, a fetch of just now says that there is no such key.
        return concluded(breakage, world, "k2", {"k1": {"allow"}, "k2": {"unknown_key", "keys_unavailable"}})


def while_stale(breakage: Breakage, bootstrap: pathlib.Path) -> Result:
    """Keys serve past their age while fetches fail, up to the bound, and then no longer."""
    times = Times(max_age=1, stale_if_error=1)
    with breakage.open(bootstrap, times) as world:
        breakage.serve(world, "k1")
        world.start().call()
        breakage.break_it(world)
        fetched = world.origin.brought[-1][0]
        world.call_until(fetched + times.max_age + times.stale_if_error + OUTAGE_SECONDS - 1, "k1")
        breakage.mend(world, "k1")
        return concluded(breakage, world, "k1", {"k1": {"allow", "allow, stale", "keys_unavailable"}}, all_of_them=True)


def concluded(
    breakage: Breakage, world: World, key_id: str, expected: dict[str, set[str]], all_of_them: bool = False
) -> Result:
    """Waits until callers are allowed again, and says what was seen. From here on the server is well."""
    well_since = time.monotonic()
    recovery, late = recovered(world, key_id)
    for key in expected:
        world.call(key)
    result = summary(world, recovery, list(expected), well_since)
    result.faults += late + unexpected(world, expected, well_since, all_of_them) + strange(breakage, world)
    result.faults += [] if all(call.is_allow for call in world.calls[-len(expected) :]) else ["not all is well again"]
    return result


def recovered(world: World, key_id: str) -> tuple[str, list[str]]:
    """Whoever fails next does so within the cooldown, and the one after it fetches."""
    bound = world.times.cooldown + (world.times.timeout + promises.MARGIN_MS) / 1_000
    seconds = world.seconds_to(True, key_id, bound + 10)
    if seconds is None:
        return "never", [f"nobody was allowed within {bound + 10:.0f} s of the server being well"]
    late = [f"well again after {seconds:.2f} s; the cooldown allows {bound:.2f}"] if seconds > bound else []
    return f"{seconds:.2f} s of {bound:.2f}", late


def summary(world: World, recovery: str, key_ids: list[str], until: float) -> Result:
    """Callers are counted up to a moment; all else is of the whole cell."""
    shown = key_ids if len(key_ids) > 1 else [None]
    counts = [(f"{key}: " if key else "") + world.counted(key, until) for key in shown]
    return Result(" | ".join(counts), world.fetched(), world.waited_ms(), recovery, promises.broken(world))


def unexpected(world: World, expected: dict[str, set[str]], until: float, all_of_them: bool = False) -> list[str]:
    faults = []
    for key_id, kinds in expected.items():
        of_key = [pair for pair in zip(world.calls, world.decisions()) if pair[0].key_id == key_id]
        seen = {world.kind_of(decision) for call, decision in of_key if call.answered < until}
        if not seen <= kinds or (all_of_them and seen != kinds):
            faults.append(f"callers of {key_id} got {sorted(seen)}, not {sorted(kinds)}")
    return faults


def strange(breakage: Breakage, world: World) -> list[str]:
    outcomes = {fetch["outcome"] for fetch in world.fetches()}
    faults = [f"a fetch came to {outcome}" for outcome in sorted(outcomes - {"fetched", *breakage.outcomes})]
    return faults if outcomes & set(breakage.outcomes) else [*faults, f"no fetch came to {breakage.outcomes}"]

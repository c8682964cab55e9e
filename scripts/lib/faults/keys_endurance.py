"""A flood of made-up keys, an outage of many cooldowns, and a server slower than the cooldown."""

import functools
import math
import pathlib
import secrets
import time

from faults.credentials import unheld_token
from faults.keys_cells import FRESH, NOTHING_KNOWN, STALE, recovered, summary, unexpected
from faults.origin import Origin, always, serving
from faults.table import Result, Row
from faults.world import Times, World

FLOOD = 10_000
KNOWN_EVERY = 50
"""So often a caller with a key that is known comes along."""
OUTAGE_COOLDOWNS = 4
DOWN = {"status": 503}
SITUATIONS = {
    NOTHING_KNOWN: Times(),
    FRESH: Times(),
    STALE: Times(max_age=1),
}


def prepared(situation: str, world: World) -> None:
    """The situation, in which the server is down from here on."""
    if situation == NOTHING_KNOWN:
        world.origin.behaviour = always(DOWN)
        world.start()
        return
    world.origin.behaviour = serving("k1")
    world.start().call()
    world.origin.behaviour = always(DOWN)
    if situation == STALE:
        world.call_for(world.times.max_age + 0.1, "k1")


def flood(situation: str, bootstrap: pathlib.Path) -> Result:
    """Each caller has another key that nobody has. While the keys are fresh the server is well, and says so."""
    with Origin() as origin, World(bootstrap, origin, SITUATIONS[situation]) as world:
        prepared(situation, world)
        if situation == FRESH:
            origin.behaviour = serving("k1")
        since, begun = time.monotonic(), len(world.calls)
        for number in range(FLOOD):
            world.call("made up", unheld_token(secrets.token_hex(8), world.issuer))
            if number % KNOWN_EVERY == 0:
                world.call("k1")
        seconds = time.monotonic() - since
        flooded = math.nextafter(world.calls[-1].answered, math.inf)
        origin.behaviour = serving("k1", "k2")
        recovery, faults = recovered(world, "k2")
        result = summary(world, recovery, ["made up", "k1"], flooded)
        result.fetches += f"; {len(world.calls) - begun} calls in {seconds:.1f} s"
        known = {NOTHING_KNOWN: {"keys_unavailable"}, FRESH: {"allow"}, STALE: {"allow", "allow, stale"}}[situation]
        made_up = {"unknown_key"} if situation == FRESH else {"keys_unavailable"}
        result.faults += faults + unexpected(world, {"made up": made_up, "k1": known}, flooded)
        return result


def comeback(situation: str, bootstrap: pathlib.Path) -> Result:
    """However long it was down, whoever calls is helped within a cooldown of its being well."""
    with Origin() as origin, World(bootstrap, origin, SITUATIONS[situation]) as world:
        prepared(situation, world)
        world.call_for(OUTAGE_COOLDOWNS * world.times.cooldown + 0.3, "k1", "k2")
        origin.behaviour = serving("k1", "k2")
        well_since = time.monotonic()
        recovery, faults = recovered(world, "k2")
        result = summary(world, recovery, ["k1", "k2"], well_since)
        result.faults += faults
        return result


def slower_than_the_cooldown(situation: str, bootstrap: pathlib.Path) -> Result:
    """A fetch that takes longer than the cooldown: the cooldown is for whoever comes behind it."""
    times = Times(max_age=SITUATIONS[situation].max_age, timeout=1_300)
    with Origin() as origin, World(bootstrap, origin, times) as world:
        prepared(situation, world)
        origin.behaviour = always({"answer": "never"})
        world.call_for(2 * (times.cooldown + times.timeout / 1_000), "k1", "k2")
        origin.behaviour = serving("k1", "k2")
        well_since = time.monotonic()
        recovery, faults = recovered(world, "k2")
        result = summary(world, recovery, ["k1", "k2"], well_since)
        waiting = sum(call.waited_ms > times.timeout / 2 for call in world.calls)
        result.callers += f" | {waiting} waited"
        result.faults += faults
        return result


ROWS = [
    Row("keys", name, situation, functools.partial(run, situation))
    for name, run in (
        (f"flood of {FLOOD} random kids", flood),
        (f"down for {OUTAGE_COOLDOWNS} cooldowns, and back", comeback),
        ("slower than the cooldown", slower_than_the_cooldown),
    )
    for situation in SITUATIONS
]

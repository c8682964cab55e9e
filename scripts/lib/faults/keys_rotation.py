"""Keys that come and go, at every moment that makes a difference. The server is well, or was."""

import functools
import math
import pathlib
import time
from collections.abc import Callable

from faults import promises
from faults.credentials import public_set
from faults.keys_cells import recovered, summary
from faults.origin import Behaviour, Origin, Step, always, serving
from faults.table import Result, Row
from faults.world import Times, World

TAG = '"1"'
DOWN = {"status": 503}
COOLDOWN = Times().cooldown


def rotation(turn: Callable[[World], None], times: Times, snapshot: bool, bootstrap: pathlib.Path) -> Result:
    """k1 gives way to k2: the new key is taken within a cooldown, and the old one refused from then on."""
    with Origin() as origin, World(bootstrap, origin, times, snapshot=public_set("k1") if snapshot else None) as world:
        origin.behaviour = serving("k1", tag=TAG)
        turn(world)
        turned = time.monotonic()
        before = len(world.calls)
        recovery, faults = recovered(world, "k2")
        world.call_for(0.1, "k1", "k2")
        result = summary(world, recovery, ["k1", "k2"], math.inf)
        result.faults += faults + old_key_faults(world, before, turned)
        return result


def old_key_faults(world: World, before: int, turned: float) -> list[str]:
    """The answer that lets the new key in knows the old one no longer."""
    new = next((index for index, call in enumerate(world.calls) if call.key_id == "k2" and call.is_allow), before)
    late = [call for call in world.calls[new:] if call.key_id == "k1" and call.is_allow]
    return [f"the old key was allowed {late[-1].delivered - turned:.2f} s after the turn"] if late else []


# The moments


def before_the_start(world: World) -> None:
    world.origin.behaviour = serving("k2", tag='"2"')
    world.start()


def with_a_snapshot(world: World) -> None:
    """The file of keys is older than the turn; it serves the first caller, behind whom the address is asked."""
    before_the_start(world)
    world.origin.brought.append((time.monotonic(), frozenset({"k1"})))
    world.call("k1")


def between_events(world: World) -> None:
    """The cooldown is over, so the first caller with the new key has it fetched."""
    world.start().call_for(COOLDOWN + 0.05, "k1")
    world.origin.behaviour = serving("k2", tag='"2"')


def during_the_cooldown(world: World) -> None:
    world.start().call()
    world.origin.behaviour = serving("k2", tag='"2"')


def turning_behind(world: World, old: Behaviour, wanted: Callable[[Step], bool]) -> None:
    """The set is turned once such an answer was decided on, while it is on its way."""

    def answer(request: dict) -> Step:
        step = old(request)
        if wanted(step):
            world.origin.behaviour = serving("k2", tag='"2"')
            time.sleep(0.1)
        return step

    world.origin.behaviour = answer


def while_a_fetch_is_under_way(world: World) -> None:
    turning_behind(world, serving("k1", tag=TAG), lambda _: True)
    world.start()


def right_after_a_304(world: World) -> None:
    turning_behind(world, serving("k1", tag=TAG), lambda step: step.get("status") == 304)
    world.start()
    while world.origin.brought[-1:] == world.origin.brought[:1]:
        world.call("k1")
        time.sleep(0.02)


def while_keys_are_stale(world: World) -> None:
    """It was down, and comes back with another key."""
    world.start().call()
    world.origin.behaviour = always(DOWN)
    world.call_for(world.times.max_age + 0.3, "k1")
    world.origin.behaviour = serving("k2", tag='"2"')


MOMENTS: list[tuple[str, Callable[[World], None], Times, bool]] = [
    ("before the start", before_the_start, Times(), False),
    ("before the start, old key in jwksFile", with_a_snapshot, Times(), True),
    ("between events", between_events, Times(), False),
    ("during the cooldown", during_the_cooldown, Times(), False),
    ("while a fetch is under way", while_a_fetch_is_under_way, Times(), False),
    ("right after a 304", right_after_a_304, Times(max_age=1), False),
    ("while keys are stale", while_keys_are_stale, Times(max_age=1), False),
]


# A key that is withdrawn


def withdrawal(is_down: bool, bootstrap: pathlib.Path) -> Result:
    """Nobody asks for another key, so that it is the age of the set that ends it."""
    times = Times(max_age=1, stale_if_error=1)
    with Origin() as origin, World(bootstrap, origin, times) as world:
        origin.behaviour = serving("k1", "k2")
        world.start().call()
        origin.behaviour = always(DOWN) if is_down else serving("k2")
        bound = times.max_age + (times.stale_if_error if is_down else 0) + promises.MARGIN_MS / 1_000
        seconds = world.seconds_to(False, "k1", bound + 5)
        refused = f"refused after {seconds or math.inf:.2f} s of {bound:.2f}"
        result = summary(world, refused, [], math.inf)
        result.faults += [] if seconds and seconds <= bound else [f"a key that was withdrawn is {refused}"]
        return result


def snapshot_while_down(bootstrap: pathlib.Path) -> Result:
    """Nobody knows how old the file is: it counts as fetched when the process started, and is not read again."""
    times = Times(max_age=1, stale_if_error=1)
    with Origin() as origin, World(bootstrap, origin, times, snapshot=public_set("k1")) as world:
        origin.behaviour = always(DOWN)
        world.start()
        origin.brought.append((time.monotonic(), frozenset({"k1"})))
        bound = times.max_age + times.stale_if_error + promises.MARGIN_MS / 1_000
        seconds = world.seconds_to(False, "k1", bound + 5)
        before = len(world.calls)
        world.call_for(2 * COOLDOWN, "k1")
        later = sum(call.is_allow for call in world.calls[before:])
        result = summary(world, f"refused after {seconds or math.inf:.2f} s of {bound:.2f}", [], math.inf)
        result.faults += [] if seconds and seconds <= bound else [f"the file's key is {result.recovered}"]
        result.faults += [f"the file's key was allowed {later} times more"] if later else []
        return result


def snapshot_while_up(bootstrap: pathlib.Path) -> Result:
    """Keys are fetched behind the first answer, and the set that comes knows the file's key no longer."""
    with Origin() as origin, World(bootstrap, origin, Times(), snapshot=public_set("k1")) as world:
        origin.behaviour = serving("k2")
        world.start()
        origin.brought.append((time.monotonic(), frozenset({"k1"})))
        world.call_for(COOLDOWN + 0.3, "k1")
        allowed = [number for number, call in enumerate(world.calls, start=1) if call.is_allow]
        result = summary(world, "refused from the second caller on", [], math.inf)
        result.faults += [] if allowed == [1] else [f"the file's key was allowed to callers {allowed}"]
        return result


def withdrawn_before(bootstrap: pathlib.Path) -> Result:
    with Origin() as origin, World(bootstrap, origin, Times()) as world:
        origin.behaviour = serving("k2")
        world.start().call_for(COOLDOWN + 0.3, "k1")
        return summary(world, "refused at once", [], math.inf)


ROWS = [
    *(Row("keys", "rotation", name, functools.partial(rotation, *how)) for name, *how in MOMENTS),
    Row("keys", "old key withdrawn", "nothing known", withdrawn_before),
    Row("keys", "old key withdrawn", "keys known, fresh", functools.partial(withdrawal, False)),
    Row("keys", "old key withdrawn, server down", "keys known, stale", functools.partial(withdrawal, True)),
    Row("keys", "old key withdrawn, still in jwksFile", "server up at the start", snapshot_while_up),
    Row("keys", "old key withdrawn, still in jwksFile", "server down at the start", snapshot_while_down),
]

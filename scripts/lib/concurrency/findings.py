"""What is checked, and what came of it. Standard library only."""

import dataclasses
import pathlib
import random
import time
from collections.abc import Callable


# As docs/configuration.md wants it: otherwise a build that is not the shipped one is seconds over its crash report.
NO_BACKTRACE = {"SWIFT_BACKTRACE": "enable=no"}


class Wrong(Exception):
    """Not as it must be."""


class LeftOut(Exception):
    """This machine does not let it be checked; says what it would take."""


def require(condition: object, message: str) -> None:
    if not condition:
        raise Wrong(message)


@dataclasses.dataclass(frozen=True)
class Setting:
    """What a run was started with."""

    program: pathlib.Path
    emulator: pathlib.Path
    events: pathlib.Path
    in_flight: tuple[int, ...]
    seconds: float | None
    """How long each load under the emulator lasts, where that was said."""
    seed: int

    def random(self, purpose: str) -> random.Random:
        return random.Random(f"{self.seed} {purpose}")


@dataclasses.dataclass(frozen=True)
class Check:
    part: str
    what: str
    act: Callable[[Setting], str]
    """Returns the figures; raises Wrong or LeftOut."""


@dataclasses.dataclass(frozen=True)
class Row:
    part: str
    what: str
    outcome: str
    """`ok`, `wrong` or `left out`."""
    figures: str
    seconds: float


def check(checks: list[Check], part: str, what: str) -> Callable[[Callable[[Setting], str]], Callable[[Setting], str]]:
    """Adds the function to the list."""

    def add(act: Callable[[Setting], str]) -> Callable[[Setting], str]:
        checks.append(Check(part, what, act))
        return act

    return add


def perform(one: Check, setting: Setting) -> Row:
    started = time.monotonic()
    try:
        outcome, figures = "ok", one.act(setting)
    except LeftOut as reason:
        outcome, figures = "left out", str(reason)
    except Wrong as fault:
        outcome, figures = "wrong", str(fault)
    except Exception as fault:  # noqa: BLE001  What breaks the check is not for the check to choose.
        outcome, figures = "wrong", f"{type(fault).__name__}: {fault}"
    return Row(one.part, one.what, outcome, figures, time.monotonic() - started)

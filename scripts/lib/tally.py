"""The counts that scripts/test ends with, in the file TURNSTILE_TALLY: lines of `passed failed left-out what`.

What was left out has a line of its own for each reason, since neither "passed" nor "failed" is true of it.
"""

import contextlib
import os
import pathlib
from collections import Counter
from collections.abc import Iterable, Iterator


def record(passed: int, failed: int, what: str) -> None:
    write(f"{passed} {failed} 0 {what}")


def leave_out(what: str, reasons: Iterable[str]) -> None:
    """One reason for each that was left out; one that is empty counts nothing."""
    for reason, times in Counter(filter(None, reasons)).items():
        write(f"0 0 {times} {what}: {' '.join(reason.split())}")


def write(line: str) -> None:
    if path := os.environ.get("TURNSTILE_TALLY"):
        with pathlib.Path(path).open("a") as tally:
            tally.write(f"{line}\n")


@contextlib.contextmanager
def left_alone() -> Iterator[None]:
    """While tests run what records: their faults are meant to be there."""
    path = os.environ.pop("TURNSTILE_TALLY", None)
    try:
        yield
    finally:
        if path is not None:
            os.environ["TURNSTILE_TALLY"] = path

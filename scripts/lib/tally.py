"""The counts that scripts/test ends with: a line `passed failed what` for each part, in the file TURNSTILE_TALLY."""

import contextlib
import os
import pathlib
from collections.abc import Iterator


def record(passed: int, failed: int, what: str) -> None:
    if path := os.environ.get("TURNSTILE_TALLY"):
        with pathlib.Path(path).open("a") as tally:
            tally.write(f"{passed} {failed} {what}\n")


@contextlib.contextmanager
def left_alone() -> Iterator[None]:
    """While tests run what records: their faults are meant to be there."""
    path = os.environ.pop("TURNSTILE_TALLY", None)
    try:
        yield
    finally:
        if path is not None:
            os.environ["TURNSTILE_TALLY"] = path

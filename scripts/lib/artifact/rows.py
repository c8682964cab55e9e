"""A check of an artifact, what came of it, and how the table is printed. Standard library only."""

import dataclasses
import pathlib
import traceback
from collections.abc import Callable, Iterable

OK, FAILED, LEFT_OUT = "ok", "failed", "left out"
MOST_SHOWN_FAULTS = 4
"""Of one row, in the table; --json has them all."""


class LeftOut(Exception):
    """Raised by a check that cannot be made here; the message says why."""


@dataclasses.dataclass
class Seen:
    """What a check found; `faults` are sentences, and empty where all is well."""

    said: str
    faults: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Row:
    arch: str
    check: str
    verdict: str
    found: list[str]

    def document(self) -> dict:
        return dataclasses.asdict(self)


def judged(arch: str, check: str, act: Callable[[], Seen]) -> Row:
    """Whatever ends a check is a fault of this check alone."""
    try:
        seen = act()
    except LeftOut as reason:
        return Row(arch, check, LEFT_OUT, [str(reason)])
    except FileNotFoundError as error:
        return Row(arch, check, FAILED, [f"{error.filename} is missing"])
    except Exception as error:  # noqa: BLE001 -- an artifact may be broken in any way
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{pathlib.Path(place.filename).name}:{place.lineno}"
        return Row(arch, check, FAILED, [f"{type(error).__name__}: {error} ({where})"])
    if seen.faults:
        return Row(arch, check, FAILED, seen.faults)
    return Row(arch, check, OK, [seen.said] if seen.said else [])


def aligned(rows: Iterable[Row]) -> str:
    """For a terminal: a line for each row, and one for each further fault."""
    lines = [("artifact", "check", "verdict", "found")]
    for row in rows:
        shown = row.found[:MOST_SHOWN_FAULTS]
        if len(row.found) > len(shown):
            shown.append(f"and {len(row.found) - len(shown)} more")
        first, *others = shown or [""]
        lines.append((row.arch, row.check, row.verdict, first))
        lines += [("", "", "", other) for other in others]
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line[:3], widths, strict=True)), line[3]]).rstrip()
        for line in lines
    )

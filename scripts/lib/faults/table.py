"""A row of a fault table, what came of it, and how tables are printed. Standard library only."""

import dataclasses
import pathlib
from collections.abc import Callable, Iterable

GROUPS = ("keys", "start", "runtime", "machine")
KEPT, BROKEN, LEFT_OUT = "as promised", "not as promised", "left out"


@dataclasses.dataclass
class Result:
    """What was measured; `faults` are sentences, and empty where every promise was kept."""

    callers: str
    """What whoever called got: answers and reasons, counted."""
    fetches: str = ""
    waited_ms: float | None = None
    """The longest that a caller waited."""
    recovered: str = ""
    faults: list[str] = dataclasses.field(default_factory=list)
    left_out: str = ""
    """Why nothing was measured; empty where something was."""

    @classmethod
    def of_nothing(cls, because: str) -> "Result":
        return cls(f"left out: {because}", left_out=because)


@dataclasses.dataclass(frozen=True)
class Row:
    group: str
    name: str
    situation: str
    run: Callable[[pathlib.Path], Result]
    """Given bootstrap's file."""

    @property
    def title(self) -> str:
        return f"{self.name}, {self.situation}" if self.situation else self.name


@dataclasses.dataclass
class Outcome:
    row: Row
    result: Result
    seconds: float

    @property
    def verdict(self) -> str:
        if self.result.faults:
            return BROKEN
        return LEFT_OUT if self.result.left_out else KEPT

    def cells(self) -> list[str]:
        result = self.result
        waited = "" if result.waited_ms is None else f"{result.waited_ms:.0f} ms"
        return [self.row.name, self.row.situation, result.callers, result.fetches, waited, result.recovered]

    def document(self) -> dict:
        row, result = self.row, dataclasses.asdict(self.result)
        place = {"group": row.group, "name": row.name, "situation": row.situation}
        return {**place, **result, "seconds": round(self.seconds, 2)}


HEAD = ("fault", "situation", "callers got", "fetches", "longest wait", "well again")


def aligned(outcomes: Iterable[Outcome]) -> str:
    """For a terminal: columns that nothing in the table has stay away."""
    rows = [outcome.cells() for outcome in outcomes]
    shown = [index for index in range(len(HEAD)) if any(row[index] for row in rows)]
    widths = {index: max(len(row[index]) for row in [list(HEAD), *rows]) for index in shown}
    lines = ["  ".join(row[index].ljust(widths[index]) for index in shown).rstrip() for row in [list(HEAD), *rows]]
    return "\n".join(lines)


def markdown(outcomes: Iterable[Outcome]) -> str:
    rows = [outcome.cells() for outcome in outcomes]
    shown = [index for index in range(len(HEAD)) if any(row[index] for row in rows)]

    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    head = [line(HEAD[index] for index in shown), "|" + "---|" * len(shown)]
    return "\n".join(head + [line(row[index] for index in shown) for row in rows])

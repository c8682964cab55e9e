"""What valgrind's callgrind has counted."""

import collections
import dataclasses
import pathlib
import re

NAME = re.compile(r"^(c?)fn=\((\d+)\)(?: (.*))?$")
COST = re.compile(r"^[+\-*]?\d*[ ](\d+)$")  # a line of the source, and the instructions
CALLS = re.compile(r"^calls=(\d+)")


@dataclasses.dataclass
class Counts:
    """Of one output file (Callgrind Format Specification)."""

    instructions: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    """By function, without those of the functions it called."""
    calls: collections.Counter[tuple[str, str]] = dataclasses.field(default_factory=collections.Counter)
    """By caller and callee."""


def counts(path: pathlib.Path) -> Counts:
    """A name is written once and then goes by its number."""
    names: dict[str, str] = {}
    found = Counts()
    current = callee = ""
    is_of_callee = False
    for line in path.read_text(errors="replace").splitlines():
        if match := NAME.match(line):
            of_callee, number, name = match.groups()
            if name is not None:
                names[number] = name
            current, callee = (current, names[number]) if of_callee else (names[number], "")
        elif match := CALLS.match(line):
            found.calls[current, callee] += int(match[1])
            is_of_callee = True
        elif match := COST.match(line):
            if not is_of_callee:
                found.instructions[current] += int(match[1])
            is_of_callee = False
    return found

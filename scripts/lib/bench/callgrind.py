"""What valgrind's callgrind has counted: instructions by function, without those of the functions it called."""

import collections
import pathlib
import re

NAME = re.compile(r"^(c?)fn=\((\d+)\)(?: (.*))?$")
COST = re.compile(r"^[+\-*]?\d*[ ](\d+)$")  # a line of the source, and the instructions


def counts(path: pathlib.Path) -> dict[str, int]:
    """Of one output file (Callgrind Format Specification). A name is written once and then goes by its number."""
    names: dict[str, str] = {}
    found: collections.Counter[str] = collections.Counter()
    current = ""
    is_of_callee = False
    for line in path.read_text(errors="replace").splitlines():
        if match := NAME.match(line):
            of_callee, number, name = match.groups()
            if name is not None:
                names[number] = name
            current = current if of_callee else names[number]
        elif line.startswith("calls="):
            is_of_callee = True
        elif match := COST.match(line):
            if not is_of_callee:
                found[current] += int(match[1])
            is_of_callee = False
    return dict(found)

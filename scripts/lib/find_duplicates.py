"""Finds text that stands in two places: runs of equal lines that say something. Standard library only.

Prints `file:line: fault`, one a run, and ends with 1 where there is any.
"""

import pathlib
import re
import sys
from collections import defaultdict

from check_sources import Fault, tracked

RUN_OF_LINES = 12
SOURCES = ("Sources/*.swift", "Tests/*.swift", "scripts/*.py", "scripts/*.sh", "scripts/*")
# Braces, imports and blank lines are equal everywhere and say nothing.
TRIVIAL = re.compile(r"^[\s{}()\[\],;]*$|^\s*(?:@\w+\s+)*(?:package |public )?import \w+$|^\s*(?://|#)")

Line = tuple[int, str]


def telling_lines(text: str) -> list[Line]:
    return [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if not TRIVIAL.match(line)]


def runs(files: dict[pathlib.Path, list[Line]]) -> list[Fault]:
    """A fault for the first line of every run that has an equal one before it."""
    places: dict[tuple[str, ...], list[tuple[pathlib.Path, int]]] = defaultdict(list)
    for path, lines in files.items():
        for index in range(len(lines) - RUN_OF_LINES + 1):
            places[tuple(text for _, text in lines[index : index + RUN_OF_LINES])].append((path, index))
    repeated = {place: found[0] for found in places.values() for place in found[1:]}
    faults = []
    for (path, index), (first_path, first_index) in repeated.items():
        if (path, index - 1) in repeated:
            continue  # the run is longer than its window and was reported at its first line
        first_line, line = files[first_path][first_index][0], files[path][index][0]
        faults.append((path, line, f"{RUN_OF_LINES} lines or more as in {first_path}:{first_line}"))
    return sorted(faults)


def main() -> int:
    files = {path: telling_lines(path.read_text()) for path in tracked(*SOURCES) if path.suffix != ".txt"}
    faults = runs(files)
    for path, line, fault in faults:
        print(f"{path}:{line}: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""Chooses the inputs of a fuzz target that are worth keeping, from the notes of a merge (libFuzzer's control file).

    choose_inputs.py NOTES

Prints their paths, those first that reach most of what neither the files of the first folder nor those before reach.
"""

import pathlib
import sys

# Of one target: a few dozen small files, so that the six of them stay below 200 KB.
MOST_INPUTS = 32
MOST_BYTES = 28_000


def read(notes: pathlib.Path) -> tuple[set[int], dict[pathlib.Path, set[int]]]:
    """What the first folder reaches, and what each other file does."""
    lines = notes.read_text().splitlines()
    total, first = int(lines[0]), int(lines[1])
    paths = [pathlib.Path(line) for line in lines[2 : 2 + total]]
    known: set[int] = set()
    reached: dict[pathlib.Path, set[int]] = {}
    for line in lines[2 + total :]:
        kind, index, *features = line.split()
        if kind != "FT":
            continue
        if int(index) < first:
            known.update(map(int, features))
        else:
            reached[paths[int(index)]] = set(map(int, features))
    return known, reached


def choose(known: set[int], reached: dict[pathlib.Path, set[int]]) -> list[pathlib.Path]:
    chosen: list[pathlib.Path] = []
    room = MOST_BYTES
    sizes = {path: path.stat().st_size for path in reached}
    while len(chosen) < MOST_INPUTS:
        fitting = [path for path in sizes if sizes[path] <= room and path not in chosen]
        best = max(fitting, key=lambda path: (len(reached[path] - known), -sizes[path]), default=None)
        if best is None or not reached[best] - known:
            break
        chosen.append(best)
        known |= reached[best]
        room -= sizes[best]
    return chosen


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 64
    for path in choose(*read(pathlib.Path(sys.argv[1]))):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())

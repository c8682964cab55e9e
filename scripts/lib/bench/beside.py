"""Where the instructions of bootstrap and of the floor go, side by side: see scripts/instructions --floor."""

import argparse
import collections
import pathlib
import sys
import tempfile

from bench import instructions, native, programs, table
from bench.events import REQUEST, Keys, Maker
from bench.stage import Act, Stage
from bench.stopwatch import Failure, Program, Stopwatch
from bench.world import RS256
from words import Parser

ARCHIVES = {"OpenSSL": instructions.FOREIGN, "libcurl, c-ares": ("libcurl.a", "libcares.a")}
C_LIBRARY, OWN = "C library", "its own"
# Instructions by whose code they are in.
Shares = collections.Counter[str]


def symbols(libraries: pathlib.Path) -> dict[str, set[str]]:
    """The functions of each library."""
    found = {
        library: instructions.defined(*(libraries / "lib" / name for name in names))
        for library, names in ARCHIVES.items()
    }
    return found | {C_LIBRARY: instructions.defined(instructions.standard_library())}


def shares(profile: dict[str, int], known: dict[str, set[str]]) -> Shares:
    found = Shares()
    for name, cost in profile.items():
        whose = next((library for library, names in known.items() if instructions.is_of(names, name)), OWN)
        found[whose] += cost
    return found


def of_start_and_event(stage: Stage, program: Program, act: Act, known: dict[str, set[str]]) -> tuple[Shares, Shares]:
    """Of a start with its first event, and of one event more."""
    first, few, many = (
        instructions.total(stage, program, act, count).instructions
        for count in (1, instructions.FEW, instructions.MANY)
    )
    return shares(first, known), shares(instructions.each(few, many), known)


def lines(title: str, floor: Shares, ours: Shares) -> list[str]:
    rows = [
        [whose, f"{of_floor:,}", f"{of_ours:,}", f"{of_ours - of_floor:+,}"]
        for whose, of_floor, of_ours in (
            *((whose, floor[whose], ours[whose]) for whose in (*ARCHIVES, C_LIBRARY, OWN)),
            ("all", floor.total(), ours.total()),
        )
    ]
    return [title, *table.table(["", "floor", "bootstrap", "more"], rows)]


def main() -> int:
    parser = Parser(prog="scripts/instructions --floor", add_help=False)
    parser.add_argument("--bootstrap", type=pathlib.Path, required=True)
    parser.add_argument("--tools", type=pathlib.Path, required=True)
    given: argparse.Namespace = parser.parse_args(sys.argv[1:])
    libraries = given.tools / "libcurl"
    try:
        with tempfile.TemporaryDirectory(prefix="turnstile-beside-") as name:
            folder = pathlib.Path(name)
            stopwatch = Stopwatch(native.stopwatch(given.tools / "bench"), None, instructions.PATIENCE_SECONDS)
            stage, keys = Stage(folder, stopwatch), Keys()
            maker = Maker(keys, instructions.SEED)
            act = stage.act("beside", maker.world, keys, maker.events(instructions.EVENTS, REQUEST, RS256))
            known = symbols(libraries)
            floor = programs.of_file(programs.FLOOR, native.floor(folder, libraries, has_symbols=True))
            ours = programs.of_file(programs.EMBEDDED, given.bootstrap.resolve())
            found = [of_start_and_event(stage, program, act, known) for program in (floor, ours)]
    except (Failure, native.CannotCompile) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    titles = "a start, the fetch of keys and the first event", "one event more (REST REQUEST, RS256)"
    for title, pair in zip(titles, zip(*found, strict=True), strict=True):
        print("\n".join(lines(f"instructions of {title}", *pair)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

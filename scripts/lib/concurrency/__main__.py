"""Shows what bootstrap does with several events in flight, and prints what was seen: see scripts/concurrency."""

import argparse
import dataclasses
import json
import pathlib
import sys
from collections.abc import Iterator

import tally
from concurrency import kills, load
from concurrency.findings import Check, Row, Setting, perform
from concurrency.stand_in import CHECKS, StandIn
from words import Parser

ROOT = pathlib.Path(__file__).parents[3]
MOST_IN_FLIGHT = 1_024  # workers that bootstrap starts at most


def parsed(words: list[str]) -> argparse.Namespace:
    parser = Parser(prog="scripts/concurrency", add_help=False, allow_abbrev=False)
    parser.add_argument("--bootstrap", type=pathlib.Path, required=True)
    parser.add_argument("--emulator", type=pathlib.Path, default=ROOT / ".build-tools" / "aws-lambda-rie")
    parser.add_argument("--in-flight", type=int, action="append", metavar="N")
    parser.add_argument("--seconds", type=float, metavar="S")
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--only", metavar="TEXT", default="")
    parser.add_argument("--seed", type=int, default=20_261_128)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(words)
    if not given.bootstrap.is_file():
        parser.error(f"{given.bootstrap} is no file")
    if wrong := [count for count in given.in_flight or [] if not 2 <= count <= MOST_IN_FLIGHT]:
        parser.error(f"--in-flight {wrong[0]} is not from 2 to {MOST_IN_FLIGHT}")
    if given.seconds is not None and not given.seconds > 0:
        parser.error(f"--seconds {given.seconds:g} is not more than 0")
    return given


def is_wanted(check: Check, text: str) -> bool:
    return text in f"{check.part}: {check.what}"


def rows(given: argparse.Namespace, setting: Setting) -> Iterator[Row]:
    """In the order in which they are known. Workers are killed under the emulator while the stand-in's checks run."""
    for check in [] if given.kill else load.checks(setting):
        if is_wanted(check, given.only):
            yield perform(check, setting)
    on_stand_in = [] if given.kill else [n for n, check in enumerate(CHECKS) if is_wanted(check, given.only)]
    stand_in = StandIn(on_stand_in, setting)
    for check in kills.CHECKS:
        if is_wanted(check, given.only):
            yield perform(check, setting)
    yield from stand_in.rows()


def show(row: Row) -> None:
    print(f"{row.outcome:<9} {row.part:<10} {row.what}  ({row.seconds:.1f} s)\n{'':<21}{row.figures}", flush=True)
    if row.outcome == "left out":
        print(f"note: left out: {row.what}: {row.figures}", file=sys.stderr)


def main() -> int:
    given = parsed(sys.argv[1:])
    setting = Setting(
        given.bootstrap.resolve(), given.emulator.resolve(), ROOT / "events", tuple(given.in_flight or (16, 64)),
        given.seconds, given.seed,
    )  # fmt: skip
    done: list[Row] = []
    for row in rows(given, setting):
        done.append(row)
        if not given.json:
            show(row)
    right, wrong = (sum(row.outcome == outcome for row in done) for outcome in ("ok", "wrong"))
    if given.json:
        print(json.dumps({"seed": given.seed, "checks": [dataclasses.asdict(row) for row in done]}, indent=2))
    else:
        print(f"{right} checks as they must be, {wrong} not, {len(done) - right - wrong} left out; seed {given.seed}")
    tally.record(right, wrong, "checks of many events at once")
    return 1 if wrong or not right else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

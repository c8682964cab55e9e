"""Runs the fault tables: see scripts/faults."""

import argparse
import concurrent.futures
import importlib
import json
import pathlib
import sys
import time
import traceback
from collections import Counter
from typing import NoReturn

import tally
from faults import extent, groups, table
from faults.table import BROKEN, GROUPS, KEPT, LEFT_OUT, Outcome, Result, Row

USAGE = 64


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise argparse.ArgumentError(None, message)


def parsed(words: list[str]) -> argparse.Namespace:
    parser = Parser(prog="scripts/faults")
    parser.add_argument("groups", nargs="*", metavar="GROUP")
    parser.add_argument("--bootstrap", type=pathlib.Path, required=True, metavar="FILE")
    parser.add_argument("--row", action="append", default=[], metavar="NAME")
    parser.add_argument("--jobs", type=int, default=6, metavar="N")
    parser.add_argument("--long", action="store_true")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--markdown", action="store_true")
    arguments = parser.parse_args(words)
    for name in arguments.groups:
        if name not in GROUPS:
            parser.error(f"there is no group {name}: {', '.join(GROUPS)}")
    if arguments.jobs < 1:
        parser.error("--jobs is 1 or more")
    if not arguments.bootstrap.is_file():
        parser.error(f"{arguments.bootstrap} is not there")
    return arguments


def chosen(wanted: list[str], names: list[str]) -> list[Row]:
    """A row is named by a part of its title."""
    rows = [row for module in groups.MODULES for row in importlib.import_module(module).ROWS]
    rows = [row for row in rows if not wanted or row.group in wanted]
    return [row for row in rows if not names or any(name in row.title for name in names)]


def measured(row: Row, bootstrap: pathlib.Path) -> Outcome:
    started = time.monotonic()
    try:
        result = row.run(bootstrap)
    except Exception as error:  # noqa: BLE001 -- whatever ends a row is a fault of this row alone
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{pathlib.Path(place.filename).name}:{place.lineno}"
        result = Result("", faults=[f"{type(error).__name__}: {error} ({where})"])
    return Outcome(row, result, time.monotonic() - started)


def run_all(rows: list[Row], bootstrap: pathlib.Path, jobs: int) -> list[Outcome]:
    """As they were declared, whichever ends first. Most of them wait, so several run at once."""
    done = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(measured, row, bootstrap) for row in rows]
        for future in concurrent.futures.as_completed(futures):
            done += 1
            report_progress(done, len(rows), future.result())
    return [future.result() for future in futures]


def report_progress(done: int, of: int, outcome: Outcome) -> None:
    if sys.stderr.isatty():
        ending = "\n" if done == of else ""
        print(f"\r\x1b[K{done}/{of} {outcome.row.group}: {outcome.row.title}", end=ending, file=sys.stderr, flush=True)


def show(outcomes: list[Outcome], arguments: argparse.Namespace) -> None:
    if arguments.json:
        print(json.dumps([outcome.document() for outcome in outcomes], indent=1, ensure_ascii=False))
        return
    for group in GROUPS:
        if of_group := [outcome for outcome in outcomes if outcome.row.group == group]:
            heading = f"## {group.capitalize()}\n\n" if arguments.markdown else f"{group.capitalize()}\n"
            print(heading + (table.markdown if arguments.markdown else table.aligned)(of_group) + "\n")


def main() -> int:
    try:
        arguments = parsed(sys.argv[1:])
        rows = chosen(arguments.groups, arguments.row)
        if not rows:
            raise argparse.ArgumentError(None, f"no row is called so: {', '.join(arguments.row) or 'none at all'}")
    except argparse.ArgumentError as error:
        print(f"error: {error}\nscripts/faults -h shows how it is called", file=sys.stderr)
        return USAGE
    extent.is_long = arguments.long
    started = time.monotonic()
    outcomes = run_all(rows, arguments.bootstrap.resolve(), arguments.jobs)
    show(outcomes, arguments)
    for outcome in outcomes:
        for fault in outcome.result.faults:
            print(f"fault: {outcome.row.group}: {outcome.row.title}: {fault}", file=sys.stderr)
    print(summary(outcomes, time.monotonic() - started), file=sys.stderr)
    count(outcomes)
    return 1 if any(outcome.result.faults for outcome in outcomes) else 0


def summary(outcomes: list[Outcome], seconds: float) -> str:
    verdicts = Counter(outcome.verdict for outcome in outcomes)
    left_out = f", {verdicts[LEFT_OUT]} left out" if verdicts[LEFT_OUT] else ""
    return f"{len(outcomes)} cells in {seconds:.0f} s: {verdicts[KEPT]} as promised, {verdicts[BROKEN]} not{left_out}"


def count(outcomes: list[Outcome]) -> None:
    """For scripts/test: each group, and why cells of it were left out."""
    for group in GROUPS:
        if of_group := [outcome for outcome in outcomes if outcome.row.group == group]:
            verdicts = Counter(outcome.verdict for outcome in of_group)
            tally.record(verdicts[KEPT], verdicts[BROKEN], f"faults of {group}")
            tally.leave_out(f"faults of {group}", (outcome.result.left_out for outcome in of_group))


if __name__ == "__main__":
    sys.exit(main())

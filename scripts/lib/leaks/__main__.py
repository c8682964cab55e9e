"""Sends every attack through the programs and searches all that they write: see scripts/secrets."""

import argparse
import collections
import contextlib
import json
import pathlib
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator

import tally
from leaks.attacks import Attack, Attacks
from leaks.commands import Commands
from leaks.crashes import core_file_is_possible, crashes
from leaks.functions import Functions
from leaks.keysets import key_attacks
from leaks.search import Finding, Search, Written
from leaks.settings import Settings
from leaks.starts import failing_starts
from leaks.tool import Tool
from soak.publisher import Ring
from soak.world import SOURCES
from words import Parser

ATTACKS_OF_A_SET = 12  # events that are sent under each wrong set of keys
MOST_SHOWN = 40
ROWS = range(1, 90)  # of the threat model
# Those that are no event, token or set of keys, or one that says no more than another.
ELSEWHERE = {
    17: "a weak key is not used, as in row 14",
    24: "Wycheproof's vectors",
    68: "API Gateway's cache",
    70: "API Gateway's endpoint",
    79: "scripts/soak",
    80: "the clock",
    84: "timing",
    86: "the starts that fail",
    89: "SurroundingsTests",
}
NO_CORE_FILE = "the kernel writes no core file into a process's folder here, so none could be found"


def parsed(words: list[str]) -> argparse.Namespace:
    parser = Parser(prog="scripts/secrets", add_help=False)
    parser.add_argument("--bootstrap", type=pathlib.Path, action="append", required=True)
    parser.add_argument("--turnstile", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=20_261_128)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")  # the words alone, before anything is built
    given = parser.parse_args(words)
    for program in (*given.bootstrap, given.turnstile):
        if not program.is_file():
            parser.error(f"{program} is no file")
    return given


class Report:
    """What was looked at, part by part, and what was found in it."""

    def __init__(self, search: Search, is_silent: bool) -> None:
        self.search, self.is_silent = search, is_silent
        self.findings: list[Finding] = []
        self.parts: list[dict] = []

    def part(self, title: str, written: Iterable[Written | Finding]) -> None:
        """Everything is written before it is searched: a token that is handed out late is looked for in all of it."""
        started = time.monotonic()
        collected = [*written]
        found = [finding for one in collected for finding in self.look(one)]
        size = sum(len(one.data) for one in collected if isinstance(one, Written))
        self.findings += found
        self.parts.append(
            {
                "part": title,
                "outputs": len(collected),
                "bytes": size,
                "findings": len(found),
                "seconds": round(time.monotonic() - started, 1),
            }
        )
        if not self.is_silent:
            mark = "✗" if found else "✓"
            print(
                f"{mark}  {title:<72} {len(collected):>6} outputs {size:>10,} bytes  {len(found)} findings", flush=True
            )

    def look(self, one: Written | Finding) -> list[Finding]:
        return [one] if isinstance(one, Finding) else self.search.findings(one)


def rows_of(attacks: list[Attack], others: Iterable[tuple[int, ...]]) -> list[int]:
    return sorted({row for rows in (*(attack.rows for attack in attacks), *others) for row in rows})


def without_attack(rows: Iterable[int]) -> list[str]:
    """What nothing was sent for is not known to be clean: a row needs an attack, or its reason in ELSEWHERE."""
    return [f"row {row} of the threat model: no attack" for row in sorted({*ROWS} - {*rows} - {*ELSEWHERE})]


def look_everywhere(given: argparse.Namespace, report_of: type[Report] = Report) -> tuple[Report, list[int], int]:
    settings = Settings()
    rings = {source: Ring(source) for source in SOURCES}
    with tempfile.TemporaryDirectory(prefix="turnstile-leaks-") as folder, contextlib.ExitStack() as ends:
        search = Search()
        # Slow to start, so that they come up while everything else is done.
        commands = ends.enter_context(Commands(given.turnstile, pathlib.Path(folder), settings, search))
        attacks = Attacks(settings, rings, given.seed, search)
        search.add("secret", "of the HMAC", settings.hmac_secret)
        search.add("key", "of the staff", settings.staff_key)
        search.add("key", "of the map", settings.mapped_key)
        sets = [*key_attacks([key.jwk for source in ("pool", "partner") for key in rings[source].published()], search)]
        report = report_of(search, given.json)
        for program in given.bootstrap:
            for title, written in of_program(program.resolve(), given, settings, rings, attacks, sets):
                report.part(f"{program.parent.name}/{program.name}: {title}", written)
        report.part("turnstile token, every write traced", commands.tokens())
        report.part("turnstile keys, every write traced", commands.keys())
    return report, rows_of(attacks.all, (one.rows for one in sets)), len(attacks.all) + len(sets)


def of_program(
    program: pathlib.Path,
    given: argparse.Namespace,
    settings: Settings,
    rings: dict[str, Ring],
    attacks: Attacks,
    sets: list,
) -> Iterator[tuple[str, Iterator[Written | Finding]]]:
    functions = Functions(program, settings, rings)
    tool = Tool(given.turnstile.resolve(), settings, functions.published, program)
    yield "every level, format, metrics and kind of answer", functions.under_all_settings(attacks.all)
    yield "wrong sets of keys", functions.under_all_sets(sets, attacks.all[:ATTACKS_OF_A_SET])
    yield "starts with secrets in wrong places", failing_starts(program, settings, attacks.search)
    yield "signals while it holds a token", crashes(program, settings, attacks.all[0])
    yield "under turnstile invoke, and explain, inspect, check", tool.under(attacks.all, attacks.tokens)


def main() -> int:
    given = parsed(sys.argv[1:])
    if given.check:
        return 0
    started = time.monotonic()
    report, rows, count = look_everywhere(given)
    seconds = round(time.monotonic() - started, 1)
    unseen = without_attack(rows)
    places = collections.Counter([*map(str, report.findings), *unseen])
    if given.json:
        summary = {"attacks": count, "rows": rows, "secrets": report.search.count, "seconds": seconds}
        print(json.dumps(summary | {"parts": report.parts, "findings": sorted(places)}, indent=2))
    else:
        searched = f"{count} attacks of {len(rows)} rows of the threat model, {report.search.count} secrets"
        print(f"\n{searched}, {seconds} s: {len(places)} findings")
    for finding in [*places][:MOST_SHOWN]:
        print(f"found: {finding}", file=sys.stderr)
    tally.record(
        sum(part["outputs"] for part in report.parts) - len(report.findings),
        len(report.findings) + len(unseen),
        "outputs without a secret",
    )
    if not core_file_is_possible():
        print(f"left out: {NO_CORE_FILE}", file=sys.stderr)
        tally.leave_out("looks for core files", [NO_CORE_FILE])
    return 1 if places else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

"""Judges many cases, or one of them again: see scripts/differential."""

import argparse
import json
import multiprocessing
import os
import pathlib
import sys
import time
from dataclasses import replace

import tally

from differential import peers, report
from differential.good import OPTIONAL
from differential.judge import GOOD, Comparison, Count, Finding
from differential.kitchen import Kitchen
from differential.laxer import LAXER
from differential.mutations import MUTATIONS
from differential.ours import Broken
from differential.shrink import shrunk
from differential.stricter import STRICTER

DEFAULT_COUNT = 100_000
DEFAULT_SEED = 20_261_128
BATCH = 500
"""Cases to one start of bootstrap, each an issuer of its own: its configuration may have 4 MiB."""
SHOWN_FINDINGS = 5
USAGE = 64

RULES = [*STRICTER, *LAXER]
comparison: Comparison


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        print(f"error: {message}; see scripts/differential --help", file=sys.stderr)
        sys.exit(USAGE)


def parsed(words: list[str]) -> argparse.Namespace:
    parser = Parser(prog="scripts/differential", add_help=False, allow_abbrev=False)
    parser.add_argument("--bootstrap", type=pathlib.Path, required=True)
    parser.add_argument("--count", type=int, default=DEFAULT_COUNT)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--case", type=int)
    parser.add_argument("--mutation", action="append", choices=[GOOD, *[one.name for one in MUTATIONS]], metavar="NAME")
    parser.add_argument("--without", default="")
    arguments = parser.parse_args(words)
    names = OPTIONAL if arguments.without == "all" else arguments.without.split(",")
    arguments.without = frozenset(filter(None, names))
    if unknown := arguments.without - set(OPTIONAL):
        parser.error(f"--without {','.join(sorted(unknown))}: not among {','.join(OPTIONAL)}")
    if arguments.count < 1 or arguments.seed < 0:
        parser.error("--count takes 1 and more, --seed 0 and more")
    if not os.access(arguments.bootstrap, os.X_OK):
        parser.error(f"{arguments.bootstrap} is no program: build it with swift build --product bootstrap")
    arguments.bootstrap = arguments.bootstrap.resolve()
    return arguments


def begin(kitchen: Kitchen, bootstrap: pathlib.Path) -> None:
    """In each process: the keys are made, the server of key sets is not."""
    global comparison
    comparison = Comparison(kitchen, RULES, bootstrap)


def judged(indices: range) -> Count:
    return comparison.compare([comparison.kitchen.case(comparison.kitchen.recipe(index)) for index in indices])


def judge_all(kitchen: Kitchen, bootstrap: pathlib.Path, total: int) -> Count:
    batches = [range(start, min(start + BATCH, total)) for start in range(0, total, BATCH)]
    count, started = Count(), time.monotonic()
    context = multiprocessing.get_context("fork")
    with context.Pool(os.cpu_count(), begin, (kitchen, bootstrap)) as pool:
        for found in pool.imap_unordered(judged, batches):
            count.add(found)
            progress(count.cases.total(), total, time.monotonic() - started)
    return count


def progress(done: int, total: int, seconds: float) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\r{done:,} of {total:,} cases, {seconds:.0f} s", end=end, file=sys.stderr, flush=True)


def small(findings: list[Finding]) -> list[Finding]:
    """One of each kind and class, as small as it can be, and only so many."""
    ordered = sorted(findings, key=lambda one: (len(one.case.recipe.mutations), one.case.recipe.index))
    first: dict[tuple, Finding] = {}
    for one in ordered:
        first.setdefault(one.group, one)
    smallest: dict[tuple, Finding] = {}
    for one in [*first.values()][:SHOWN_FINDINGS]:
        small_one = shrunk(one, comparison)
        smallest.setdefault(small_one.group, small_one)
    return [*smallest.values()]


def show(arguments: argparse.Namespace, kitchen: Kitchen, count: Count, seconds: float) -> None:
    found = report.classes(count, kitchen.mutations)
    rules = report.rule_list(count, RULES)
    findings = [report.finding_record(one) for one in small(count.findings)]
    total = count.cases.total()
    totals = {
        "seed": arguments.seed, "cases": total, "accepted": count.accepted.total(), "agreed": count.agreed.total(),
        "explained": count.explained.total(), "unexplained": len(count.findings), "seconds": round(seconds, 1),
    }  # fmt: skip
    if arguments.json:
        print(json.dumps({**totals, "classes": found, "rules": rules, "findings": findings}, indent=2))
        return
    print(*report.class_table(found), "", *report.rule_table(rules), "", sep="\n")
    for record in findings:
        print(*report.finding_lines(record), "", sep="\n")
    print(
        f"seed {arguments.seed}: {total:,} tokens under as many key sets, {totals['accepted']:,} accepted, "
        f"{totals['agreed']:,} judged alike by all three, {totals['explained']:,} differences explained, "
        f"{totals['unexplained']:,} not, in {seconds:.0f} s"
    )


def one_case(arguments: argparse.Namespace, kitchen: Kitchen) -> int:
    recipe = kitchen.recipe(arguments.case)
    if arguments.mutation:
        recipe = replace(recipe, mutations=tuple(name for name in arguments.mutation if name != GOOD))
    case = kitchen.case(replace(recipe, without=arguments.without))
    (verdict,) = comparison.judge.verdicts([case])
    count = Count()
    comparison.count(case, verdict, peers.judged(case), count)
    records = [report.finding_record(one) for one in count.findings]
    if not records:
        rules = sorted({name for _, _, name in count.explained})
        records = [{"turnstile": report.said(verdict), **report.described(case), **({"rules": rules} if rules else {})}]
    if arguments.json:
        print(json.dumps(records, indent=2))
    else:
        print("\n\n".join("\n".join(report.finding_lines(record)) for record in records))
    return 1 if count.findings else 0


def main(words: list[str]) -> int:
    arguments = parsed(words)
    started = time.monotonic()
    kitchen = Kitchen(arguments.seed, MUTATIONS)
    try:
        if arguments.case is not None:
            begin(kitchen, arguments.bootstrap)
            return one_case(arguments, kitchen)
        count = judge_all(kitchen, arguments.bootstrap, arguments.count)
    except Broken as broken:
        tally.record(0, 1, "tokens against joserfc and PyJWT")
        print(*report.finding_lines({"finding": str(broken), **report.described(broken.case)}), sep="\n")
        return 1
    # Only now, since the server that it starts is a thread, and no process is forked from one with threads.
    begin(kitchen, arguments.bootstrap)
    show(arguments, kitchen, count, time.monotonic() - started)
    failed = len({one.case.recipe for one in count.findings})
    tally.record(count.cases.total() - failed, failed, "tokens against joserfc and PyJWT")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)

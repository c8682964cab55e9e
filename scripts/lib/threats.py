"""The attacks of docs/threats.md, the tests that carry their numbers, and what these said when they last ran.

    threats.py [--json] [NUMBER…]
"""

import argparse
import ast
import dataclasses
import json
import pathlib
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator

import results

ATTACKS = pathlib.Path("docs/threats.md")
SENTENCES = pathlib.Path("SECURITY.md")
HEADING = "## Attacks that do not apply"
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \|$")
SENTENCE = re.compile(r"^- threat (\d+): (.+)$")
SWIFT_TEST = re.compile(r"\bfunc `([^`]+)`")
# In a name; `threat 6, threat 7: …` carries two.
SWIFT_NUMBER = re.compile(r"\bthreat (\d+)")
PYTHON_NUMBER = re.compile(r"threat_(\d+)")

# What a result says of the code that it was made with; it is none where any of these has changed since.
CODE = ("Package.swift", "Sources", "Tests", "scripts", "stack", "templates")

# Of a test that has no result, or one that is older than the code.
NOT_RUN, STALE = "not run", "older than the code"
# Of an attack. Whatever is not well is in capitals, so that it is seen without colour too. In part: a test that passed,
# and one that was skipped, which a machine may give reason to.
PASSED, IN_PART, DOES_NOT_APPLY = "passed", "in part", "does not apply"
FAILED, UNSHOWN, OLD, NO_TEST = "FAILED", "NOT RUN", "STALE", "NO TEST"
VERDICTS = (PASSED, IN_PART, DOES_NOT_APPLY, FAILED, OLD, UNSHOWN, NO_TEST)
# The narrowest that a column of text may become on a terminal.
LEAST_WIDTH = 24


@dataclasses.dataclass(frozen=True)
class Test:
    """A test that carries numbers in its name."""

    module: str
    name: str
    file: pathlib.Path
    line: int
    numbers: frozenset[int]


@dataclasses.dataclass(frozen=True)
class Judged:
    """An attack, and what is known of it."""

    number: int
    attack: str
    verdict: str
    # Each with what it said when it last ran.
    tests: list[tuple[Test, str]]
    # Why it does not apply.
    reason: str | None


# MARK: What there is


def attacks(document: str) -> dict[int, str]:
    """Number and attack of each row of the tables."""
    return {int(match[1]): match[2] for match in map(ROW.match, document.splitlines()) if match}


def sentences(document: str) -> dict[int, str]:
    """What is said of the attacks that do not apply; a sentence goes on in lines that are indented."""
    section = document.partition(f"\n{HEADING}\n")[2].partition("\n## ")[0]
    lines = re.sub(r"\n  +", " ", section).splitlines()
    return {int(match[1]): match[2] for match in map(SENTENCE.match, lines) if match}


def swift_tests(root: pathlib.Path) -> Iterator[Test]:
    for path in sorted((root / "Tests").rglob("*.swift")):
        source = path.read_text()
        file = path.relative_to(root)
        for match in SWIFT_TEST.finditer(source):
            if numbers := frozenset(map(int, SWIFT_NUMBER.findall(match[1]))):
                yield Test(file.parts[1], match[1], file, source.count("\n", 0, match.start()) + 1, numbers)


def script_tests(root: pathlib.Path) -> Iterator[Test]:
    for path in sorted((root / "Tests" / "Scripts").glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
                if numbers := frozenset(map(int, PYTHON_NUMBER.findall(node.name))):
                    yield Test(path.stem, node.name, path.relative_to(root), node.lineno, numbers)


# MARK: What it says


def said(test: Test, runs: list[results.Run], changed: float) -> str:
    """The outcome in the newest run that had the test; none counts that is older than the code."""
    for run in runs:
        if outcome := run.outcomes.get((test.module, test.name)):
            return outcome if changed <= run.seconds else STALE
    return NOT_RUN


def last_change(root: pathlib.Path) -> float:
    """When the newest file of the code was written. What Python compiles is none of it, and is written by a run."""
    places = [root / name for name in CODE]
    files = (file for place in places for file in (place, *place.rglob("*")) if file.is_file())
    return max((file.stat().st_mtime for file in files if file.parent.name != "__pycache__"), default=0)


def judged(root: pathlib.Path) -> list[Judged]:
    runs, changed = results.newest_first(root), last_change(root)
    tests = [(test, said(test, runs, changed)) for test in (*swift_tests(root), *script_tests(root))]
    reasons = sentences((root / SENTENCES).read_text())
    known = attacks((root / ATTACKS).read_text())
    numbers = {number for test, _ in tests for number in test.numbers} | set(reasons)
    if unknown := sorted(numbers - set(known)):
        raise SystemExit(f"error: {ATTACKS} has no row {', '.join(map(str, unknown))}, which a test or sentence names")
    return [
        Judged(
            number, attack, verdict([outcome for _, outcome in found], number in reasons), found, reasons.get(number)
        )
        for number, attack in known.items()
        for found in [[pair for pair in tests if number in pair[0].numbers]]
    ]


def verdict(outcomes: list[str], has_reason: bool) -> str:
    """The worst of what its tests say: it passed where all of them ran, with the code that is here, and passed."""
    if not outcomes:
        return DOES_NOT_APPLY if has_reason else NO_TEST
    for outcome, of_attack in ((results.FAILED, FAILED), (STALE, OLD), (NOT_RUN, UNSHOWN)):
        if outcome in outcomes:
            return of_attack
    if results.SKIPPED not in outcomes:
        return PASSED
    return IN_PART if results.PASSED in outcomes else UNSHOWN


def is_good(attack: Judged) -> bool:
    return attack.verdict in (PASSED, IN_PART, DOES_NOT_APPLY)


# MARK: How it is told


def rows(attack: Judged) -> Iterator[tuple[str, str, str, str]]:
    """Number, attack and verdict stand in the first line of an attack alone, and each test has a line."""
    head = str(attack.number), plain(attack.attack), attack.verdict
    shown = [f"{test.file.name}:{test.line} {title(test)}{remark(attack, outcome)}" for test, outcome in attack.tests]
    if attack.reason and attack.verdict == DOES_NOT_APPLY:
        shown.append(f"{SENTENCES}: {plain(attack.reason)}")
    for index, line in enumerate(shown or ["–"]):
        yield (*(head if index == 0 else ("", "", "")), line)


def remark(attack: Judged, outcome: str) -> str:
    return "" if outcome == attack.verdict == PASSED else f" ({outcome})"


def title(test: Test) -> str:
    """The name without the numbers."""
    without = re.sub(r"^(threat \d+(, )?)+: |^test_(threat_\d+_)+", "", test.name)
    return without.replace("_", " ") if test.file.suffix == ".py" else without


def plain(markdown: str) -> str:
    return markdown.replace("`", "").replace("**", "")


def table(lines: list[tuple[str, ...]], width: int | None) -> Iterator[str]:
    """Aligned; on a terminal, what does not fit is cut."""
    lines = [("", "ATTACK", "VERDICT", "TESTS"), *lines]
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    if width is not None:
        widths[1] = max(LEAST_WIDTH, min(widths[1], width // 3))
    rest = None if width is None else max(LEAST_WIDTH, width - sum(widths) - 6)
    for number, attack, verdict, test in lines:
        cells = [number.rjust(widths[0]), cut(attack, widths[1]).ljust(widths[1]), verdict.ljust(widths[2])]
        yield "  ".join([*cells, test if rest is None else cut(test, rest)]).rstrip()


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def summary(found: list[Judged]) -> str:
    counts = Counter(attack.verdict for attack in found)
    tests = {test for attack in found for test, _ in attack.tests}
    parts = [f"{counts[each]} {each}" for each in VERDICTS if counts[each]]
    return f"{len(found)} attacks, {len(tests)} tests: {', '.join(parts)}"


def as_object(found: list[Judged]) -> dict:
    return {
        "attacks": [
            {
                "number": attack.number,
                "attack": attack.attack,
                "verdict": attack.verdict.lower(),
                "reason": attack.reason,
                "tests": [
                    {"name": test.name, "file": str(test.file), "line": test.line, "outcome": outcome}
                    for test, outcome in attack.tests
                ],
            }
            for attack in found
        ],
        "counts": Counter(attack.verdict.lower() for attack in found),
    }


def way_out(found: list[Judged]) -> str | None:
    verdicts = {attack.verdict for attack in found}
    if verdicts & {FAILED, OLD, UNSHOWN}:
        return "to run the tests: scripts/test, or scripts/threats --run, which runs those with a number alone"
    if NO_TEST in verdicts:
        return f'an attack needs a test with its number, or a sentence in {SENTENCES}, "{HEADING.strip("# ")}"'
    return None


def main(root: pathlib.Path, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="threats")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("numbers", nargs="*", type=int)
    options = parser.parse_args(arguments)
    found = judged(root)
    if unknown := set(options.numbers) - {attack.number for attack in found}:
        print(f"error: {ATTACKS} has no row {', '.join(map(str, sorted(unknown)))}", file=sys.stderr)
        return 64
    if options.numbers:
        found = [attack for attack in found if attack.number in options.numbers]
    if options.json:
        print(json.dumps(as_object(found), indent=2, ensure_ascii=False))
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        print(*table([row for attack in found for row in rows(attack)], width), "", summary(found), sep="\n")
    if advice := way_out(found):
        print(advice, file=sys.stderr)
    return 0 if all(map(is_good, found)) else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path.cwd(), sys.argv[1:]))

"""What `swift test` came to: counts of tests from its xUnit file, and line coverage by module.

    report_tests.py XUNIT COVERAGE
"""

import dataclasses
import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

import results
import tally

# Of the modules that are in the shipped file. What the last one does when workers die at a bad moment is not the same in
# every run.
LEAST_PERCENT = {
    "StrictJSON": 97.0, "JOSE": 97.0, "Authorization": 97.0, "APIGateway": 97.0, "OpenSSLSignatures": 97.0,
    "HTTPTransport": 97.0, "LambdaRuntime": 97.0, "AuthorizerService": 96.0,
}  # fmt: skip

# Module → file → lines run, lines in all.
Coverage = dict[str, dict[str, tuple[int, int]]]


@dataclasses.dataclass(frozen=True)
class Counts:
    passed: int
    failed: int
    # Why each test that was skipped was.
    left_out: tuple[str, ...] = ()


def counts(xunit: pathlib.Path) -> Counts:
    """A run that left no file, or half of one, has failed. A failure that belongs to no test stands in its suite."""
    try:
        root = ElementTree.parse(xunit).getroot()
    except (OSError, ElementTree.ParseError):
        return Counts(0, 1)
    said = [(results.outcome_of(case), case.findtext("skipped")) for case in root.iter("testcase")]
    told = sum(int(suite.get(kind, 0)) for suite in root.iter("testsuite") for kind in ("failures", "errors"))
    outcomes = [outcome for outcome, _ in said]
    return Counts(
        outcomes.count(results.PASSED),
        max(told, outcomes.count(results.FAILED)),
        tuple(why or "no reason given" for outcome, why in said if outcome == results.SKIPPED),
    )


def lines_by_file(coverage: pathlib.Path) -> Coverage:
    """What llvm-cov exports names files by their absolute path."""
    sources = pathlib.Path.cwd() / "Sources"
    modules: Coverage = {}
    for file in json.loads(coverage.read_bytes())["data"][0]["files"]:
        path = pathlib.Path(file["filename"])
        if path.is_relative_to(sources):
            module, *rest = path.relative_to(sources).parts
            lines = file["summary"]["lines"]
            modules.setdefault(module, {})["/".join(rest)] = lines["covered"], lines["count"]
    return modules


def share(run: int, all_lines: int) -> float:
    return 100 * run / all_lines if all_lines else 0.0


def report(modules: Coverage) -> int:
    """Prints each module, and the files of those asked for that fall short. Returns how many modules do."""
    too_low = 0
    for module in sorted(modules.keys() | LEAST_PERCENT.keys()):
        files = modules.get(module, {})
        run, all_lines = (sum(lines) for lines in zip(*files.values())) if files else (0, 0)
        least = LEAST_PERCENT.get(module)
        is_low = least is not None and share(run, all_lines) < least
        verdict = "" if least is None else f"  of {least:.0f} asked" + (": TOO LOW" if is_low else "")
        too_low += is_low
        print(f"  {module:<20}{share(run, all_lines):6.1f} %  {run:>6} of {all_lines:>6} lines{verdict}")
        for name, lines in sorted(files.items()):
            if least is not None and share(*lines) < least:
                print(f"    {name:<34}  {lines[1] - lines[0]:>4} of {lines[1]:>4} lines not run")
    return too_low


def main() -> int:
    xunit, coverage = map(pathlib.Path, sys.argv[1:])
    found = counts(xunit)
    tally.record(found.passed, found.failed, "swift test")
    tally.leave_out("swift test", found.left_out)
    print(f"swift test: {found.passed} passed, {found.failed} failed, {len(found.left_out)} left out")
    print("line coverage:")
    too_low = report(lines_by_file(coverage) if coverage.exists() else {})
    tally.record(len(LEAST_PERCENT) - too_low, too_low, "coverage")
    return 1 if found.failed or not found.passed or too_low else 0


if __name__ == "__main__":
    sys.exit(main())

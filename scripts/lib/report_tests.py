"""What `swift test` came to: counts of tests from its xUnit file, and line coverage by module.

    report_tests.py XUNIT COVERAGE
"""

import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

import tally

LEAST_PERCENT = {"StrictJSON": 95.0, "JOSE": 95.0, "Authorization": 95.0, "APIGateway": 95.0}


def counts(xunit: pathlib.Path) -> tuple[int, int]:
    """Passed and failed; a run that left no file has failed."""
    if not xunit.exists():
        return 0, 1
    suites = list(ElementTree.parse(xunit).getroot().iter("testsuite"))
    tests = sum(int(suite.get("tests", 0)) for suite in suites)
    failed = sum(int(suite.get("failures", 0)) + int(suite.get("errors", 0)) for suite in suites)
    return tests - failed, failed


def lines_by_module(coverage: pathlib.Path) -> dict[str, tuple[int, int]]:
    """Module → lines run, lines in all. What llvm-cov exports names files by their absolute path."""
    sources = pathlib.Path.cwd() / "Sources"
    modules: dict[str, tuple[int, int]] = {}
    for file in json.loads(coverage.read_bytes())["data"][0]["files"]:
        path = pathlib.Path(file["filename"])
        if not path.is_relative_to(sources):
            continue
        module = path.relative_to(sources).parts[0]
        run, all_lines = modules.get(module, (0, 0))
        lines = file["summary"]["lines"]
        modules[module] = run + lines["covered"], all_lines + lines["count"]
    return modules


def main() -> int:
    xunit, coverage = map(pathlib.Path, sys.argv[1:])
    passed, failed = counts(xunit)
    tally.record(passed, failed, "swift test")
    print(f"swift test: {passed} passed, {failed} failed")
    modules = lines_by_module(coverage) if coverage.exists() else {}
    too_low = 0
    print("line coverage:")
    for module in sorted(modules.keys() | LEAST_PERCENT.keys()):
        run, all_lines = modules.get(module, (0, 0))
        percent = 100 * run / all_lines if all_lines else 0.0
        least = LEAST_PERCENT.get(module)
        verdict = "" if least is None else f"  of {least:.0f} asked" + ("" if percent >= least else ": TOO LOW")
        too_low += least is not None and percent < least
        print(f"  {module:<20}{percent:6.1f} %  {run:>6} of {all_lines:>6} lines{verdict}")
    tally.record(len(LEAST_PERCENT) - too_low, too_low, "coverage")
    return 1 if failed or not passed or too_low else 0


if __name__ == "__main__":
    sys.exit(main())

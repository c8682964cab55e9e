"""What `swift test` came to: counts of tests from its xUnit file, and line coverage by module.

    report_tests.py XUNIT COVERAGE
"""

import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

import tally

# Of the modules that are in the shipped file. What the last one does when workers die at a bad moment is not the same in
# every run.
LEAST_PERCENT = {
    "StrictJSON": 97.0, "JOSE": 97.0, "Authorization": 97.0, "APIGateway": 97.0, "OpenSSLSignatures": 97.0,
    "HTTPTransport": 97.0, "LambdaRuntime": 97.0, "AuthorizerService": 96.0,
}  # fmt: skip

# Module → file → lines run, lines in all.
Coverage = dict[str, dict[str, tuple[int, int]]]


def counts(xunit: pathlib.Path) -> tuple[int, int]:
    """Passed and failed; a run that left no file, or half of one, has failed."""
    try:
        suites = list(ElementTree.parse(xunit).getroot().iter("testsuite"))
    except (OSError, ElementTree.ParseError):
        return 0, 1
    tests = sum(int(suite.get("tests", 0)) for suite in suites)
    failed = sum(int(suite.get("failures", 0)) + int(suite.get("errors", 0)) for suite in suites)
    return tests - failed, failed


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
    passed, failed = counts(xunit)
    tally.record(passed, failed, "swift test")
    print(f"swift test: {passed} passed, {failed} failed")
    print("line coverage:")
    too_low = report(lines_by_file(coverage) if coverage.exists() else {})
    tally.record(len(LEAST_PERCENT) - too_low, too_low, "coverage")
    return 1 if failed or not passed or too_low else 0


if __name__ == "__main__":
    sys.exit(main())

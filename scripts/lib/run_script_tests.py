"""Runs the tests in Tests/Scripts, which show that the scripts' own judgement can fail. Standard library only.

    run_script_tests.py [--only PART] [--output FILE]
"""

import argparse
import pathlib
import sys
import unittest

import results
import tally


class Recorder(unittest.TextTestResult):
    """Remembers what became of each test; one whose part failed has failed."""

    def startTestRun(self) -> None:
        super().startTestRun()
        self.outcomes: dict[unittest.TestCase, tuple[str, str]] = {}

    def note(self, test: unittest.TestCase, outcome: str, message: str = "") -> None:
        known = self.outcomes.get(test)
        if known is None or results.WORST_FIRST.index(outcome) < results.WORST_FIRST.index(known[0]):
            self.outcomes[test] = outcome, message

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.note(test, results.PASSED)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        super().addSkip(test, reason)
        self.note(test, results.SKIPPED, reason)

    def addFailure(self, test: unittest.TestCase, error: tuple) -> None:
        super().addFailure(test, error)
        self.note(test, results.FAILED, self.failures[-1][1])

    def addError(self, test: unittest.TestCase, error: tuple) -> None:
        super().addError(test, error)
        self.note(test, results.FAILED, self.errors[-1][1])

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, error: tuple | None) -> None:
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.note(test, results.FAILED, str(subtest))

    def cases(self) -> list[tuple[str, str, str, str]]:
        """File and class, name, outcome, message."""
        return [
            (f"{type(test).__module__}.{type(test).__qualname__}", test.id().rsplit(".", 1)[-1], *said)
            for test, said in self.outcomes.items()
        ]


def count(result: Recorder) -> None:
    """For scripts/test. A test that was skipped has shown nothing."""
    outcomes = [outcome for outcome, _ in result.outcomes.values()]
    failed = len(result.failures) + len(result.errors)
    tally.record(outcomes.count(results.PASSED), failed, "tests of the scripts")
    tally.leave_out("tests of the scripts", (reason for _, reason in result.skipped))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", metavar="PART", help="the tests whose name has this part")
    parser.add_argument("--output", type=pathlib.Path, default=results.FOLDER / "script-tests.xml")
    options = parser.parse_args()
    loader = unittest.TestLoader()
    if options.only:
        loader.testNamePatterns = [f"*{options.only}*"]
    suite = loader.discover(str(pathlib.Path(__file__).parents[2] / "Tests" / "Scripts"))
    with tally.left_alone():
        result = unittest.TextTestRunner(verbosity=1, resultclass=Recorder).run(suite)
    results.write(options.output, result.cases())
    count(result)
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main())

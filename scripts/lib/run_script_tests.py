"""Runs the tests in Tests/Scripts, which show that the scripts' own judgement can fail. Standard library only."""

import pathlib
import sys
import unittest

import tally


def main() -> int:
    folder = pathlib.Path(__file__).parents[2] / "Tests" / "Scripts"
    suite = unittest.defaultTestLoader.discover(str(folder))
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    failed = len(result.failures) + len(result.errors)
    tally.record(result.testsRun - failed, failed, "tests of the scripts")
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main())

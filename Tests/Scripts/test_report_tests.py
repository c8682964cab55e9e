"""What scripts/test makes of results and coverage must be able to fail."""

import contextlib
import io
import json
import os
import pathlib
import tempfile
import unittest
import unittest.mock

import report_tests
import tally

GOOD = {module: {"A.swift": (99, 100), "B.swift": (1, 1)} for module in report_tests.LEAST_PERCENT}


def reported(modules: report_tests.Coverage) -> tuple[int, str]:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        too_low = report_tests.report(modules)
    return too_low, output.getvalue()


class ReportTests(unittest.TestCase):
    def test_modules_that_run_wholly_enough_are_good_and_name_no_file(self) -> None:
        too_low, output = reported(GOOD)
        self.assertEqual(too_low, 0)
        self.assertNotIn(".swift", output)
        self.assertIn("JOSE                  99.0 %     100 of    101 lines  of 97 asked\n", output)

    def test_a_module_that_falls_short_is_seen_and_its_files_named(self) -> None:
        too_low, output = reported(GOOD | {"JOSE": {"JWK.swift": (90, 100), "Claims.swift": (10, 10)}})
        self.assertEqual(too_low, 1)
        self.assertIn("of 97 asked: TOO LOW\n    JWK.swift ", output)
        self.assertIn("10 of  100 lines not run\n", output)
        self.assertNotIn("Claims.swift", output)

    def test_a_file_that_falls_short_is_named_in_a_module_that_does_not(self) -> None:
        too_low, output = reported(GOOD | {"JOSE": {"JWK.swift": (9, 10), "Claims.swift": (1_000, 1_000)}})
        self.assertEqual(too_low, 0)
        self.assertIn("JWK.swift ", output)

    def test_a_module_of_which_nothing_is_known_falls_short(self) -> None:
        self.assertEqual(reported({})[0], len(report_tests.LEAST_PERCENT))

    def test_other_modules_are_told_and_nothing_is_asked_of_them(self) -> None:
        too_low, output = reported(GOOD | {"turnstile": {"A.swift": (1, 4)}})
        self.assertEqual(too_low, 0)
        self.assertIn("turnstile             25.0 %       1 of      4 lines\n", output)

    def test_files_are_counted_by_module_and_those_from_elsewhere_are_not(self) -> None:
        summary = {"lines": {"covered": 3, "count": 4}}
        sources = pathlib.Path.cwd() / "Sources"
        names = [sources / "HTTPTransport/Service/A.swift", sources / "JOSE/JWK.swift", pathlib.Path("/usr/B.swift")]
        files = [{"filename": str(name), "summary": summary} for name in names]
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"data": [{"files": files}]}, file)
            file.flush()
            found = report_tests.lines_by_file(pathlib.Path(file.name))
        self.assertEqual(found, {"HTTPTransport": {"Service/A.swift": (3, 4)}, "JOSE": {"JWK.swift": (3, 4)}})

    def test_a_run_that_left_no_whole_file_has_failed(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "tests.xml")
            self.assertEqual(report_tests.counts(path), report_tests.Counts(0, 1))
            path.write_text('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n')
            self.assertEqual(report_tests.counts(path), report_tests.Counts(0, 1))

    def counted(self, *cases: str, failures: int = 0) -> report_tests.Counts:
        """As Swift Testing writes it, whose `tests` are those that were not skipped."""
        suite = f'<testsuite errors="0" tests="{len(cases)}" failures="{failures}">{"".join(cases)}</testsuite>'
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(f"<testsuites>{suite}</testsuites>")
            file.flush()
            return report_tests.counts(pathlib.Path(file.name))

    def test_a_test_that_was_skipped_is_left_out_with_its_reason_and_has_not_passed(self) -> None:
        passed, failed = '<testcase name="a" />', '<testcase name="b"><failure message="no" /></testcase>'
        skipped = '<testcase name="c"><skipped>no vectors</skipped></testcase>'
        found = self.counted(passed, failed, skipped, '<testcase name="d"><skipped /></testcase>', failures=1)
        self.assertEqual(found, report_tests.Counts(1, 1, ("no vectors", "no reason given")))

    def test_a_failure_outside_of_every_test_is_one(self) -> None:
        self.assertEqual(self.counted('<testcase name="a" />', failures=1), report_tests.Counts(1, 1))


class TallyTests(unittest.TestCase):
    def test_what_is_recorded_while_tests_run_is_counted_nowhere(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "tally")
            with unittest.mock.patch.dict(os.environ, {"TURNSTILE_TALLY": str(path)}):
                with tally.left_alone():
                    tally.record(0, 1, "a fault that is meant to be there")
                tally.record(2, 0, "tests")
            self.assertEqual(path.read_text(), "2 0 0 tests\n")

    def test_what_was_left_out_is_counted_by_its_reason(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "tally")
            with unittest.mock.patch.dict(os.environ, {"TURNSTILE_TALLY": str(path)}):
                tally.leave_out("cells", ["needs root", "", "no\nstrace", "needs root"])
            self.assertEqual(path.read_text(), "0 0 2 cells: needs root\n0 0 1 cells: no strace\n")


if __name__ == "__main__":
    unittest.main()

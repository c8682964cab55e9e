"""scripts/threats must see what is not shown: a made-up checkout, each time with one thing wrong."""

import contextlib
import io
import json
import os
import pathlib
import tempfile
import unittest
import unittest.mock

import results
import run_script_tests
import threats

ATTACKS = """# Attacks

## One
| # | attack | what happens |
|---|---|---|
| 1 | `alg` is none | refused |
| 2 | a huge token | refused |
| 3 | a stolen proof | refused |
"""
SECURITY = """# Security

- threat 1: not here.

## Attacks that do not apply

- threat 3: there are no proofs,
  so none can be stolen.

## After
- threat 2: nor here.
"""
SWIFT = """struct HeaderTests {
    /// threat 2: no test.
    @Test(arguments: [1])
    func `threat 1: none is refused (all of it)`(_ number: Int) {}
}
"""
PYTHON = '''import unittest

class HugeTests(unittest.TestCase):
    def test_threat_2_a_huge_token_is_refused(self) -> None:
        """threat 3"""
'''
# As Swift Testing writes it.
XUNIT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="TestResults" errors="0" tests="1" failures="0" skipped="0" time="1">
    <testcase classname="JOSETests.HeaderTests" name="`threat 1: none is refused (all of it)`(_:)" time="0.1">
      {}
    </testcase>
  </testsuite>
</testsuites>
"""
HUGE = ("test_huge.HugeTests", "test_threat_2_a_huge_token_is_refused")


class ThreatTests(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.put("docs/threats.md", ATTACKS)
        self.put("SECURITY.md", SECURITY)
        self.swift = self.put("Tests/JOSETests/HeaderTests.swift", SWIFT)
        self.put("Tests/Scripts/test_huge.py", PYTHON)
        self.put("Sources/JOSE/Header.swift", "")
        self.put(".build-coverage/tests.xml", XUNIT.format(""))
        self.put_script_results(results.PASSED)

    def put(self, path: str, text: str) -> pathlib.Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def put_script_results(self, outcome: str, name: str = "script-tests.xml") -> pathlib.Path:
        path = self.root / results.FOLDER / name
        results.write(path, [(*HUGE, outcome, "because \x1b[31m")])
        return path

    def run_command(self, *arguments: str) -> tuple[int, str, str]:
        output, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            status = threats.main(self.root, list(arguments))
        return status, output.getvalue(), errors.getvalue()

    def verdicts(self) -> list[str]:
        return [attack.verdict for attack in threats.judged(self.root)]

    def test_tests_that_passed_and_a_sentence_are_enough(self) -> None:
        status, output, errors = self.run_command()
        self.assertEqual(status, 0)
        self.assertEqual(
            output.splitlines(),
            [
                "   ATTACK          VERDICT         TESTS",
                "1  alg is none     passed          HeaderTests.swift:4 none is refused (all of it)",
                "2  a huge token    passed          test_huge.py:4 a huge token is refused",
                "3  a stolen proof  does not apply  SECURITY.md: there are no proofs, so none can be stolen.",
                "",
                "3 attacks, 2 tests: 2 passed, 1 does not apply",
            ],
        )
        self.assertEqual(errors, "")

    def test_a_test_that_failed_is_seen_though_another_passed(self) -> None:
        self.put("Tests/JOSETests/More.swift", "@Test func `threat 1, threat 2: more`() {}")
        xunit = XUNIT.format("").replace("</testsuite>", '<testcase classname="JOSETests.X" name="`{}`()">{}</testcase></testsuite>')
        self.put(".build-coverage/tests.xml", xunit.format("threat 1, threat 2: more", '<failure message="no"/>'))
        self.assertEqual(self.verdicts(), [threats.FAILED, threats.FAILED, threats.DOES_NOT_APPLY])
        status, output, errors = self.run_command("1")
        self.assertEqual(status, 1)
        self.assertIn("HeaderTests.swift:4 none is refused (all of it) (passed)\n", output)
        self.assertIn("More.swift:1 more (failed)\n", output)
        self.assertIn("scripts/threats --run", errors)

    def age(self, path: str, seconds: float) -> None:
        """Sets when a file was written, as seen from the results."""
        moment = (self.root / ".build-coverage/script-tests.xml").stat().st_mtime + seconds
        os.utime(self.root / path, (moment, moment))

    def test_results_older_than_the_code_do_not_count(self) -> None:
        for path in ("Package.swift", "Sources/JOSE/More.swift", "scripts/lib/run", "stack/a.json", "templates/a.yaml"):
            with self.subTest(path):
                file = self.put(path, "")
                self.age(path, 1)
                self.assertEqual(self.verdicts(), [threats.OLD, threats.OLD, threats.DOES_NOT_APPLY])
                file.unlink()
        self.age("Tests/JOSETests/HeaderTests.swift", 1)
        status, output, errors = self.run_command("1")
        self.assertEqual(status, 1)
        self.assertIn("STALE    HeaderTests.swift:4 none is refused (all of it) (older than the code)\n", output)
        self.assertIn("scripts/threats --run", errors)

    def test_one_run_may_be_older_than_the_code_and_another_not(self) -> None:
        self.age(".build-coverage/tests.xml", -9)
        self.age("Sources/JOSE/Header.swift", -5)
        for path in ("Tests/JOSETests/HeaderTests.swift", "Tests/Scripts/test_huge.py"):
            self.age(path, -5)
        self.assertEqual(self.verdicts(), [threats.OLD, threats.PASSED, threats.DOES_NOT_APPLY])

    def test_what_a_run_itself_writes_is_no_code(self) -> None:
        for path in ("scripts/lib/__pycache__/a.pyc", "docs/scale.md", "Package.resolved"):
            self.put(path, "")
            self.age(path, 1)
        self.assertEqual(self.verdicts(), [threats.PASSED, threats.PASSED, threats.DOES_NOT_APPLY])

    def test_an_attack_passed_only_where_all_of_its_tests_ran(self) -> None:
        self.put("Tests/JOSETests/HeaderTests.swift", SWIFT + "@Test func `threat 1: more`() {}")
        self.age("Tests/JOSETests/HeaderTests.swift", -5)
        self.assertEqual(self.verdicts()[0], threats.UNSHOWN)
        status, output, _ = self.run_command("1")
        self.assertEqual(status, 1)
        self.assertIn("none is refused (all of it) (passed)\n", output)
        self.assertIn("more (not run)\n", output)

    def test_a_test_that_is_skipped_beside_one_that_passed_is_told(self) -> None:
        self.put("Tests/JOSETests/HeaderTests.swift", SWIFT + "@Test func `threat 1: more`() {}")
        more = '<testcase classname="JOSETests.X" name="`threat 1: more`()"><skipped /></testcase></testsuite>'
        self.put(".build-coverage/tests.xml", XUNIT.format("").replace("</testsuite>", more))
        status, output, _ = self.run_command("1")
        self.assertEqual(status, 0)
        self.assertIn("in part  HeaderTests.swift:4 none is refused (all of it) (passed)\n", output)
        self.assertIn("more (skipped)\n", output)
        self.assertIn("1 attacks, 2 tests: 1 in part", output)

    def test_what_is_absent_from_the_results_was_not_run(self) -> None:
        (self.root / ".build-coverage/tests.xml").unlink()
        (self.root / ".build-coverage/script-tests.xml").write_text("<testsuites><testsuite>")
        self.assertEqual(self.verdicts(), [threats.UNSHOWN, threats.UNSHOWN, threats.DOES_NOT_APPLY])
        self.assertIn("scripts/test", self.run_command()[2])

    def test_the_newest_run_that_had_the_test_counts(self) -> None:
        newer = self.put_script_results(results.FAILED, "script-threats.xml")
        run = newer.stat().st_mtime
        os.utime(newer, (run + 9, run + 9))
        self.assertEqual(self.verdicts()[:2], [threats.PASSED, threats.FAILED])
        os.utime(newer, (run - 9, run - 9))
        self.assertEqual(self.verdicts()[:2], [threats.PASSED, threats.PASSED])

    def test_a_test_that_was_skipped_shows_nothing(self) -> None:
        self.put(".build-coverage/tests.xml", XUNIT.format("<skipped />"))
        self.put_script_results(results.SKIPPED)
        self.assertEqual(self.verdicts()[:2], [threats.UNSHOWN, threats.UNSHOWN])

    def test_a_number_outside_of_a_name_is_none(self) -> None:
        self.swift.write_text("/// `threat 1`\n@Test func `none is refused`() {} // threat 1: \"threat 1\"")
        self.age("Tests/JOSETests/HeaderTests.swift", -5)
        self.assertEqual(self.verdicts()[0], threats.NO_TEST)
        self.assertIn("needs a test with its number", self.run_command()[2])

    def test_a_sentence_elsewhere_is_none(self) -> None:
        self.put("SECURITY.md", SECURITY.replace("## Attacks that", "## What"))
        self.assertEqual(self.verdicts()[2], threats.NO_TEST)

    def test_numbers_that_the_list_has_not_are_faults(self) -> None:
        self.assertEqual(self.run_command("4")[0], 64)
        self.put("Tests/JOSETests/More.swift", "@Test func `threat 4: more`() {}")
        with self.assertRaisesRegex(SystemExit, "has no row 4"):
            threats.judged(self.root)

    def test_a_program_reads_the_same(self) -> None:
        status, output, _ = self.run_command("--json", "2")
        self.assertEqual(status, 0)
        test = {
            "name": HUGE[1],
            "file": "Tests/Scripts/test_huge.py",
            "line": 4,
            "outcome": "passed",
        }
        attack = {"number": 2, "attack": "a huge token", "verdict": "passed", "reason": None, "tests": [test]}
        self.assertEqual(json.loads(output), {"attacks": [attack], "counts": {"passed": 1}})

    def test_on_a_terminal_lines_are_cut_to_its_width(self) -> None:
        lines = list(threats.table([("1", "a" * 80, "passed", "b" * 200)], 100))
        self.assertEqual([len(line) for line in lines], [52, 100])
        self.assertTrue(lines[1].endswith("b…"))


class RecorderTests(unittest.TestCase):
    """What run_script_tests leaves behind."""

    class Sample(unittest.TestCase):
        def test_good(self) -> None:
            pass

        def test_bad(self) -> None:
            self.fail("no")

        def test_broken(self) -> None:
            raise ValueError

        def test_left_out(self) -> None:
            self.skipTest("today")

        def test_bad_in_part(self) -> None:
            for number in range(2):
                with self.subTest(number=number):
                    self.assertEqual(number, 0)

    def recorded(self) -> run_script_tests.Recorder:
        suite = unittest.defaultTestLoader.loadTestsFromTestCase(self.Sample)
        return unittest.TextTestRunner(stream=io.StringIO(), resultclass=run_script_tests.Recorder).run(suite)

    def test_one_that_was_skipped_is_counted_as_left_out_with_its_reason(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "tally")
            with unittest.mock.patch.dict(os.environ, {"TURNSTILE_TALLY": str(path)}):
                run_script_tests.count(self.recorded())
            found = path.read_text()
        self.assertEqual(found, "1 3 0 tests of the scripts\n0 0 1 tests of the scripts: today\n")

    def test_each_test_is_written_with_its_outcome_and_read_again(self) -> None:
        result = self.recorded()
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "new", "results.xml")
            results.write(path, result.cases())
            outcomes = {name: outcome for (_, name), outcome in results.read(path).outcomes.items()}
        self.assertEqual(
            outcomes,
            {
                "test_good": results.PASSED,
                "test_bad": results.FAILED,
                "test_broken": results.FAILED,
                "test_left_out": results.SKIPPED,
                "test_bad_in_part": results.FAILED,
            },
        )


if __name__ == "__main__":
    unittest.main()

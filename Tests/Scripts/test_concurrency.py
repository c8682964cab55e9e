"""That scripts/concurrency sees what is wrong: lines that mix, answers that nobody should get, processes that are left."""

import contextlib
import io
import json
import os
import pathlib
import random
import signal
import subprocess
import tempfile
import unittest
import unittest.mock

from concurrency import __main__ as program
from concurrency import kernel
from concurrency.emulator import Reply
from concurrency.findings import Check, LeftOut, Setting, Wrong, perform, require
from concurrency.journal import Journal
from concurrency.load import Load
from concurrency.samples import Sample

EVENTS = pathlib.Path(__file__).parents[2] / "events"
ALLOWED = "rest-request-allowed-machine"
REJECTED = "rest-request-rejected-expired"


def sample(name: str) -> Sample:
    path = EVENTS / f"{name}.json"
    return Sample(path, path.read_bytes())


def expected(name: str) -> dict:
    return json.loads((EVENTS / f"{name}.expected.json").read_text())


def line(request_id: str, name: str, **other: object) -> bytes:
    wanted = expected(name)
    members = {member: wanted.get(member) for member in ("decision", "reason", "issuer", "client", "route")}
    return json.dumps({"requestId": request_id, **members, **other}).encode()


REFUSAL = expected(REJECTED)["error"]


class JournalTests(unittest.TestCase):
    def faults(self, *lines: bytes) -> list[str]:
        journal = Journal()
        journal.answered("a", sample(REJECTED), REFUSAL)
        for one in lines:
            journal.take(one)
        return journal.wrong

    def test_a_line_that_fits_its_answer_is_right(self) -> None:
        journal = Journal()
        journal.answered("a", sample(REJECTED), REFUSAL)
        journal.take(line("a", REJECTED))
        self.assertEqual((journal.wrong, journal.pairs, journal.answers, journal.lines), ([], 1, {}, {}))

    def test_what_the_emulator_says_of_itself_is_no_fault(self) -> None:
        own = b'time=2026-11-28T11:15:30.813Z level=ERROR msg="invoke failed" err="Runtime.Unavailable: no idle runtimes"'
        self.assertEqual(self.faults(own, b"START RequestId: 714\tVersion: $LATEST"), [])

    def test_a_line_that_is_mixed_with_another_is_a_fault(self) -> None:
        whole, other = line("a", REJECTED), line("b", ALLOWED)
        for mixed in (whole + other, whole[:40] + other, whole[40:], b"START RequestId: " + whole, b"", b"{"):
            self.assertTrue(self.faults(mixed), mixed)

    def test_another_verdict_than_the_callers_is_a_fault(self) -> None:
        self.assertTrue(self.faults(line("a", ALLOWED)))
        self.assertTrue(self.faults(line("a", REJECTED, reason="unknown_key")))

    def test_two_lines_for_one_invocation_are_a_fault(self) -> None:
        self.assertTrue(self.faults(line("b", REJECTED), line("b", REJECTED)))

    def test_a_line_behind_a_pair_is_left_over(self) -> None:
        journal = Journal()
        journal.answered("a", sample(REJECTED), REFUSAL)
        for _ in range(2):
            journal.take(line("a", REJECTED))
        self.assertEqual([*journal.lines], ["a"])


class FakeEmulator:
    workers = 1
    port = 0

    def __init__(self) -> None:
        self.journal = Journal()


class Replying:
    """A client whose replies are known beforehand."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = [*replies]

    def invoke(self, event: bytes, request_id: str) -> Reply:
        return self.replies.pop(0)


class LoadTests(unittest.TestCase):
    def told(self, name: str, *replies: Reply) -> Load:
        load = Load(FakeEmulator(), None, random.Random(1))  # type: ignore[arg-type]
        load.invoke(Replying(*replies), sample(name), random.Random(2))  # type: ignore[arg-type]
        return load

    def test_an_allow_for_a_refused_caller_is_wrong(self) -> None:
        policy = {"Version": "2012-10-17", "Statement": [
            {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}]}  # fmt: skip
        answer = {"principalId": "x", "policyDocument": policy, "context": {}}
        self.assertTrue(self.told(REJECTED, Reply(200, answer)).wrong)

    def test_no_answer_is_wrong(self) -> None:
        for reply in (Reply(0, "timed out"), Reply(502, {"errorType": "X"}), Reply(200, None)):
            self.assertTrue(self.told(REJECTED, reply).wrong, reply)

    def test_errors_of_killed_workers_are_counted_and_a_busy_emulator_is_asked_again(self) -> None:
        busy = Reply(400, {"errorType": "Runtime.Unavailable"})
        died = Reply(200, {"errorType": "Authorizer.WorkerDied", "errorMessage": "x"})
        load = self.told(REJECTED, busy, busy, died)
        self.assertEqual(dict(load.counts), {"Runtime.Unavailable": 2, "Authorizer.WorkerDied": 1})
        self.assertEqual((load.wrong, len(load.died), load.errors()), ([], 1, 1))


class KernelTests(unittest.TestCase):
    def test_a_process_that_nobody_waited_for_is_a_zombie_and_no_worker(self) -> None:
        process = subprocess.Popen(["sleep", "60"])
        self.assertIn(process.pid, kernel.workers(os.getpid()))
        os.kill(process.pid, signal.SIGKILL)
        kernel.wait(lambda: kernel.state(process.pid) == "Z", 5, "it has ended")
        self.assertIn(process.pid, kernel.zombies(os.getpid()))
        self.assertNotIn(process.pid, kernel.workers(os.getpid()))
        process.wait()
        self.assertNotIn(process.pid, kernel.children(os.getpid()))

    def test_what_does_not_come_true_is_wrong(self) -> None:
        with self.assertRaisesRegex(Wrong, "not within 0.01 s: it rains"):
            kernel.wait(lambda: False, 0.01, "it rains")


class CheckTests(unittest.TestCase):
    def outcome(self, fault: Exception | None) -> str:
        def act(_: Setting) -> str:
            if fault:
                raise fault
            return "figures"

        return perform(Check("part", "what", act), None).outcome  # type: ignore[arg-type]

    def test_whatever_goes_wrong_is_wrong(self) -> None:
        faults = {None: "ok", Wrong("x"): "wrong", LeftOut("x"): "left out", KeyError("x"): "wrong"}
        self.assertEqual([self.outcome(fault) for fault in faults], [*faults.values()])
        with self.assertRaises(Wrong):
            require([], "nothing")


class OptionTests(unittest.TestCase):
    def end(self, *words: str) -> int:
        silence = contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO())
        with tempfile.NamedTemporaryFile() as nothing, silence[0], silence[1]:
            words = ("concurrency", "--bootstrap", nothing.name, *words)
            with unittest.mock.patch("sys.argv", [*words]), unittest.mock.patch.dict(os.environ, TURNSTILE_TALLY=""):
                try:
                    return program.main()
                except SystemExit as end:
                    return int(end.code or 0)

    def test_a_wrong_call_ends_with_64(self) -> None:
        for words in (["--in-flight", "1"], ["--in-flight", "x"], ["--seconds", "0"], ["--sec", "3"], ["more"]):
            self.assertEqual(self.end(*words), 64, words)

    def test_a_run_in_which_nothing_was_right_ends_with_1(self) -> None:
        self.assertEqual(self.end("--only", "nothing has this title"), 1)
        self.assertEqual(self.end("--only", "numbers: one"), 1)


if __name__ == "__main__":
    unittest.main()

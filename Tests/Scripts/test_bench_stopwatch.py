"""A program that answers wrongly, hangs or dies ends the benchmark with a word that says so; others are measured."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from bench import native, page_cache
from bench.events import REQUEST, Keys, Maker, read_pack, write_pack
from bench.stage import Stage
from bench.stopwatch import Failure, Program, Run, Scene, Stopwatch
from bench.world import RS256, World

ROOT = pathlib.Path(__file__).parents[2]
LIBCURL = ROOT / ".build-tools" / "libcurl"
PATIENCE = 0.5  # seconds
CORE = min(os.sched_getaffinity(0))

# Answers each event with its own text. MODE says what goes wrong, at the third event where it says nothing else.
FAKE = """
import http.client, json, os, signal, sys, time, urllib.request

mode, third = os.environ.get("MODE", ""), 2
host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
api = http.client.HTTPConnection(host, int(port))
prefix = "/2018-06-01/runtime/invocation/"


def asked():
    api.request("GET", prefix + "next")
    response = api.getresponse()
    return response.headers["Lambda-Runtime-Aws-Request-Id"], response.read().decode()


def answer(request_id, body, kind="response"):
    api.request("POST", prefix + request_id + "/" + kind, body)
    api.getresponse().read()


if mode == "cannot start":
    api.request("POST", "/2018-06-01/runtime/init/error", '{"errorMessage": "no configuration"}')
    api.getresponse().read()
if mode == "fetches keys":
    urllib.request.urlopen(os.environ["BENCH_JWKS_URL"]).read()
if mode == "is large":
    held = bytearray(64 << 20)
    held[::4096] = b"x" * len(held[::4096])
for number in range(1_000_000):
    request_id, event = asked()
    if mode == "waits":
        time.sleep(0.02)
    if mode == "works":
        until = time.process_time() + 0.02
        while time.process_time() < until:
            pass
    if mode == "tells":
        event = json.dumps([sorted(os.environ), sorted(os.sched_getaffinity(0)), os.getpid()])
    if number == third:
        if mode == "hangs":
            time.sleep(60)
        if mode == "ends":
            sys.exit(7)
        if mode == "is killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if mode == "asks twice":
            asked()
        if mode == "answers another":
            request_id = "4711"
        if mode == "is wrong":
            event += "!"
    answer(request_id, event, "error" if mode == "fails" and number == third else "response")
    if mode == "logs":
        print(number, flush=True)
"""


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        if shutil.which("gcc") is None:
            raise unittest.SkipTest("there is no gcc")
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.watch = Stopwatch(native.stopwatch(cls.folder), CORE, PATIENCE)
        cls.fake = cls.folder / "fake.py"
        cls.fake.write_text(FAKE)
        items = [f'{{"event": {number}}}'.encode() for number in range(5)]
        keys = cls.folder / "keys.json"
        keys.write_text('{"keys": []}')
        cls.scene = Scene(write_pack(cls.folder / "events", items), len(items), keys)
        cls.right = write_pack(cls.folder / "right", [b"r" + item for item in items])

    def program(self, mode: str) -> Program:
        return Program("fake", (sys.executable, str(self.fake)), {"MODE": mode})

    def timed(self, mode: str, count: int = 8, warmup: int = 2) -> Run:
        return self.watch.time(self.program(mode), self.scene, self.right, count, warmup)


class FaultTests(Case):
    def ends(self, mode: str, said: str) -> None:
        with self.assertRaisesRegex(Failure, f"^fake: .*{said}"):
            self.timed(mode)

    def test_a_wrong_answer_ends_the_run(self) -> None:
        self.ends("is wrong", 'wrong answer to event 2: response {"event": 2}!, not response {"event": 2}')

    def test_an_error_in_place_of_a_response_is_a_wrong_answer(self) -> None:
        self.ends("fails", "wrong answer to event 2: error")

    def test_a_program_that_hangs_ends_the_run(self) -> None:
        self.ends("hangs", "nothing came for 0.5 s after 2 answers")

    def test_a_program_that_ends_or_is_killed_ends_the_run(self) -> None:
        self.ends("ends", "the program ended with status 7 after 2 answers")
        self.ends("is killed", "the program was ended by signal 9, Killed after 2 answers")

    def test_a_program_that_does_not_keep_to_the_runtime_api_ends_the_run(self) -> None:
        self.ends("asks twice", "asked for an event before event 2 was answered")
        self.ends("answers another", "no answer to the event at hand: POST .*4711/response")

    def test_a_program_that_cannot_start_is_told_with_its_reason(self) -> None:
        self.ends("cannot start", "could not start: .*no configuration")
        with self.assertRaisesRegex(Failure, "ended with status 127 after 0 answers"):
            self.watch.time(Program("none", ("/no/such/program",), {}), self.scene, self.right, 1)

    def test_answers_that_belong_to_other_events_are_refused(self) -> None:
        other = write_pack(self.folder / "other", [b"r{}"])
        with self.assertRaisesRegex(Failure, "5 events, 1 answers"):
            self.watch.time(self.program(""), self.scene, other, 5)


class MeasureTests(Case):
    def test_a_right_program_is_measured(self) -> None:
        run = self.timed("")
        self.assertEqual((run.answered, run.warm_count, run.connections, run.key_requests), (8, 5, 1, 0))
        self.assertLess(run.ready_ns, run.cold_ns)
        self.assertLessEqual(run.warm_ns["q1"], run.warm_ns["median"])
        self.assertGreater(run.warm_ns["least"], 0)
        self.assertEqual(self.timed("fetches keys").key_requests, 1)

    def test_waiting_takes_time_and_no_processor_time(self) -> None:
        run = self.timed("waits")
        self.assertGreater(run.warm_ns["median"], 20e6)
        self.assertLess(run.warm_cpu_ns, 15e6)

    def test_work_takes_processor_time(self) -> None:
        self.assertGreater(self.timed("works").warm_cpu_ns, 20e6)

    def test_memory_is_that_of_the_program(self) -> None:
        small, large = self.timed(""), self.timed("is large")
        self.assertGreater(large.peak_rss_kib - small.peak_rss_kib, 60 * 1_024)
        self.assertGreater(large.own_rss_kib, 60 * 1_024)

    def test_the_program_is_pinned_gets_only_what_it_is_given_and_is_ended(self) -> None:
        path = self.folder / "told"
        self.watch.record(self.program("tells").with_variables(ANOTHER="1"), self.scene, path)
        names, cores, pid = json.loads(read_pack(path)[0][1:])
        self.assertEqual(set(names) - {"LC_CTYPE"}, {"MODE", "ANOTHER", "AWS_LAMBDA_RUNTIME_API", "BENCH_JWKS_URL"})
        self.assertEqual(cores, [CORE])
        self.assertFalse(pathlib.Path(f"/proc/{pid}").exists())


class StageTests(Case):
    def setUp(self) -> None:
        self.stage = Stage(pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())), self.watch)

    def test_a_program_whose_answers_are_wrong_is_not_timed(self) -> None:
        """It answers at once, and in the form that the stopwatch wants."""
        keys = Keys()
        act = self.stage.act("good", World(), keys, Maker(keys, 1).events(3, REQUEST, RS256))
        with self.assertRaisesRegex(Failure, "fake: a wrong answer: REST REQUEST, good: policyDocument"):
            self.stage.time(self.program("logs"), act, 3)
        with self.assertRaisesRegex(Failure, "fake: a wrong answer: .*: not refused"):
            self.stage.prove(self.program("logs"), 1)


class PageCacheTests(unittest.TestCase):
    def test_a_file_is_out_of_the_page_cache_until_it_is_read(self) -> None:
        with tempfile.NamedTemporaryFile(dir=ROOT) as file:
            file.write(os.urandom(1 << 20))
            file.flush()
            path = pathlib.Path(file.name)
            self.assertEqual(page_cache.resident_share(path), 1)
            kind = subprocess.run(["stat", "-f", "-c", "%T", path], capture_output=True, text=True, check=True).stdout
            if kind.strip() in ("tmpfs", "ramfs"):
                self.skipTest("the file is in memory and nowhere else")
            self.assertTrue(page_cache.can_drop(path))
            self.assertLess(page_cache.resident_share(path), 0.1)
            path.read_bytes()
            self.assertGreater(page_cache.resident_share(path), 0.9)


# A check of the floor's that is left out, and what then comes through.
HOLES = {
    "signatures": ("token.c", "digest, sizeof digest) == 1;", "digest, sizeof digest) >= 0;", "another key"),
    "exp": ("token.c", "|| now >= expires)", "|| now >= expires + (1LL << 40))", "expired"),
    "nbf": ("token.c", "|| now < from)", "|| now < from - (1LL << 40))", "not yet valid"),
    "iss": ("token.c", "text_is(iss, issuer)", "(text_is(iss, issuer) || true)", "another issuer"),
    "aud": ("token.c", "text_is(aud, audience)", "(text_is(aud, audience) || true)", "another audience"),
    "scopes": ("text.c", "if (text_is(word, wanted)) return true;",
               "if (!memcmp(word.bytes, wanted.bytes, word.length)) return true;", "a prefix of a scope"),
}  # fmt: skip


class FloorTests(Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        if not (LIBCURL / "lib" / "libcurl.a").is_file():
            raise unittest.SkipTest("there is no minimal libcurl: scripts/install static")
        cls.patient = Stopwatch(cls.watch.executable, None)

    def floor(self, sources: pathlib.Path = native.HERE / "floor") -> Program:
        return Program("floor", (str(native.floor(self.folder, LIBCURL, sources)),), {})

    def test_the_floor_is_an_honest_authorizer(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(Stage(pathlib.Path(folder), self.patient).prove(self.floor(), 1), 126)

    def test_a_check_that_the_floor_leaves_out_is_seen(self) -> None:
        for name, (file, check, hole, attack) in HOLES.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                sources = shutil.copytree(native.HERE / "floor", pathlib.Path(folder, "floor"))
                text = (sources / file).read_text()
                self.assertIn(check, text)
                (sources / file).write_text(text.replace(check, hole))
                with self.assertRaisesRegex(Failure, f"floor: a wrong answer: .*{attack}"):
                    Stage(pathlib.Path(folder), self.patient).prove(self.floor(sources), 1)


if __name__ == "__main__":
    unittest.main()

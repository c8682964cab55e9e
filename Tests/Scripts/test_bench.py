"""The benchmark's arithmetic and its judgement must be able to fail: figures, targets, and answers that are wrong."""

import contextlib
import copy
import dataclasses
import io
import json
import pathlib
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

import jsonschema

from bench import __main__ as program
from bench import calls, growth, https, picture, report, targets
from bench.attacks import attacks
from bench.calls import Calls
from bench.events import (
    ALLOWED,
    DENIED,
    HTTP_2,
    REFUSED,
    REQUEST,
    SHAPES,
    TOKEN,
    Event,
    Keys,
    Maker,
    read_pack,
    write_pack,
)
from bench.growth import Row
from bench.headline import Figures
from bench.judge import Wrong, judge
from bench.plan import QUICK
from bench.programs import EMBEDDED, FLOOR
from bench.results import Deployed, Machine, Results
from bench.rounds import interleave, order
from bench.statistics import Summary, quantile, ratio, summary
from bench.table import bar, table
from bench.world import ALGORITHMS, READ, ROUTES, RS256, WRITE, World

ROOT = pathlib.Path(__file__).parents[2]
STAGE = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod"


class StatisticsTests(unittest.TestCase):
    def test_quantiles_lie_between_the_values_around_them(self) -> None:
        self.assertEqual(quantile([4, 1, 3, 2], 0.5), 2.5)
        self.assertEqual(quantile([5, 1, 3], 0.5), 3)
        self.assertEqual(quantile([1, 2, 3, 4, 5], 0.25), 2)
        self.assertEqual(quantile([7], 0.75), 7)
        self.assertEqual((quantile([1, 9], 0), quantile([1, 9], 1)), (1, 9))

    def test_one_wild_value_does_not_move_the_median(self) -> None:
        self.assertEqual(summary([10, 11, 10, 11, 9_000]).median, 11)

    def test_nothing_measured_is_no_figure(self) -> None:
        with self.assertRaisesRegex(ValueError, "nothing was measured"):
            summary([])

    def test_a_ratio_is_taken_within_a_round(self) -> None:
        """The machine is three times as slow in the last round; the medians alone would say 1.5."""
        self.assertEqual(ratio([10, 20, 60], [10, 20, 60]).median, 1)
        self.assertEqual(ratio([12, 24, 72], [10, 20, 60]).median, 1.2)
        self.assertEqual(ratio([10, 20, 60], [20, 10, 60]), Summary(1, 0.75, 1.5, 3))

    def test_rounds_that_do_not_belong_together_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "3 rounds beside 2"):
            ratio([1, 2, 3], [1, 2])
        with self.assertRaisesRegex(ValueError, "not above 0"):
            ratio([1, 2], [1, 0])

    def test_everybody_is_first_equally_often(self) -> None:
        for count in (2, 3, 4):
            rounds = [order(count, number) for number in range(2 * count)]
            self.assertTrue(all(sorted(one) == list(range(count)) for one in rounds))
            for place in range(count):
                self.assertEqual(sorted(one[place] for one in rounds), sorted([*range(count)] * 2))

    def test_turns_give_each_its_own_values_by_round(self) -> None:
        seen: list[str] = []
        measures = [lambda name=name: seen.append(name) or f"{name}{len(seen)}" for name in "ab"]
        first, second = interleave(measures, 4, lambda *_: None)
        self.assertTrue(all(one.startswith("a") for one in first) and all(one.startswith("b") for one in second))
        self.assertEqual((len(first), len(second), sorted(seen)), (4, 4, ["a"] * 4 + ["b"] * 4))
        self.assertNotEqual(seen, ["a", "b"] * 4)


def figures(cold: float, warm: float, processor: float, memory: int) -> Figures:
    return Figures(
        cold_ns=[cold] * 3, cold_cpu_ns=[cold] * 3, dropped_ns=[cold] * 3, warm_ns=[warm] * 3, warm_p99_ns=[warm] * 3,
        warm_cpu_ns=[processor] * 3, peak_rss_bytes=memory, own_rss_bytes=memory // 2,
    )  # fmt: skip


def same(value: float) -> Summary:
    return Summary(value, value, value, 3)


def results() -> Results:
    """In which every target is met to the last bit."""
    machine = Machine("A <processor> & more", 2, "Linux 6", 1, False, 0.5)
    rows = [
        Row(name, size, same(100), same(1.10 if number else 1))
        for name, sizes in growth.SIZES.items()
        for number, size in enumerate(sizes)
    ]
    return Results(
        "2026-11-29", 1, machine, QUICK, ("Go: not here",), 126,
        {FLOOR: Deployed(5_000_000, 2_000_000), EMBEDDED: Deployed(6_500_000, 3_000_000)},
        {
            FLOOR: figures(2_000_000, 40_000, 50_000, 4_000_000),
            EMBEDDED: figures(2_300_000, 46_000, 60_000, 5_000_000),
            "Python": figures(2_300_000, 300_000, 300_000, 30_000_000),
        },
        {FLOOR: Calls(100, 9, {"read": 20}), EMBEDDED: Calls(110, 11, {"read": 24, "prctl": 6})},
        [], rows,
        {https.NO_FETCH: same(2e6), https.POOL: same(9e6), https.SYSTEM: same(32e6), https.SYSTEM_AS_FILE: same(32e6)},
    )  # fmt: skip


class RootsTests(unittest.TestCase):
    def test_the_own_root_is_one_of_the_systems_for_a_program_that_is_started_so(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            own = pathlib.Path(name, "own.pem")
            own.write_text("the run's own root\n")
            roots = https.Roots(pathlib.Path(name), own)
            if not (surroundings := roots.surroundings()):
                self.skipTest("no roots of a system here, or no unshare(1)")
            before = roots.bundle.read_text()
            seen = subprocess.run([*surroundings, "cat", str(roots.bundle)], capture_output=True, text=True, check=True)
            self.assertEqual(seen.stdout, before + "the run's own root\n")
            self.assertEqual(roots.bundle.read_text(), before)


class TargetTests(unittest.TestCase):
    def test_what_is_just_reached_is_met(self) -> None:
        for one in targets.verdicts(results()):
            self.assertIs(one.is_met, True, one)
        self.assertEqual(len(targets.verdicts(results())), len(targets.TARGETS))

    def misses(self, found: Results) -> list[str]:
        return [one.name for one in targets.verdicts(found) if one.is_met is not True]

    def test_each_is_missed_by_a_little_more(self) -> None:
        floor = results().figures[FLOOR]
        ours = results().figures[EMBEDDED]
        changes = {
            "warm time of an invocation": {"warm_ns": [46_100] * 3},
            "processor time of an invocation": {"warm_cpu_ns": [60_100] * 3},
            "peak RSS after 20,000 invocations": {"peak_rss_bytes": 5_010_000},
        }
        for name, change in changes.items():
            found = results()
            found.figures |= {FLOOR: floor, EMBEDDED: dataclasses.replace(ours, **change)}
            self.assertEqual(self.misses(found), [name])

    def test_a_slower_start_misses_the_floor_and_the_peer(self) -> None:
        found = results()
        found.figures[EMBEDDED].cold_ns = [2_310_000] * 3
        self.assertEqual(self.misses(found), ["cold, exec to first response", "the same, beside the fastest peer"])

    def test_size_calls_fetch_and_growth_are_missed_by_a_little_more(self) -> None:
        found = results()
        found.deployed[EMBEDDED] = Deployed(6_510_000, 3_010_000)
        found.calls[EMBEDDED] = Calls(111, 11, {})
        found.https |= {https.POOL: same(9.1e6), https.SYSTEM: same(32.1e6), https.SYSTEM_AS_FILE: same(32.1e6)}
        found.growth = [dataclasses.replace(row, ratio=same(1.11)) for row in found.growth]
        self.assertEqual(len(self.misses(found)), 8)

    def test_what_was_not_measured_is_not_met(self) -> None:
        machine = results().machine
        empty = Results("2026-11-29", 1, machine, QUICK)
        self.assertEqual({one.is_met for one in targets.verdicts(empty)}, {None})
        without_peers = results()
        del without_peers.figures["Python"]
        self.assertEqual(self.misses(without_peers), ["the same, beside the fastest peer"])

    def test_the_report_says_met_missed_and_not_measured(self) -> None:
        found = results()
        found.deployed[EMBEDDED] = Deployed(8_100_000, 3_000_000)
        del found.figures["Python"]
        text = "\n".join(report.text(found, targets.verdicts(found)))
        self.assertRegex(text, r"file +MISSED +8\.10 +≤ 6\.5 MB")
        self.assertRegex(text, r"zip +met +3 +≤ 3 MB")
        self.assertRegex(text, r"fastest peer +not measured")
        self.assertIn("11 met, 1 missed", text)
        self.assertIn("left out: Go: not here", text)
        self.assertIn("read 4, prctl 6", text)

    def test_the_same_stands_in_markdown(self) -> None:
        lines = list(report.markdown(results(), targets.verdicts(results())))
        self.assertIn("| file | met | 6.50 | ≤ 6.5 MB |", lines)
        tables = [line for line in lines if line.startswith("|")]
        self.assertTrue(all(line.endswith("|") for line in tables))

    def test_the_picture_is_xml_and_names_every_program(self) -> None:
        drawn = ElementTree.fromstring(picture.svg(results()))
        words = " ".join(drawn.itertext())
        for name in (FLOOR, EMBEDDED, "Python", "A <processor> & more", "(× 1.15)"):
            self.assertIn(name, words)
        bars = [float(one.get("width", "0")) for one in drawn.iter("{http://www.w3.org/2000/svg}rect")]
        self.assertEqual(len(bars), 12)
        self.assertLess(bars[0], bars[1])  # cold: the floor's is shorter


class TableTests(unittest.TestCase):
    def test_numbers_end_together(self) -> None:
        lines = table(["", "µs"], [["floor", "9.5"], ["bootstrap", "100.0"]])
        self.assertEqual([len(line) for line in lines], [18, 18, 18])

    def test_bars_are_as_long_as_what_they_show(self) -> None:
        self.assertEqual(bar(50, 100, 10), "█" * 5)
        self.assertEqual(bar(100, 100, 10), "█" * 10)
        self.assertEqual(bar(0.001, 100, 10), "▏")


class TraceTests(unittest.TestCase):
    def trace(self, responses: int) -> pathlib.Path:
        path = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()), "trace")
        post = '7 sendto(3, "POST /2018-06-01/runtime/invocation/0000-b0b0/response HTTP/1.1", 950) = 950'
        start = ['7 execve("/floor", ["/floor"], 0x7ff) = 0', "7 brk(NULL) = 0x1", "7 --- SIGCHLD {si_signo=17} ---"]
        path.write_text("\n".join([*start, *[post, '7 write(1, "{}", 2) = 2', "7 poll([], 0, 0) = 0"] * responses]))
        return path

    def test_calls_are_counted_up_to_the_one_that_posts_the_first_response(self) -> None:
        found = calls.read(self.trace(4))
        self.assertEqual(found, Calls(3, 3, {"execve": 1, "brk": 1, "sendto": 1}))

    def test_a_trace_that_ends_early_is_no_count(self) -> None:
        with self.assertRaisesRegex(ValueError, "3 responses instead of 4"):
            calls.read(self.trace(3))


def right(event: Event) -> tuple[bytes, dict]:
    """The kind of the answer to it and what it says, policies as the token opens them."""
    if event.outcome == REFUSED:
        return b"e", {"errorMessage": "Unauthorized", "errorType": "Any"}
    context = {"client_id": event.client, "sub": event.subject, "scope": event.scope}
    if event.shape == HTTP_2:
        return b"r", {"isAuthorized": event.outcome == ALLOWED, "context": context}
    opened = [f"{STAGE}/{one.verb}{one.path}" for one in ROUTES if one.scope in event.scope.split(" ")]
    statement = {
        "Action": "execute-api:Invoke", "Effect": "Allow" if opened else "Deny", "Resource": opened or [f"{STAGE}/*"]
    }  # fmt: skip
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    said = {"principalId": event.subject, "policyDocument": policy, "context": context}
    return b"r", {**said, "usageIdentifierKey": event.client}


class JudgeTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.maker = Maker(Keys(), 1)
        cls.good = [cls.maker.event(shape, RS256) for shape in SHAPES]
        cls.bad = attacks(cls.maker)

    def judged(self, event: Event, kind: bytes, said: dict) -> None:
        judge(event, kind + json.dumps(said).encode(), World())

    def test_right_answers_of_every_kind_pass(self) -> None:
        for event in (*self.good, *self.bad):
            self.judged(event, *right(event))
        self.assertEqual({event.outcome for event in (*self.good, *self.bad)}, {ALLOWED, DENIED, REFUSED})

    def test_each_attack_that_is_let_through_is_seen(self) -> None:
        for event in self.bad:
            kind, said = right(dataclasses.replace(event, outcome=ALLOWED))
            if event.shape != HTTP_2:
                said["policyDocument"]["Statement"][0] |= {"Effect": "Allow", "Resource": [f"{STAGE}/*"]}
            with self.assertRaises(Wrong, msg=f"{event.shape}, {event.name}"):
                self.judged(event, kind, said)

    def test_there_is_an_attack_on_every_check(self) -> None:
        names = {event.name.partition(": ")[2] for event in self.bad}
        self.assertEqual(len(names), 14)
        self.assertEqual(len(self.bad), len(names) * len(SHAPES) * len(ALGORITHMS))

    def test_a_change_to_a_right_answer_is_seen(self) -> None:
        changes = {
            "another key": lambda said: said.update(usageIdentifierKey="x" * 26),
            "no key": lambda said: said.pop("usageIdentifierKey"),
            "another principal": lambda said: said.update(principalId="somebody"),
            "no context": lambda said: said.pop("context"),
            "another scope": lambda said: said["context"].update(scope=READ + "x"),
            "too wide": lambda said: said["policyDocument"]["Statement"][0].update(Resource=[f"{STAGE}/*"]),
            "no version": lambda said: said["policyDocument"].pop("Version"),
            "denied": lambda said: said["policyDocument"]["Statement"][0].update(Effect="Deny"),
        }
        for event in (one for one in self.good if one.shape in (REQUEST, TOKEN)):
            kind, said = right(event)
            for name, change in changes.items():
                changed = copy.deepcopy(said)
                change(changed)
                with self.assertRaises(Wrong, msg=name):
                    self.judged(event, kind, changed)

    def test_a_route_too_few_is_seen(self) -> None:
        event = next(one for one in iter(lambda: self.maker.event(REQUEST, RS256), None) if one.scope == WRITE)
        kind, said = right(event)
        listed = said["policyDocument"]["Statement"][0]["Resource"]
        listed.remove(next(one for one in listed if one != event.arn))
        with self.assertRaisesRegex(Wrong, "judged wrongly"):
            self.judged(event, kind, said)

    def test_an_error_for_an_answer_and_the_other_way_round_are_seen(self) -> None:
        with self.assertRaisesRegex(Wrong, "an error"):
            self.judged(self.good[0], b"e", {"errorMessage": "Unauthorized"})
        refused = next(event for event in self.bad if event.outcome == REFUSED)
        with self.assertRaisesRegex(Wrong, "not refused"):
            self.judged(refused, b"e", {"errorMessage": "Internal error"})
        with self.assertRaisesRegex(Wrong, "no JSON"):
            judge(self.good[0], b"rnonsense", World())


class EventTests(unittest.TestCase):
    def test_one_seed_makes_the_same_claims_and_requests(self) -> None:
        keys = Keys()
        first, second, other = (
            [(one.client, one.arn, one.scope) for one in Maker(keys, seed).events(20, REQUEST, RS256)]
            for seed in (5, 5, 6)
        )
        self.assertEqual(first, second)
        self.assertNotEqual(first, other)
        self.assertEqual(len({client for client, _, _ in first}), 20)

    def test_events_have_the_length_that_is_asked_for(self) -> None:
        maker = Maker(Keys(), 1)
        for length in (4_500, 8_192, 65_536):
            self.assertAlmostEqual(len(maker.event(REQUEST, RS256, length).body), length, delta=64)

    def test_packs_hold_what_was_put_in(self) -> None:
        path = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()), "pack")
        items = [b"", b"x" * 70_000, b"\n\0"]
        self.assertEqual(read_pack(write_pack(path, items)), items)

    def test_every_configuration_that_is_measured_fits_the_schema(self) -> None:
        schema = json.loads((ROOT / "authorizer.schema.json").read_text())
        worlds = [World(), World(ca_file="/roots.pem"), World(keys_file="keys.json")]
        worlds += [make(size) for name, make in growth.WORLDS.items() for size in growth.SIZES[name]]
        for world in worlds:
            jsonschema.validate(world.configuration(), schema)
        self.assertEqual(len(growth.with_routes(1_000).routes), 1_000)


class CallTests(unittest.TestCase):
    def refused(self, *words: str) -> str:
        said = io.StringIO()
        with contextlib.redirect_stderr(said), self.assertRaises(SystemExit) as ended:
            program.parsed(["--tools", "tools", *words])
        self.assertEqual(ended.exception.code, 64)
        return said.getvalue()

    def test_a_wrong_call_is_told_with_a_way_out(self) -> None:
        here = str(pathlib.Path(__file__))
        self.assertIn("no/where is no file", self.refused("--bootstrap", "no/where"))
        self.assertIn("unrecognized arguments: --fast", self.refused("--bootstrap", here, "--fast"))
        self.assertIn("--core 4711", self.refused("--bootstrap", here, "--core", "4711"))
        self.assertIn("scripts/bench -h", self.refused())


if __name__ == "__main__":
    unittest.main()

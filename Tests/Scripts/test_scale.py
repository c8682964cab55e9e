"""The rules of the model of docs/scale.md. Each is one that a wrong model would break."""

import contextlib
import dataclasses
import functools
import io
import json
import pathlib
import random
import re
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from unittest import mock

from scale import __main__ as program
from scale import cost, experiments, facts, metering, pictures, revocation, show
from scale.environments import Authorizer, Quotas, ResultCache, Simulation, Traffic, turnstile
from scale.fetches import NEW, OLD, Fleet, Issuer, Rotation, in_seconds, run
from scale.keycache import Answer, KeyCache, KeyTimes

ROOT = pathlib.Path(__file__).parents[2]
PLAIN = Authorizer("plain", start=60, work=2)
WIDE = Quotas(10_000, 1e6, 1e6)


@functools.cache
def all_results() -> dict[str, dict]:
    """What scripts/scale finds where nothing is said."""
    return {part: run_part(experiments.Settings(), lambda _: None) for part, run_part in experiments.PARTS.items()}


def outcome(traffic: Traffic, authorizer: Authorizer = PLAIN, quotas: Quotas = WIDE, seed: int = 1):
    return Simulation(authorizer, traffic, quotas, seed).run()


class EnvironmentTests(unittest.TestCase):
    def test_every_request_is_answered_once(self) -> None:
        dice = random.Random(7)
        for seed in range(30):
            traffic = Traffic(10 ** dice.uniform(0.5, 4), dice.randint(1, 3_000), dice.choice((0, 1, 300)), 3)
            authorizer = Authorizer("any", dice.randint(1, 900), dice.randint(1, 90), dice.choice((0, 400)))
            quotas = Quotas(dice.randint(1, 2_000), dice.uniform(5, 20_000), dice.uniform(1, 5_000))
            found = outcome(traffic, authorizer, quotas, seed)
            self.assertGreater(found.arrived, 0)
            self.assertEqual(found.answered, found.arrived, f"{traffic} {authorizer} {quotas}")
            self.assertEqual(found.cold, found.environments)

    def test_a_request_that_is_lost_or_told_twice_is_seen(self) -> None:
        row = {"rate": 1, "arrived": 9, "cached": 1, "warm": 5, "cold": 1, "throttled": 1, "refused": 1}
        self.assertEqual(experiments.wrong({"environments": {"first": [row]}}), [])
        for name in ("cached", "warm", "cold", "throttled", "refused"):
            for change in (-1, 1):
                broken = row | {name: row[name] + change}
                self.assertTrue(experiments.wrong({"environments": {"ramp": [broken]}}), name)

    def test_environments_never_exceed_the_concurrency(self) -> None:
        for most in (1, 7, 50):
            found = outcome(Traffic(2_000, 10, 0, 3), Authorizer("slow", 200, 300), Quotas(most, 1e6, 1e6))
            self.assertEqual((found.environments, found.most_at_once), (most, most))
            self.assertGreater(found.throttled, 0)

    def test_environments_are_started_at_lambdas_pace(self) -> None:
        slow = Authorizer("slow", start=1, work=60_000)
        for seconds in (1, 5, 12):
            found = outcome(Traffic(5_000, 10, 0, seconds), slow)
            self.assertLessEqual(found.environments, 1_000 + 100 * seconds)
            self.assertGreaterEqual(found.environments, 1_000 + 100 * seconds - 2)

    def test_an_environment_has_one_event_at_a_time(self) -> None:
        for work, after in ((100, 0), (50, 0), (100, 2_000)):
            found = outcome(Traffic(500, 10, 0, 10), Authorizer("one", 1, work, after), Quotas(10, 1e6, 1e6))
            most = 10 * (10_000 - after) / work + 10
            self.assertLessEqual(found.warm + found.cold, most)
            self.assertGreater(found.warm + found.cold, 0.8 * min(most, 10 * 10 * 10))

    def test_short_events_are_held_to_ten_a_second_for_each_unit_of_concurrency(self) -> None:
        found = outcome(Traffic(1_000, 10, 0, 20), Authorizer("short", 1, 1), Quotas(10, 1e6, 1e6))
        self.assertLessEqual(found.warm + found.cold, 100 * 20 + 100)
        self.assertGreater(found.warm + found.cold, 100 * 20 - 100)

    def test_lambda_takes_on_ten_thousand_a_second_more_in_ten_seconds(self) -> None:
        found = outcome(Traffic(30_000, 10, 0, 25))
        self.assertEqual(max(found.throttled_in), 19, "30,000 a second are reached after 20 s")

    def test_the_gateway_refuses_what_is_over_its_rate_and_burst(self) -> None:
        found = outcome(Traffic(1_000, 10, 0, 10), quotas=Quotas(1_000, 300, 500))
        self.assertAlmostEqual(found.arrived - found.refused, 300 * 10 + 500, delta=2)

    def test_a_longer_start_starts_more_environments(self) -> None:
        counts = [outcome(Traffic(1_000, 10, 0, 2), Authorizer("", start, 2)).environments for start in (20, 60, 200)]
        self.assertEqual(counts, sorted(counts))
        self.assertAlmostEqual(counts[2], 200, delta=50)

    def test_with_a_snapshot_nobody_waits_for_a_fetch_but_it_is_made(self) -> None:
        plain, snapshot = (outcome(Traffic(1_000, 10, 0, 2), turnstile(128, 2, one, False)) for one in (False, True))
        self.assertEqual(plain.fetches_before_an_answer, plain.environments)
        self.assertEqual(snapshot.fetches_before_an_answer, 0)
        self.assertEqual(sum(snapshot.fetches.values()), snapshot.environments)
        first_answer = turnstile(128, 2, True, False).start + 2
        self.assertGreaterEqual(min(snapshot.fetches), first_answer)
        self.assertLess(min(plain.fetches), first_answer + facts.FIRST_FETCH_CPU.value)


class ResultCacheTests(unittest.TestCase):
    def test_an_answer_is_kept_for_the_ttl_and_no_longer(self) -> None:
        cache = ResultCache(Traffic(1, 2, 5, 1))
        cache.keep(0, now=100)
        self.assertEqual(cache.unknown, [1])
        cache.expire(now=5_099)
        self.assertEqual(cache.unknown, [1])
        cache.expire(now=5_100)
        self.assertEqual(sorted(cache.unknown), [0, 1])

    def test_two_misses_of_one_client_are_one_entry(self) -> None:
        cache = ResultCache(Traffic(1, 3, 5, 1))
        for client in (2, 2, 0, 2):
            cache.keep(client, now=1)
        self.assertEqual((cache.unknown, len(cache.kept)), ([1], 2))

    def test_without_a_ttl_everything_is_judged(self) -> None:
        found = outcome(Traffic(500, 3, 0, 2))
        self.assertEqual((found.cached, found.warm + found.cold), (0, found.arrived))

    def test_nothing_is_kept_before_it_was_answered(self) -> None:
        found = outcome(Traffic(200, 1, 3_600, 5), Authorizer("slow", start=1_000, work=2))
        self.assertAlmostEqual(found.cold, 200, delta=50)
        self.assertEqual(found.warm, 0)
        self.assertEqual(found.cached, found.arrived - found.cold)

    def test_misses_are_those_of_a_renewal_process(self) -> None:
        for rate, ttl in ((0.01, 60), (1, 300), (10, 60)):
            found = cost.share_of_misses(rate, ttl, 86_400, seed=3, lives=20)
            self.assertAlmostEqual(found * rate * (ttl + 1 / rate), 1, delta=0.05)
        self.assertEqual(cost.share_of_misses(1, 0, 3_600, 1), 1)
        often, seldom = (cost.share_of_misses(1, 3_600, life, 1) for life in (300, 86_400))
        self.assertGreater(often, 5 * seldom, "a new token is a new entry")


class KeyCacheTests(unittest.TestCase):
    """The rule itself; KeyCacheTests.swift has the product's."""

    def test_defaults_are_those_of_the_manual(self) -> None:
        manual = (ROOT / "docs" / "configuration.md").read_text()
        said = {
            name: int(value) for name, value in re.findall(r"^\| `(\w+Seconds)` .*\| (\d+) \| [\d…]+ \|$", manual, re.M)
        }
        one = KeyTimes()
        self.assertEqual(
            said,
            {"maxAgeSeconds": one.max_age, "staleIfErrorSeconds": one.stale_if_error, "cooldownSeconds": one.cooldown},
        )

    def test_the_jitter_is_the_products(self) -> None:
        source = (ROOT / "Sources" / "AuthorizerService" / "KeyCache.swift").read_text()
        self.assertIn("maxAgeSeconds * (700 + min(max(spread, 0), 999) / 5) / 1_000", source)
        self.assertIn("return keys == nil || isSnapshot || age(at: now) >= times.refreshAfterSeconds", source)
        self.assertEqual([KeyTimes(spread=spread).refresh_after for spread in (-1, 0, 4, 5, 999, 5_000)],
                         [2_520, 2_520, 2_520, 2_523, 3_236, 3_236])  # fmt: skip

    def test_keys_are_fresh_stale_and_gone(self) -> None:
        cache = KeyCache(KeyTimes(100, 50, 10))
        self.assertEqual(cache.look_up("k", 0, may_fetch=True), Answer.FETCH_FIRST)
        self.assertEqual(cache.look_up("k", 0, may_fetch=False), Answer.UNAVAILABLE)
        cache.replace(frozenset("k"), 0, 1)
        for now, due in ((69, False), (70, True), (99.9, True)):
            self.assertEqual(cache.look_up("k", now, may_fetch=True), Answer.KEY)
            self.assertEqual(cache.is_refresh_due(now), due)
        self.assertEqual(cache.look_up("k", 100, may_fetch=True), Answer.FETCH_FIRST)
        cache.note_failure(145)
        self.assertEqual(cache.look_up("k", 149.9, may_fetch=True), Answer.KEY)
        self.assertEqual(cache.look_up("k", 150, may_fetch=True), Answer.UNAVAILABLE)
        self.assertEqual(cache.look_up("k", 155, may_fetch=True), Answer.FETCH_FIRST)

    def test_an_unknown_key_is_asked_for_once_and_then_after_pauses_that_double(self) -> None:
        cache = KeyCache(KeyTimes(1_000_000, 50, 10))
        cache.replace(frozenset("k"), 0, 0)
        asked = []
        for now in range(1, 400):
            if cache.look_up("x", now, may_fetch=True) is Answer.FETCH_FIRST:
                cache.replace(frozenset("k"), now, now)
                self.assertEqual(cache.look_up("x", now, may_fetch=False), Answer.UNKNOWN)
                asked.append(now)
        self.assertEqual(asked, [10, 20, 40, 80, 160, 320])

    def test_after_a_failed_fetch_no_key_is_called_unknown(self) -> None:
        cache = KeyCache(KeyTimes(100, 50, 10))
        cache.replace(frozenset("k"), 0, 0)
        cache.note_failure(20)
        self.assertEqual(cache.look_up("x", 21, may_fetch=True), Answer.UNAVAILABLE)

    def test_a_snapshot_serves_and_is_refreshed_at_the_first_chance(self) -> None:
        cache = KeyCache(KeyTimes())
        cache.use_snapshot(frozenset("k"), 5)
        self.assertEqual(cache.look_up("k", 5, may_fetch=True), Answer.KEY)
        self.assertTrue(cache.is_refresh_due(5))
        cache.note_failure(6)
        self.assertFalse(cache.is_refresh_due(35.9))
        self.assertTrue(cache.is_refresh_due(36))


class FetchTests(unittest.TestCase):
    STARTS = tuple(number / 10_000 for number in range(500))

    def fleet(self, **changes: object) -> Fleet:
        return dataclasses.replace(Fleet(self.STARTS, 5_000, 6_500.0), **changes)

    def test_without_jitter_all_fetch_in_the_same_second(self) -> None:
        found = run(self.fleet(has_jitter=False))
        counts = in_seconds(found.fetches)
        self.assertEqual(sum(counts.values()), 1_500)
        for moment in (0, 2_520, 5_040):
            self.assertGreaterEqual(counts.get(moment, 0) + counts.get(moment + 1, 0), 495, moment)

    def test_with_jitter_they_spread(self) -> None:
        found = run(self.fleet(until=3_300.0))
        late = [moment for moment in found.fetches if moment > 1]
        self.assertEqual(len(late), 500)
        self.assertLess(max(in_seconds(late).values()), 20)
        self.assertTrue(all(2_520 <= moment <= 3_240 for moment in late))
        quarters = [sum(2_520 + 180 * part <= moment < 2_700 + 180 * part for moment in late) for part in range(4)]
        self.assertGreater(min(quarters), 80)

    def test_no_fetch_at_a_cold_start_with_a_snapshot(self) -> None:
        plain, snapshot = run(self.fleet(until=60.0)), run(self.fleet(until=60.0, has_snapshot=True))
        self.assertEqual(plain.by, {"the start": 500})
        self.assertEqual(snapshot.by, {"nobody": 500})
        self.assertEqual(snapshot.callers, {Answer.KEY: 500})

    def test_a_limited_issuer_hurts_only_who_has_no_snapshot(self) -> None:
        limited = Issuer(limit=50)
        plain, snapshot = (run(self.fleet(until=900.0, has_snapshot=one), limited) for one in (False, True))
        self.assertEqual(in_seconds(plain.fetches)[0] - in_seconds(plain.failures)[0], 50)
        self.assertGreater(plain.callers[Answer.UNAVAILABLE], 50_000)
        self.assertEqual(snapshot.callers[Answer.UNAVAILABLE], 0)

    def test_a_fetch_is_never_made_within_the_cooldown(self) -> None:
        for snapshot in (False, True):
            found = run(Fleet([0.0], 50, 600.0, KeyTimes(cooldown=20), has_snapshot=snapshot), Issuer(down=(0, 1e9)))
            gaps = [later - earlier for earlier, later in zip(found.fetches, found.fetches[1:], strict=False)]
            self.assertGreater(len(gaps), 20)
            self.assertGreaterEqual(min(gaps), 20)
            self.assertLess(max(gaps), 21)

    def test_a_key_that_was_published_before_costs_no_fetch_and_no_refusal(self) -> None:
        warm, switches = [-1.0] * 100, [number / 10 for number in range(100)]
        sudden = run(Fleet(warm, 1_000, 60.0), Issuer(published=0), switches)
        before = run(Fleet(warm, 1_000, 60.0), Issuer(published=-3_600), switches)
        self.assertGreaterEqual(sudden.by["a caller"], 95)
        self.assertEqual((before.by["a caller"], before.callers[Answer.UNKNOWN]), (0, 0))

    def test_keys_outlive_an_outage_shorter_than_stale_if_error(self) -> None:
        warm = [-1.0] * 50
        for stale, is_refused in ((10_000, False), (60, True)):
            found = run(Fleet(warm, 500, 5_000.0, KeyTimes(600, stale)), Issuer(down=(0, 4_000)))
            self.assertEqual(found.callers[Answer.UNAVAILABLE] > 0, is_refused)

    def test_callers_between_are_what_each_caller_alone_would_be(self) -> None:
        """The same fleet with every caller judged, one by one."""
        switches = [5.0, 10.0, 60.0, 200.0]
        short = KeyTimes(60, 40, 20)
        for issuer, times in (
            (Issuer(), KeyTimes()),
            (Issuer(down=(0, 100)), KeyTimes()),
            (Issuer(down=(0, 200)), short),
        ):
            quick = [run(Fleet([-1.0] * 40, 80, 300.0, times), issuer, switches, seed) for seed in range(8)]
            slow = [self.one_by_one(issuer, times, switches, seed) for seed in range(8)]
            for name in (Answer.UNKNOWN, Answer.UNAVAILABLE):
                fast, each = sum(one.callers[name] for one in quick), sum(one[name] for one in slow)
                self.assertAlmostEqual(fast, each, delta=60 + each * 0.08, msg=f"{name} {issuer} {times}")
            fast, each = sum(len(one.fetches) for one in quick), sum(one["fetches"] for one in slow)
            self.assertAlmostEqual(fast, each, delta=20 + each * 0.05)

    @staticmethod
    def one_by_one(issuer: Issuer, times: KeyTimes, switches: list[float], seed: int) -> dict:
        dice = random.Random(seed)
        caches = []
        for _ in range(40):
            cache = KeyCache(dataclasses.replace(times, spread=dice.randrange(1_000)))
            age = dice.random() * cache.times.refresh_after
            cache.replace(frozenset({OLD}), -age, -age)
            caches.append(cache)
        told = dict.fromkeys((*Answer, "fetches"), 0)

        def fetch(cache: KeyCache, now: float) -> None:
            told["fetches"] += 1
            if issuer.down[0] <= now < issuer.down[1]:
                cache.note_failure(now + 0.05)
            else:
                cache.replace(frozenset({OLD, NEW}), now, now + 0.05)

        now = dice.expovariate(80)
        while now < 300:
            cache = dice.choice(caches)
            key = NEW if dice.random() < sum(one <= now for one in switches) / len(switches) else OLD
            answer = cache.look_up(key, now, may_fetch=True)
            if answer is Answer.FETCH_FIRST:
                fetch(cache, now)
                answer = cache.look_up(key, now, may_fetch=False)
            told[answer] += 1
            if cache.is_refresh_due(now):
                fetch(cache, now)
            now += dice.expovariate(80)
        return told

    def test_the_share_of_new_tokens_is_summed_right(self) -> None:
        rotation = Rotation([10, 20, 20, 40])
        self.assertAlmostEqual(rotation.hazard(NEW, 0, 30), (20 + 10 + 10) / 4)
        self.assertAlmostEqual(rotation.hazard(OLD, 0, 30) + rotation.hazard(NEW, 0, 30), 30)
        self.assertAlmostEqual(rotation.first(NEW, 0, 10, 1_000), 30, delta=0.01)
        self.assertEqual(rotation.first(OLD, 0, 1_000, 50), 50)


class RevocationTests(unittest.TestCase):
    def settings(self, count: int) -> list[revocation.Setting]:
        dice = random.Random(11)
        return [
            revocation.Setting(
                token_life=dice.choice((300, 3_600)), leeway=dice.choice((0, 60)), ttl=dice.choice((0, 60, 300, 3_600)),
                times=KeyTimes(dice.choice((60, 900)), dice.choice((0, 600)), 30), rate=dice.choice((0.02, 0.5, 3)),
                environments=dice.randint(1, 9),
            )
            for _ in range(count)
        ]  # fmt: skip

    def test_the_bound_is_never_exceeded(self) -> None:
        for case in revocation.CASES:
            for place, setting in enumerate(self.settings(12)):
                found = revocation.trials(case, setting, 20, place)
                self.assertLessEqual(found.longest, found.bound, f"{case.name} {setting}")

    def test_the_bounds_are_no_larger_than_they_must_be(self) -> None:
        setting = revocation.Setting(300, 0, 300, KeyTimes(300, 100, 30), rate=0.5, environments=60)
        for case in revocation.CASES:
            found = revocation.trials(case, setting, 150, 1)
            self.assertGreater(found.longest, 0.93 * found.bound, case.name)
            self.assertGreater(found.longest, found.bound - setting.ttl, f"{case.name}: the TTL counts")

    def test_a_bound_that_is_exceeded_is_seen(self) -> None:
        row = {"case": "c", "ttl": 0, "longest": 10.0, "bound": 10}
        self.assertEqual(experiments.wrong({"revocation": {"rows": [row]}}), [])
        self.assertTrue(experiments.wrong({"revocation": {"rows": [row | {"longest": 10.1}]}}))

    def test_a_snapshot_that_names_a_withdrawn_key_lets_each_new_environment_take_it_once(self) -> None:
        self.assertEqual(revocation.accepted_from_snapshot(revocation.Setting(), is_issuer_up=True), 1)
        self.assertEqual(revocation.accepted_from_snapshot(revocation.Setting(), is_issuer_up=False), 100)


class CostTests(unittest.TestCase):
    def test_durations_are_rounded_up_and_slower_with_less_memory(self) -> None:
        one = cost.Measured("", wall_us=1_001, cpu_us=500, start_ms=10)
        self.assertEqual(cost.billed(one, 1_769), cost.Billed(2, 2))
        self.assertEqual(cost.billed(one, 128), cost.Billed(2, 7))

    def test_a_millisecond_at_128_mb_is_72_microseconds_of_a_processor(self) -> None:
        for cpu_us, milliseconds in ((72, 1), (73, 2), (144, 2), (145, 3)):
            one = cost.Measured("", wall_us=60, cpu_us=cpu_us, start_ms=10)
            self.assertEqual(cost.billed(one, 128), cost.Billed(1, milliseconds))

    def test_a_price_is_the_sum_of_what_aws_bills(self) -> None:
        one = cost.Measured("", wall_us=900, cpu_us=10, start_ms=100)
        found = cost.cost(one, 1_024, "x86_64", misses=0.5, log_bytes=1_000)
        self.assertAlmostEqual(found.invocations, 0.10)
        self.assertAlmostEqual(found.duration, 500_000 * 0.001 * 0.0000166667)
        self.assertAlmostEqual(found.starts, 5_000 * 0.1 * 0.0000166667)
        self.assertAlmostEqual(found.logs, 0.5 * 0.5)
        arm = cost.cost(one, 1_024, "arm64", misses=0.5, log_bytes=1_000)
        self.assertLess(arm.authorizer, found.authorizer)

    def test_shared_keys_hit_the_neighbours_of_the_loud(self) -> None:
        alone = metering.shared(100, 1_000_000, 10, 1)
        self.assertEqual((alone["hitByOthers"], alone["mostInOne"]), (0, 1))
        crowded = metering.shared(1_000, 2, 2, 1)
        self.assertGreater(crowded["hitByOthers"], 0.4)
        self.assertEqual((metering.regions_for(10_000), metering.regions_for(10_001)), (1, 2))
        self.assertAlmostEqual(metering.minutes_to_make(10_000), 33.3, delta=0.1)


class ManualTests(unittest.TestCase):
    MANUAL = ROOT / "docs" / "scale.md"

    def test_every_source_is_in_the_manual(self) -> None:
        manual = self.MANUAL.read_text()
        for name, fact in facts.all_facts().items():
            self.assertIn(fact.source, manual, name)
            if fact.seen in ("read", "quoted"):
                self.assertTrue(fact.source.startswith("https://"), name)

    def assert_told(self, *cells: object) -> None:
        self.assertIn("| " + " | ".join(map(str, cells)) + " |", self.MANUAL.read_text(), "run scripts/scale again")

    def test_environments_are_those_of_the_model(self) -> None:
        found = all_results()["environments"]
        by_rate: dict[int, list[str]] = {}
        for row in found["first"]:
            if row["ttl"] == 0:
                by_rate.setdefault(row["rate"], []).append(show.started(row))
        for rate, cells in by_rate.items():
            self.assert_told(f"{rate:,}", *cells)
        for row in found["quotas"]:
            for ttl, one in row["ttl"].items():
                if row["rate"] >= 1_000:
                    share = "100 %" if ttl == "0" else show.percent(one["misses"], 1)
                    numbers = f"{one['invocations']:,.0f}", f"{one['concurrency']:,}", f"{one['busy']:.2f}"
                    self.assert_told(f"{row['rate']:,}", f"{ttl} s", share, *numbers)
        for row in found["ramp"]:
            parts = row["cached"] + row["warm"] + row["cold"], row["refused"], row["throttled"]
            cells = [show.percent(part, row["arrived"]) if part else "0" for part in parts]
            when = "in the first second" if row["throttledUntil"] == 1 else f"after {row['throttledUntil']} s"
            self.assert_told(row["quotas"], f"{row['ttl']} s", *cells, when)

    def test_more_memory_starts_as_many_as_the_model_says(self) -> None:
        for memory in (128, 256, 512, 1_769):
            chosen = experiments.Settings(memory=memory)
            limits = experiments.raised(1_000)
            told = [
                experiments.simulated(chosen, one, 1_000, 0, limits, experiments.FIRST_SECONDS).environments
                for one in chosen.authorizers()[:4]
            ]
            self.assert_told(f"{memory:,}", *told)

    def test_fetches_are_those_of_the_model(self) -> None:
        found = all_results()["keys"]
        for row in [row for name in ("limited", "rotation", "outage") for row in found[name]]:
            refused = [f"{row['callers'].get(reason, 0):,}" for reason in ("unknown_key", "keys_unavailable")]
            numbers = [f"{row[name]:,}" for name in ("fetches", "failed", "mostInASecond")]
            cells = [*numbers, f"{row['by'].get('a caller', 0):,}", *refused]
            self.assertIn(" | ".join(cells), self.MANUAL.read_text(), row["name"])
        self.assertIn(f"busy for {found['busy']['140 roots']['first']} ms", self.MANUAL.read_text())

    def test_costs_are_those_of_the_model(self) -> None:
        found = all_results()["cost"]
        arm = {(row["authorizer"], row["memory"]): row for row in found["uncached"] if row["processor"] == "arm64"}
        for row in found["uncached"]:
            if row["processor"] == "x86_64":
                sums = [row["sum"], arm[row["authorizer"], row["memory"]]["sum"]]
                prices = [f"{price:.4f}" for price in (row["invocations"], row["duration"], row["starts"], *sums)]
                billed = "–".join(map(str, sorted(set(row["billedMs"]))))
                self.assert_told(row["authorizer"], row["memory"], billed, *prices)
        logs = found["logs"]
        self.assertIn(f"| {logs['lines']:.2f}; with metrics {logs['metrics']:.2f} |", self.MANUAL.read_text())

    def test_the_manual_of_deployment_has_the_same_costs(self) -> None:
        deployment = (ROOT / "docs" / "deploy.md").read_text()
        plain, metrics = (
            cost.cost(cost.TURNSTILE, 128, "x86_64", 10, line.value + facts.PLATFORM_LINES.value)
            for line in (facts.LOG_LINE, facts.LOG_LINE_METRICS)
        )
        time = metrics.duration + metrics.starts
        self.assertIn(f"| {metrics.invocations:.2f} + {time:.2f} + {metrics.logs:.2f} |", deployment)
        self.assertIn(f"the {metrics.logs:.2f} are {plain.logs:.2f}", deployment)
        self.assertIn(f"{cost.billed(cost.TURNSTILE, 128).most} ms of 128 MB each", deployment)

    def test_revocation_is_that_of_the_model(self) -> None:
        rows: dict[str, list[str]] = {}
        for row in all_results()["revocation"]["rows"]:
            longest, bound = f"{row['longest']:,.0f}", f"{row['bound']:,.0f}"
            rows.setdefault(row["case"], []).append(f"{longest} of {bound} s" if row["bound"] else "0")
        for cells in rows.values():
            self.assertIn(" | ".join(cells), self.MANUAL.read_text(), "run scripts/scale again")

    def test_pictures_are_what_the_model_draws(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for path in pictures.write(all_results(), pathlib.Path(folder)):
                committed = ROOT / "docs" / "scale" / path.name
                self.assertEqual(
                    path.read_text(), committed.read_text(), f"scripts/scale --svg docs/scale ({path.name})"
                )

    def test_pictures_are_xml_and_have_colours_for_the_dark(self) -> None:
        paths = sorted((ROOT / "docs" / "scale").glob("*.svg"))
        self.assertEqual(len(paths), 5)
        for path in paths:
            text = path.read_text()
            ElementTree.fromstring(text)
            self.assertIn("prefers-color-scheme:dark", text)
            self.assertIn(f"scale/{path.name}", self.MANUAL.read_text())


class ProgramTests(unittest.TestCase):
    def run_program(self, *words: str) -> tuple[int, str, str]:
        out, error = io.StringIO(), io.StringIO()
        streams = contextlib.redirect_stdout(out), contextlib.redirect_stderr(error)
        with mock.patch.object(sys, "argv", ["scale", *words]), streams[0], streams[1]:
            try:
                status = program.main()
            except SystemExit as end:
                status = int(end.code or 0)
        return status, out.getvalue(), error.getvalue()

    def test_wrong_calls_end_with_64_and_say_what_is_right(self) -> None:
        for words in (
            ("nothing",),
            ("--rate", "0"),
            ("--rate", "x"),
            ("--ttl", "3601"),
            ("--memory", "64"),
            ("--seed",),
        ):
            status, out, error = self.run_program(*words)
            self.assertEqual((status, out), (64, ""), words)
            self.assertIn("scripts/scale -h", error)

    def test_the_same_seed_gives_the_same_results(self) -> None:
        words = ("keys", "metering", "--fleet", "30", "--json", "--seed")
        first, again, other = (json.loads(self.run_program(*words, seed)[1]) for seed in ("5", "5", "6"))
        self.assertEqual(first, again)
        for part in ("keys", "metering"):
            self.assertNotEqual(first[part], other[part])
        one, two, three = (outcome(Traffic(300, 10, 1, 3), seed=seed) for seed in (5, 5, 6))
        self.assertEqual(one, two)
        self.assertNotEqual(one, three)

    def test_each_part_has_a_text(self) -> None:
        status, out, _ = self.run_program("--rate", "50", "--fleet", "20", "--ttl", "0")
        self.assertEqual(status, 0)
        for part in experiments.PARTS:
            self.assertIn(f"== {part}", out)

    def test_a_broken_rule_ends_with_1(self) -> None:
        broken = {"rows": [{"case": "c", "made": "", "ttl": 0, "median": 1.0, "longest": 9.0, "bound": 5}],
                  "native": {}, "acceptedFromSnapshot": 1}  # fmt: skip
        with mock.patch.dict(program.PARTS, {"revocation": lambda *_: broken}):
            status, _, error = self.run_program("revocation")
        self.assertEqual(status, 1)
        self.assertIn("more than 5 s", error)

    def test_facts_are_told_with_their_sources(self) -> None:
        status, out, _ = self.run_program("--facts")
        self.assertEqual(status, 0)
        for fact in facts.all_facts().values():
            self.assertIn(fact.source, out)


if __name__ == "__main__":
    unittest.main()

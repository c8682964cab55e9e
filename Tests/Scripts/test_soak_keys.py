"""The soak's judgement of keys and of the log must be able to fail, too."""

import json
import unittest

from soak.findings import Failure
from soak.oracle import UNAUTHORIZED, Invocation, Outcome, Wrong
from soak.publisher import Fetch, Ring
from soak.settling import Pending, Settling
from soak.timeline import HELD, TOO_NEAR, UNAVAILABLE, UNKNOWN, Breach, Span, Timeline
from soak.tokens import Token
from soak.world import COOLDOWN, MAX_AGE, STALE_IF_ERROR
from test_soak import ALLOW, KID, NOW, SPAN, WALL, case_of, oracle, right


class KeyTests(unittest.TestCase):
    def setUp(self) -> None:
        self.keys = Timeline("pool")
        self.keys.fetched(Fetch("pool", NOW, "well", frozenset({"old", "kept"})), NOW - 0.001, NOW + 0.001)

    def at(self, seconds: float, has_time: bool = True) -> Span:
        return Span(NOW + seconds, NOW + seconds + 0.001, has_time)

    def fails(self, seconds: float) -> None:
        self.keys.fetched(Fetch("pool", NOW + seconds, "500", frozenset()), NOW + seconds - 0.001, NOW + seconds + 0.001)

    def test_a_withdrawn_key_serves_until_the_bound_and_not_beyond(self) -> None:
        bound = MAX_AGE + STALE_IF_ERROR
        self.fails(bound - 0.5)
        self.assertEqual(self.keys.outcomes("old", self.at(bound - 0.1), has_fetched=False), {HELD})
        self.assertEqual(self.keys.outcomes("old", self.at(bound + 0.1), has_fetched=False), {UNAVAILABLE})
        both = self.keys.outcomes("old", Span(NOW + bound - 0.1, NOW + bound + 0.1), has_fetched=False)
        self.assertEqual(both, {HELD, UNAVAILABLE})

    def test_a_withdrawn_key_does_not_serve_once_it_was_seen_to_be_withdrawn(self) -> None:
        self.keys.fetched(Fetch("pool", NOW + 2, "well", frozenset({"kept", "new"})), NOW + 1.999, NOW + 2.001)
        self.assertEqual(self.keys.outcomes("old", self.at(2.1), has_fetched=False), {UNKNOWN})
        self.assertEqual(self.keys.outcomes("new", self.at(2.1), has_fetched=False), {HELD})

    def test_a_new_key_is_asked_for_when_the_cooldown_is_over(self) -> None:
        self.assertEqual(self.keys.outcomes("new", self.at(COOLDOWN - 0.1), has_fetched=False), {UNKNOWN})
        with self.assertRaisesRegex(Breach, "never asked for"):
            self.keys.outcomes("new", self.at(COOLDOWN + 0.1), has_fetched=False)

    def test_the_cooldown_is_counted_from_the_end_of_a_fetch_that_took_long(self) -> None:
        self.keys.fetched(Fetch("pool", NOW + 2, "slow", frozenset()), NOW + 1.999, NOW + 2.8)
        after = self.at(2 + COOLDOWN + 0.5)
        self.assertEqual(self.keys.outcomes("new", after, has_fetched=False), {UNAVAILABLE})
        with self.assertRaisesRegex(Breach, "1.100 s ago"):
            self.keys.outcomes("new", self.at(2.8 + COOLDOWN + 0.1), has_fetched=False)

    def test_stale_keys_are_not_used_before_a_fetch_was_tried(self) -> None:
        with self.assertRaisesRegex(Breach, "old"):
            self.keys.outcomes("old", self.at(MAX_AGE + 0.1), has_fetched=False)

    def test_a_fetch_within_the_cooldown_is_seen(self) -> None:
        with self.assertRaisesRegex(Breach, "cooldown"):
            self.fails(COOLDOWN - 0.1)

    def test_a_caller_who_waits_for_nothing_is_seen(self) -> None:
        with self.assertRaisesRegex(Breach, "waited"):
            self.keys.waited("old", self.at(2), Fetch("pool", NOW + 2.0005, "well", frozenset({"old"})))

    def test_no_fetch_is_made_where_the_deadline_is_too_near(self) -> None:
        self.assertEqual(self.keys.outcomes("new", self.at(2, has_time=False), has_fetched=False), {TOO_NEAR})
        with self.assertRaisesRegex(Breach, "deadline"):
            self.keys.waited("new", self.at(2, has_time=False), Fetch("pool", NOW + 2.0005, "well", frozenset({"old"})))

    def test_a_fetch_for_an_issuer_that_nobody_knows_is_seen(self) -> None:
        case = case_of()
        case.token = Token("wrong issuer", "a.b.c", refusal="unknown_issuer")
        _, _, record = right(case, Outcome("reject", "unknown_issuer"))
        invocation = Invocation(0, "r", case, SPAN, WALL, "error", json.dumps(UNAUTHORIZED).encode())
        with self.assertRaisesRegex(Wrong, "needs none"):
            oracle().judge(invocation, record, [Fetch("pool", SPAN.begin, "well", frozenset({KID}))])

    def test_a_rotation_publishes_one_key_to_come_and_withdraws_the_last_but_one(self) -> None:
        ring = Ring("partner")
        before = {one.kid for one in ring.published()}
        ring.rotate()
        after = {one.kid for one in ring.published()}
        self.assertEqual(before - after, {"es256--1", "eddsa--1"})
        self.assertEqual(after - before, {"es256-2", "eddsa-2"})


class LogTests(unittest.TestCase):
    def settle(self, lines: list[bytes], fetches: list[Fetch] | None = None) -> None:
        case = case_of()
        kind, answer, _ = right(case, ALLOW)
        pending = [Pending(0, "r", case, SPAN, kind, json.dumps(answer).encode())]
        Settling(oracle()).settle(pending, lines, fetches or [])

    def line(self) -> bytes:
        return json.dumps(right(case_of(), ALLOW)[2]).encode()

    def test_one_line_for_one_invocation_passes(self) -> None:
        self.settle([self.line()])

    def test_a_missing_and_a_doubled_line_are_seen(self) -> None:
        for lines in ([], [self.line(), self.line()]):
            with self.assertRaisesRegex(Failure, "lines of decisions"):
                self.settle(lines)

    def test_a_line_that_is_no_json_object_is_seen(self) -> None:
        for line in (self.line()[:-1], b"hello", b"[]", b""):
            with self.assertRaisesRegex(Failure, "no JSON object"):
                self.settle([line])

    def test_a_fetch_without_its_line_and_a_line_without_its_fetch_are_seen(self) -> None:
        fetch = Fetch("pool", NOW - 5, "well", frozenset({KID}))
        said = {"event": "key_fetch", "issuer": "machines", "outcome": "fetched"}
        for lines, fetches in (
            ([], [fetch]),
            ([said], []),
            ([said | {"outcome": "http_status"}], [fetch]),
            ([said | {"issuer": "bank"}], [fetch]),
        ):
            with self.assertRaises(Failure):
                self.settle([self.line(), *(json.dumps(one).encode() for one in lines)], fetches)


if __name__ == "__main__":
    unittest.main()

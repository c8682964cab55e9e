"""The soak's judgement must be able to fail: each wrong answer or growth here is one that it has to see."""

import contextlib
import dataclasses
import io
import json
import pathlib
import random
import stat
import sys
import tempfile
import unittest
from collections.abc import Callable
from unittest import mock

from outcomes import stage_of
from soak import __main__ as program
from soak import tokens, watch
from soak.events import HTTP_2, REST, REST_TOKEN, WEBSOCKET, Case, EventMaker
from soak.findings import Figures
from soak.oracle import UNAUTHORIZED, Invocation, Oracle, Outcome, Wrong, context_of, grants, route_for
from soak.publisher import Fetch
from soak.rules import PROBES, Caller, route_of_path
from soak.timeline import Span
from soak.tokens import Token
from soak.watch import Sample
from soak.world import ENTRY, FIRST, READ, REPORTS, SECOND, Profile

NOW = 1_000.0
WALL = (1_800_000_000, 1_800_000_000)
KID = "rs256-0"
SPAN = Span(NOW, NOW + 0.001)


def case_of(
    entry: str = "machines", shape: str = REST, request: tuple = ("GET", "/orders", "/orders"), **claims: object
) -> Case:
    dice = random.Random(1)
    given = tokens.good_claims(ENTRY[entry], dice, WALL[0]) | {"scope": f"{READ} {REPORTS}", **claims}
    token = Token("good", "a.b.c", ENTRY[entry].source, KID, None, Caller(ENTRY[entry], given))
    maker = EventMaker(dice)
    case = maker.case(token, shape)
    case.request = request if shape != WEBSOCKET else case.request
    return case


def rejected(case: Case, reason: str) -> Case:
    case.token, case.outcome = dataclasses.replace(case.token, refusal=reason, caller=None), None
    return case


def right(case: Case, outcome: Outcome, profile: Profile = FIRST) -> tuple[str, dict, dict]:
    """The answer and the line that the contract wants."""
    caller = case.token.caller if outcome.decision in ("allow", "deny") else None
    record = {
        "level": "INFO", "requestId": "r", "decision": outcome.decision, "reason": outcome.reason, "kid": KID,
        "keyAgeSeconds": 0, "durationMicroseconds": 100,
    }  # fmt: skip
    if caller is None:
        return "error", dict(UNAUTHORIZED), record
    record |= {"issuer": caller.entry.name, "client": caller.client, "route": route_for(case)}
    is_simple = case.shape == HTTP_2 and profile.http_response == "simple"
    context = context_of(profile, case, outcome, is_simple)
    if is_simple:
        return "response", {"isAuthorized": outcome.decision == "allow", "context": context}, record
    allowed, usage_key = grants(profile, case, outcome, caller)
    answer = {"principalId": caller.principal, "context": context, "policyDocument": policy(case, allowed)}
    return "response", answer | ({"usageIdentifierKey": usage_key} if usage_key else {}), record


def policy(case: Case, allowed: frozenset[str], effect: str = "Allow") -> dict:
    stage = stage_of(case.arn)
    listed = [f"{stage}/{one.replace(' ', '')}" for one in sorted(allowed)]
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": effect if listed else "Deny",
        "Resource": listed or [f"{stage}/*"],
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def oracle(profile: Profile = FIRST, kids: frozenset[str] = frozenset({KID})) -> Oracle:
    """One that saw every set being fetched just now."""
    judge = Oracle(profile)
    for source in judge.timelines:
        judge.fetched_behind(Fetch(source, NOW - 0.01, "well", kids), NOW - 0.02, NOW - 0.005)
    return judge


def judged(case: Case, kind: str, answer: dict, record: dict, profile: Profile = FIRST, **other: object) -> None:
    body = json.dumps(answer).encode()
    members = {"index": 0, "request_id": "r", "case": case, "span": SPAN, "wall": WALL, "kind": kind, "body": body}
    oracle(profile).judge(Invocation(**members | other), record, [])


ALLOW = Outcome("allow", None)
SCOPE = Outcome("deny", "insufficient_scope")


class AnswerTests(unittest.TestCase):
    def sees(
        self, change: Callable[[dict, dict], object], case: Case, outcome: Outcome = ALLOW, profile: Profile = FIRST
    ) -> str:
        """The unchanged answer passes, so that what is seen is the change."""
        kind, answer, record = right(case, outcome, profile)
        judged(case, kind, json.loads(json.dumps(answer)), dict(record), profile)
        case.right.clear()
        answer = json.loads(json.dumps(answer))
        change(answer, record)
        with self.assertRaises(Wrong) as caught:
            judged(case, kind, answer, record, profile)
        return str(caught.exception)

    def test_right_answers_of_every_shape_pass(self) -> None:
        for shape in (REST, REST_TOKEN, HTTP_2, WEBSOCKET):
            for profile in (FIRST, SECOND):
                outcome = SCOPE if shape == WEBSOCKET else ALLOW
                case = case_of(shape=shape)
                judged(case, *right(case, outcome, profile), profile)

    def test_an_allow_of_a_bad_token_is_seen(self) -> None:
        for reason in ("token_expired", "invalid_signature", "wrong_audience", "wrong_client", "unsupported_algorithm"):
            good = right(case_of(), ALLOW)
            with self.assertRaisesRegex(Wrong, "allow is not right"):
                judged(rejected(case_of(), reason), *good)

    def test_an_allow_under_the_log_line_of_a_rejection_is_seen(self) -> None:
        case = rejected(case_of(), "token_expired")
        _, _, record = right(case, Outcome("reject", "token_expired"))
        _, answer, _ = right(case_of(), ALLOW)
        with self.assertRaisesRegex(Wrong, "posted as response"):
            judged(case, "response", answer, record)

    def test_another_reason_is_seen(self) -> None:
        case = rejected(case_of(), "token_expired")
        kind, answer, record = right(case, Outcome("reject", "token_expired"))
        judged(case, kind, answer, record)
        with self.assertRaisesRegex(Wrong, "wrong_client is not right"):
            judged(case, kind, answer, record | {"reason": "wrong_client"})

    def test_another_clients_usage_key_is_seen(self) -> None:
        self.assertIn(
            "instead of",
            self.sees(lambda answer, _: answer.update(usageIdentifierKey="1batch234client45example67x"), case_of()),
        )
        self.sees(lambda answer, _: answer.pop("usageIdentifierKey"), case_of())

    def test_a_usage_key_where_there_is_none_is_seen(self) -> None:
        self.sees(lambda answer, _: answer.update(usageIdentifierKey="k" * 20), case_of(shape=HTTP_2), profile=SECOND)

    def test_a_route_more_in_the_policy_is_seen(self) -> None:
        def more(answer: dict, _: dict) -> None:
            answer["policyDocument"]["Statement"][0]["Resource"].append(f"{stage_of(case_of().arn)}/POST/orders")

        self.assertEqual(self.sees(more, case_of()), "the policy allows POST /orders")

    def test_a_wildcard_that_reaches_too_far_is_seen(self) -> None:
        def wide(answer: dict, _: dict) -> None:
            answer["policyDocument"]["Statement"][0]["Resource"] = [f"{stage_of(case_of().arn)}/GET/*"]

        self.assertIn("the policy allows", self.sees(wide, case_of()))

    def test_a_route_less_and_another_stage_are_seen(self) -> None:
        def less(answer: dict, _: dict) -> None:
            answer["policyDocument"]["Statement"][0]["Resource"].pop()

        def everywhere(answer: dict, _: dict) -> None:
            resources = answer["policyDocument"]["Statement"][0]["Resource"]
            resources[:] = [resource.replace("/prod/", "/*/") for resource in resources]

        self.assertIn("the policy refuses", self.sees(less, case_of()))
        self.assertIn("another API or stage", self.sees(everywhere, case_of()))

    def test_other_facts_are_seen(self) -> None:
        for change in (
            lambda answer, _: answer.update(principalId="somebody"),
            lambda answer, _: answer["context"].update(username="ada"),
            lambda answer, _: answer["context"].pop("scope"),
            lambda _, record: record.update(client="1batch234client45example67x"),
            lambda _, record: record.update(issuer="staff"),
            lambda _, record: record.update(route="GET /health"),
            lambda _, record: record.update(requestId="another"),
            lambda _, record: record.update(level="DEBUG"),
            lambda _, record: record.update(keyAgeSeconds=7),
            lambda _, record: record.update(durationMicroseconds=60_000_000),
        ):
            self.sees(change, case_of())

    def test_a_simple_yes_that_should_be_a_no_is_seen(self) -> None:
        case = case_of(shape=HTTP_2, request=("POST", "/orders", "/orders"))
        self.sees(lambda answer, _: answer.update(isAuthorized=True), case, SCOPE)

    def test_a_number_is_not_a_truth(self) -> None:
        self.sees(lambda answer, _: answer["context"].update(active=1), case_of(active=True))

    def test_paths_are_resolved_as_api_gateway_does(self) -> None:
        self.assertEqual(route_of_path("GET", "/orders/1/lines"), "GET /orders/{id}/lines")
        self.assertEqual(route_of_path("PUT", "/internal/a/b"), "ANY /internal/{proxy+}")
        self.assertIsNone(route_of_path("GET", "/internal"))
        self.assertEqual(len(PROBES), len(set(PROBES)))


class GrowthTests(unittest.TestCase):
    def faults(self, **change: int) -> list[str]:
        first = Sample(10_000, 8_000, 8_200, 3_000, 4, 1, 1.0)
        return watch.faults([first, dataclasses.replace(first, invocations=1_000_000, **change)])

    def test_what_stays_as_it_is_passes(self) -> None:
        self.assertEqual(self.faults(least_kib=8_080), [])

    def test_memory_descriptors_and_threads_are_seen(self) -> None:
        self.assertIn("8081", self.faults(least_kib=8_081)[0])
        self.assertIn("descriptors", self.faults(descriptors=5)[0])
        self.assertIn("2 threads", self.faults(threads=2)[0])

    def grown(self, profile: Profile) -> Figures:
        first = Sample(400, 8_000, 8_200, 3_000, 4, 1, 1.0)
        last = dataclasses.replace(first, invocations=2_000, least_kib=9_000)
        return Figures(profile.name, invocations=2_000, samples=[first, last])

    def test_memory_of_the_second_configuration_is_not_judged_and_its_descriptors_are(self) -> None:
        self.assertIn("memory", program.faults(self.grown(FIRST))[0])
        second = self.grown(SECOND)
        self.assertEqual(program.faults(second), [])
        second.samples[-1] = dataclasses.replace(second.samples[-1], descriptors=5)
        self.assertIn("descriptors", program.faults(second)[0])

    def test_the_last_line_is_of_both_runs(self) -> None:
        done = [self.grown(FIRST), self.grown(SECOND)]
        memory = "8,000 KiB resident after 400, 9,000 at the end, at most 8,208"
        of = "4,000 invocations of 2 configurations"
        self.assertEqual(program.summary(done, 0), f"{of}, all right; {memory}")
        self.assertEqual(program.summary(done, 1), f"{of}, 1 findings; {memory}")

    def test_a_run_that_saw_too_little_is_told(self) -> None:
        figures = Figures("", seen={"reject: token_expired": 3})
        self.assertIn("unknown_key", figures.never_seen())
        self.assertNotIn("token_expired", figures.never_seen())


ALLOWS_ALL = """#!{python}
import http.client, json, os
print("", end="")
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    event = api.getresponse()
    event.read()
    request = event.headers["Lambda-Runtime-Aws-Request-Id"]
    api.request("POST", f"/2018-06-01/runtime/invocation/{{request}}/response", b'{{"isAuthorized": true}}')
    api.getresponse().read()
    line = {{"requestId": request, "decision": "allow", "level": "INFO", "durationMicroseconds": 1}}
    print(json.dumps(line), flush=True)
"""


class WholeRunTests(unittest.TestCase):
    def test_a_program_that_lets_everybody_in_ends_the_run_with_how_to_see_it_again(self) -> None:
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as said:
            file = pathlib.Path(folder, "bootstrap")
            file.write_text(ALLOWS_ALL.format(python=sys.executable))
            file.chmod(file.stat().st_mode | stat.S_IXUSR)
            with mock.patch.object(sys, "argv", ["soak", "200", "--bootstrap", str(file), "--seed", "5"]):
                self.assertEqual(program.main(), 1)
        for part in ("wrong: ", "right would be: ", "answer: ", f"again: scripts/soak 200 --seed 5 --bootstrap {file}"):
            self.assertIn(part, said.getvalue())

    def test_wrong_words_are_wrong_usage(self) -> None:
        for words in (
            [],
            ["10", "--bootstrap", __file__],
            ["many"],
            ["500", "--bootstrap", "/nowhere"],
            ["500", "--bootstrap", __file__, "--env", "x"],
        ):
            with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as ended:
                program.parsed(words)
            self.assertEqual(ended.exception.code, 64)


if __name__ == "__main__":
    unittest.main()

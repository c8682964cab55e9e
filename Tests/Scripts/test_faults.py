"""The promises of the fault tables must see what breaks them."""

import contextlib
import io
import json
import os
import pathlib
import tempfile
import types
import unittest
from unittest import mock

from execution.runtime_api import Connection, Request
from faults import __main__ as program
from faults import promises, table
from faults.credentials import ARN, token
from faults.table import Result, Row
from faults.world import Call, Times

ALLOW = {
    "principalId": "client",
    "policyDocument": {
        "Version": "2012-10-17",
        "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": [ARN]}],
    },
    "context": {"issuer": "partner"},
}
FAULT = {"errorMessage": "keys", "errorType": "Authorizer.KeysUnavailable", "stackTrace": []}


def call(document: dict, at: float = 100.0, waited: float = 0.001, key_id: str = "k1", kind: str = "") -> Call:
    kind = kind or ("error" if "errorType" in document else "response")
    body = json.dumps(document, separators=(",", ":")).encode()
    target = f"/2018-06-01/runtime/invocation/id/{kind}"
    answer = Request(mock.Mock(spec=Connection), "POST", target, b"", body, at + waited)
    return Call(key_id, at, at + waited, at + 10, answer)


def decision(kind: str, reason: str | None = None, microseconds: int = 100) -> dict:
    whole = {"requestId": "id", "decision": kind, "reason": reason, "durationMicroseconds": microseconds}
    return whole | ({"keyAgeSeconds": 0} if kind == "allow" else {})


def fetch(second: float, milliseconds: int = 1, outcome: str = "http_status") -> dict:
    timestamp = f"2026-11-28T10:00:{second:06.3f}Z"
    return {"event": "key_fetch", "outcome": outcome, "timestamp": timestamp, "durationMilliseconds": milliseconds}


def world(calls: list[Call], decisions: list[dict], **other: object) -> types.SimpleNamespace:
    """What the promises look at, of a world in which nothing is wrong but what is given."""
    process = types.SimpleNamespace(poll=lambda: other.get("status"), returncode=other.get("status"))
    errors = types.SimpleNamespace(read_bytes=lambda: other.get("errors", b""))
    function = types.SimpleNamespace(process=process, errors=errors, written=lambda: other.get("written", b""))
    brought = other.get("brought", [(99.0, frozenset({"k1"}))])
    fetches = other.get("fetches", [])
    origin = types.SimpleNamespace(brought=brought, fetches=other.get("seen", len(fetches)))  # type: ignore[arg-type]
    return types.SimpleNamespace(
        calls=calls, decisions=lambda: decisions, fetches=lambda: fetches, origin=origin, function=function,
        times=Times(max_age=1, stale_if_error=1), bearers={token("k1")}, started=90.0, discovers=False,
    )  # fmt: skip


class PromiseTests(unittest.TestCase):
    def broken(self, *arguments: object, **other: object) -> list[str]:
        return promises.broken(world(*arguments, **other))  # type: ignore[arg-type]

    def test_a_world_that_is_well_breaks_nothing(self) -> None:
        calls = [call(ALLOW), call(promises.UNAUTHORIZED), call(FAULT)]
        decisions = [decision("allow"), decision("reject", "unknown_key"), decision("fault", "keys_unavailable")]
        self.assertEqual(self.broken(calls, decisions, fetches=[fetch(1), fetch(2.01)]), [])

    def test_each_breach_is_told(self) -> None:
        allow, fault = [decision("allow")], [decision("fault", "keys_unavailable")]
        deny = json.loads(json.dumps(ALLOW).replace("Allow", "Deny"))
        written = b"x " + token("k1").split(".")[1].encode() + b" x"
        breaches: list[tuple[str, tuple, dict]] = [
            ("none of ours", ([call({**FAULT, "errorType": "Other"})], [decision("reject")]), {}),
            ("would not take", ([call(deny)], allow), {}),
            ("would not take", ([call({**ALLOW, "more": 1})], allow), {}),
            ("0 decisions in the log", ([call(FAULT)], []), {}),
            ("2 decisions in the log", ([call(FAULT)], fault * 2), {}),
            ("the line of other", ([call(FAULT)], [{**fault[0], "requestId": "other"}]), {}),
            ("and the log says", ([call(ALLOW)], fault), {}),
            ("a caller waited 1300 ms", ([call(FAULT, waited=1.3)], fault), {}),
            ("by its own clock", ([call(FAULT)], [decision("fault", "keys_unavailable", 1_300_000)]), {}),
            ("behind the deadline", ([call(FAULT, waited=10.5)], fault), {}),
            ("which no set", ([call(ALLOW)], allow), {"brought": []}),
            ("which no set", ([call(ALLOW)], allow), {"brought": [(97.9, frozenset({"k1"}))]}),
            ("which no set", ([call(ALLOW)], allow), {"brought": [(99.0, {"k1"}), (99.5, {"k2"})]}),
            ("between two fetches", ([call(FAULT)], fault), {"fetches": [fetch(1), fetch(1.7)]}),
            ("between two fetches", ([call(FAULT)], fault), {"fetches": [fetch(1), fetch(2.4, milliseconds=700)]}),
            ("fit into the cooldowns", ([call(FAULT)], fault), {"fetches": [fetch(n * 1.01) for n in range(12)]}),
            ("the server saw 2", ([call(FAULT)], fault), {"fetches": [fetch(1)], "seen": 2}),
            ("the server saw 0", ([call(FAULT)], fault), {"fetches": [fetch(1)], "seen": 0}),
            ("stand in the output", ([call(FAULT)], fault), {"written": written}),
            ("the process ended with -11", ([call(FAULT)], fault), {"status": -11}),
            ("standard error: oh", ([call(FAULT)], fault), {"errors": b"oh\n"}),
        ]
        for told, arguments, other in breaches:
            with self.subTest(told):
                found = self.broken(*arguments, **other)
                self.assertTrue(any(told in sentence for sentence in found), found)

    def test_a_set_that_comes_while_a_caller_waits_may_let_it_in(self) -> None:
        waiting = call(ALLOW, waited=0.3)
        self.assertEqual(self.broken([waiting], [decision("allow")], brought=[(100.1, frozenset({"k1"}))]), [])


class TableTests(unittest.TestCase):
    def outcome(self, run: object) -> table.Outcome:
        return program.measured(Row("keys", "a row", "now", run), pathlib.Path("bootstrap"))  # type: ignore[arg-type]

    def test_whatever_ends_a_row_is_its_fault(self) -> None:
        def run(_: pathlib.Path) -> Result:
            raise ValueError("broken")

        self.assertIn("ValueError: broken (test_faults.py:", self.outcome(run).result.faults[0])

    def test_columns_that_nothing_has_are_left_out(self) -> None:
        outcome = self.outcome(lambda _: Result("allow | deny"))
        self.assertEqual(table.aligned([outcome]).splitlines()[0].split(), ["fault", "situation", "callers", "got"])
        self.assertIn("| a row | now | allow \\| deny |", table.markdown([outcome]))

    def test_a_cell_that_measured_nothing_is_not_as_promised(self) -> None:
        kept, left_out = self.outcome(lambda _: Result("allow")), self.outcome(lambda _: Result.of_nothing("no root"))
        broken = self.outcome(lambda _: Result("wrong", faults=["oh"]))
        whole = program.summary([kept, left_out, broken], 2)
        self.assertEqual(whole, "3 cells in 2 s: 1 as promised, 1 not, 1 left out")
        self.assertEqual(program.summary([kept], 2), "1 cells in 2 s: 1 as promised, 0 not")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "tally")
            with mock.patch.dict(os.environ, {"TURNSTILE_TALLY": str(path)}):
                program.count([kept, left_out, broken])
            self.assertEqual(path.read_text(), "1 1 0 faults of keys\n0 0 1 faults of keys: no root\n")

    def test_it_is_called_wrongly(self) -> None:
        for words in (["nothing"], ["--jobs", "0"], ["--bootstrap", "/nowhere"], ["--row", "no such row"], ["--what"]):
            whole = ["faults", *(words if "--bootstrap" in words else [*words, "--bootstrap", __file__])]
            with self.subTest(words), mock.patch("sys.argv", whole), contextlib.redirect_stderr(io.StringIO()) as said:
                self.assertEqual(program.main(), program.USAGE)
                self.assertTrue(said.getvalue().startswith("error: "))


if __name__ == "__main__":
    unittest.main()

"""The search for secrets must be able to find some: each leak here is planted, in a spelling or by a program."""

import base64
import json
import os
import pathlib
import random
import re
import stat
import tempfile
import unittest
import urllib.parse

from leaks.__main__ import ELSEWHERE, ROWS, without_attack
from leaks.attacks import Attacks
from leaks.commands import Commands
from leaks.functions import Functions, split
from leaks.search import WINDOW_BYTES, Finding, Search, Written
from leaks.settings import Settings, marker
from soak.publisher import Ring
from soak.world import SOURCES

# A function that takes each event, says too much somewhere, and answers.
REPEATS_ALL = """#!/usr/bin/env python3
import base64, http.client, json, os, sys
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    event = api.getresponse()
    body = event.read()
    request = event.headers["Lambda-Runtime-Aws-Request-Id"]
    {leak}
    api.request("POST", f"/2018-06-01/runtime/invocation/{{request}}/response", answer)
    api.getresponse().read()
"""


def spelled_in_every_way(value: str) -> dict[str, bytes]:
    raw = value.encode()
    return {
        "as it is": raw,
        "JSON": json.dumps(value).encode(),
        "JSON, not ASCII": json.dumps(value, ensure_ascii=False).encode(),
        "JSON within JSON's slashes": json.dumps(value, ensure_ascii=False).replace("/", "\\/").encode(),
        "URL": urllib.parse.quote(value).encode(),
        "form": urllib.parse.quote_plus(value).encode(),
        "hexadecimal": raw.hex().encode(),
        "HEXADECIMAL": raw.hex().upper().encode(),
        "hexadecimal with spaces": raw.hex(" ").encode(),
        "base64": base64.b64encode(raw),
        "base64url": base64.urlsafe_b64encode(raw),
        "base64 behind one byte": base64.b64encode(b"x" + raw),
        "base64 of Basic authentication": base64.b64encode(b"id:" + raw + b"!"),
        "Python's repr": repr(raw).encode(),
    }


class SearchTests(unittest.TestCase):
    def setUp(self) -> None:
        self.search = Search()
        self.secret = marker()
        self.search.add("secret", "s", self.secret)

    def finds(self, data: bytes, *may_hold: str) -> bool:
        return bool(self.search.findings(Written("p", data, frozenset(may_hold))))

    def test_every_spelling_is_found(self) -> None:
        for name, data in spelled_in_every_way(self.secret).items():
            self.assertTrue(self.finds(b"a line " + data + b" with more"), name)

    def test_any_twelve_bytes_are_enough_and_eleven_are_not(self) -> None:
        dice, raw = random.Random(1), self.secret.encode()
        for _ in range(50):
            start = dice.randrange(len(raw) - WINDOW_BYTES)
            self.assertTrue(self.finds(b"..." + raw[start : start + WINDOW_BYTES]))
            self.assertFalse(self.finds(b"..." + raw[start : start + WINDOW_BYTES - 1] + b"\0"))

    def test_nothing_is_found_in_what_is_clean(self) -> None:
        self.assertFalse(self.finds(json.dumps({"decision": "allow", "kid": "sample"}).encode() * 100))
        self.assertFalse(self.finds(os.urandom(10_000)))

    def test_what_belongs_somewhere_is_found_elsewhere(self) -> None:
        self.assertFalse(self.finds(self.secret.encode(), "secret"))
        self.assertTrue(self.finds(self.secret.encode(), "token"))

    def test_a_signature_is_found_as_text_and_as_bytes(self) -> None:
        signature = os.urandom(64)
        text = base64.urlsafe_b64encode(signature).rstrip(b"=")
        self.search.add_token("t", f"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJtZSJ9.{text.decode()}")
        for data in (text, text[20:40], base64.b64encode(signature), signature.hex().encode(), signature):
            self.assertTrue(self.finds(data), data)

    def test_a_usage_key_belongs_into_its_member_alone(self) -> None:
        self.search.add("key", "k", key := "0123456789abcdefghij")
        for member, is_found in (("usageIdentifierKey", False), ("principalId", True)):
            written = [*split(json.dumps({member: key, "context": {}}).encode(), "answer")]
            self.assertEqual(any(self.search.findings(one) for one in written), is_found, member)

    def test_a_finding_does_not_repeat_the_secret(self) -> None:
        (found,) = self.search.findings(Written("standard output", b"x" + self.secret.encode()))
        self.assertEqual(str(found), "standard output: secret s, at byte 1")


class RowTests(unittest.TestCase):
    """Rows of the threat model for which nothing was sent."""

    def test_a_row_without_an_attack_and_without_a_reason_is_a_finding(self) -> None:
        self.assertEqual(without_attack(row for row in ROWS if row != 31), ["row 31 of the threat model: no attack"])

    def test_a_row_that_is_looked_at_elsewhere_needs_no_attack(self) -> None:
        self.assertEqual(without_attack(set(ROWS) - set(ELSEWHERE)), [])


class PlantedTests(unittest.TestCase):
    """Programs that say too much."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.settings = Settings()
        cls.rings = {source: Ring(source) for source in SOURCES}
        cls.search = Search()
        cls.attacks = Attacks(cls.settings, cls.rings, 1, cls.search)
        cls.search.add("secret", "of the HMAC", cls.settings.hmac_secret)

    def findings(self, leak: str, answer: str = 'b"{}"') -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder, "bootstrap")
            program.write_text(REPEATS_ALL.format(leak=f"answer = {answer}; {leak}"))
            program.chmod(program.stat().st_mode | stat.S_IXUSR)
            functions = Functions(program, self.settings, self.rings)
            found = functions.asked("planted", self.settings.document("http://127.0.0.1:9"), self.attacks.all[:3], {})
            return [str(finding) for one in [*found] for finding in self.search.findings(one)]

    def test_a_program_that_says_nothing_is_clean(self) -> None:
        self.assertEqual(self.findings("pass"), [])

    def test_a_signature_on_standard_output_is_found(self) -> None:
        leak = "print(body.split(b'Bearer ')[-1].split(b'\"')[0].split(b'.')[-1][:20].decode(), flush=True)"
        self.assertTrue(any("standard output: token" in one for one in self.findings(leak)))

    def test_claims_on_standard_error_are_found(self) -> None:
        leak = (
            "p = body.split(b'Bearer ')[-1].split(b'\"')[0].split(b'.')[1]; "
            "print(base64.urlsafe_b64decode(p + b'==='), file=sys.stderr, flush=True)"
        )
        self.assertTrue(any("standard error: claim jti" in one for one in self.findings(leak)))

    def test_a_secret_in_an_answer_and_in_a_file_is_found(self) -> None:
        found = self.findings("pass", 'json.dumps({"message": os.environ["USAGE_KEY_SECRET"]}).encode()')
        self.assertTrue(any("answer to" in one and "of the HMAC" in one for one in found), found)
        file = "os.path.join(os.path.dirname(os.environ['AUTHORIZER_CONFIG']), 'note')"
        leak = f"open({file}, 'w').write(os.environ['USAGE_KEY_SECRET'])"
        self.assertTrue(any("file note" in one for one in self.findings(leak)))

    def test_the_attacks_are_of_nearly_every_row(self) -> None:
        rows = {row for attack in self.attacks.all for row in attack.rows}
        self.assertGreater(len(rows), 60)
        self.assertGreater(len(self.attacks.all), 400)
        self.assertTrue(all(re.search(r"\w", attack.name) for attack in self.attacks.all))


class TracedTests(unittest.TestCase):
    """A tool that writes what it may not, under strace."""

    def run_tool(self, script: str) -> list[str]:
        search = Search()
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            tool = folder / "turnstile"
            tool.write_text(f"#!/bin/sh\nread -r secret\nmkdir -p $XDG_CACHE_HOME\n{script}\n")
            tool.chmod(0o700)
            commands = Commands.__new__(Commands)
            commands.program, commands.folder, commands.search = tool, folder, search
            secret = marker().replace("\\", "")
            search.add("secret", "client secret", secret)
            found = [*commands.run("token", "--secret-stdin", text=f"{secret}\n")]
            return [
                str(one) for each in found for one in ([each] if isinstance(each, Finding) else search.findings(each))
            ]

    def test_what_stays_in_the_cache_and_is_no_secret_is_clean(self) -> None:
        self.assertEqual(self.run_tool('echo token > "$XDG_CACHE_HOME/entry"'), [])

    def test_a_file_elsewhere_is_found(self) -> None:
        self.assertTrue(any("it made" in one and "elsewhere" in one for one in self.run_tool("echo token > elsewhere")))

    def test_a_secret_in_the_cache_is_found(self) -> None:
        found = self.run_tool('printf %s "$secret" > "$XDG_CACHE_HOME/entry"')
        self.assertTrue(any("written to" in one and "client secret" in one for one in found), found)

    def test_a_secret_on_standard_error_is_found(self) -> None:
        self.assertTrue(any("standard error" in one for one in self.run_tool('printf %s "$secret" >&2')))


if __name__ == "__main__":
    unittest.main()

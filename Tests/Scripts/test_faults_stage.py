"""What must hold after every fault must be seen where it does not."""

import pathlib
import tempfile
import types
import unittest
from unittest import mock

from execution.runtime_api import Connection, Request
from faults import extent, stage
from faults.machine_allocator import gathered, positions
from faults.runtime_calls import after_status, at_cut
from faults.stage import Setting, Stage, Wrong


def post(target: str, body: bytes = b"{}") -> Request:
    return Request(mock.Mock(spec=Connection), "POST", f"/2018-06-01/runtime/{target}", b"", body, 0.0)


def standing(posts: list[Request], output: bytes, errors: bytes = b"", status: int | None = None) -> Stage:
    """A stage whose process has written and posted this."""
    found = Stage.__new__(Stage)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="turnstile-"))
    (folder / "output").write_bytes(output)
    (folder / "errors").write_bytes(errors)
    found.setting = Setting()
    found.api = types.SimpleNamespace(posts=posts)
    found.function = types.SimpleNamespace(
        output=folder / "output", errors=folder / "errors", written=lambda: output + errors, wait=lambda _: status
    )
    return found


class Breaches(unittest.TestCase):
    def test_nothing_is_wrong_where_nothing_is(self) -> None:
        posts = [post("invocation/1/response"), post("invocation/2/error")]
        self.assertEqual(standing(posts, b'{"a": 1}\n').breaches(), [])

    def test_an_answer_posted_twice_is_seen(self) -> None:
        for second in ("invocation/1/response", "invocation/1/error"):
            self.assertTrue(standing([post("invocation/1/response"), post(second)], b"").breaches(), second)
        self.assertTrue(standing([post("init/error"), post("init/error")], b"").breaches())

    def test_a_torn_line_is_seen(self) -> None:
        for output in (b'{"a": 1}', b'{"a": {"a": 1}\n', b"[]\n", b"no\n"):
            self.assertTrue(standing([], output).breaches(), output)

    def test_a_part_of_a_token_is_seen(self) -> None:
        for part in stage.token().split("."):
            self.assertTrue(standing([], b'{"a": "%s"}\n' % part.encode()).breaches())
            self.assertTrue(standing([], b"", part.encode()).breaches())


class Ends(unittest.TestCase):
    def test_an_end_has_its_status_and_its_one_line(self) -> None:
        line = b"bootstrap: something\n"
        self.assertEqual(standing([], b"", line, 1).expect_end(1), "bootstrap: something")
        self.assertEqual(standing([], b"", b"", 0).expect_end(0), "")
        for errors, status, expected in ((line, 0, 0), (b"", 1, 1), (line * 2, 1, 1), (line, 1, 0), (b"no\n", 1, 1)):
            with self.assertRaises(Wrong):
                standing([], b"", errors, status).expect_end(expected)


class Words(unittest.TestCase):
    def test_an_allow_is_told_from_a_deny(self) -> None:
        for body, expected in (
            (b'{"Effect":"Allow"}', "Allow"),
            (b'{"Effect":"Deny"}', "Deny"),
            (b'{"isAuthorized":true}', "Allow"),
        ):
            self.assertEqual(stage.answer(post("invocation/1/response", body)), expected)

    def test_cuts_lie_where_they_say(self) -> None:
        raw = b"HTTP/1.1 200 OK\r\nName: value\r\nOther: value\r\n\r\nbody"
        self.assertEqual(at_cut("before the blank line", raw), raw[: raw.index(b"\r\n\r\n") + 2])
        self.assertTrue(at_cut("in a header", raw).endswith(b"\r\nOther:"))
        self.assertEqual(at_cut("in the body", raw), raw[:-2])

    def test_a_refused_answer_is_lost_and_a_refused_request_is_the_end(self) -> None:
        self.assertEqual(after_status(413)[1], after_status(413)[2])
        self.assertNotEqual(after_status(403)[1], after_status(404)[1])
        self.assertNotEqual(after_status(200)[0], after_status(500)[0])

    def test_a_sweep_covers_what_it_says(self) -> None:
        self.assertEqual(positions(10, 100), list(range(1, 12)))
        self.assertLessEqual(len(positions(13_000, 60)), 61)
        self.assertEqual(gathered(["a at 1", "a at 2", "b at 3"]), ["a: 1, 2", "b: 3"])
        with mock.patch.object(extent, "is_long", True):
            self.assertEqual(extent.sweep(1, 2), 2)


if __name__ == "__main__":
    unittest.main()

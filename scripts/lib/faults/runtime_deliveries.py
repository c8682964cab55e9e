"""Events that come in odd pieces, with odd heads, with odd deadlines, too long, or that are none."""

import pathlib
import time
from collections.abc import Callable

from execution.key_server import KeyServer, key_set
from execution.runtime_api import Request, rendered
from faults import stage
from faults.stage import Setting, Stage, Wrong, attempt
from faults.table import Result, Row

EVENT_LIMIT_BYTES = 6_291_556
"""RuntimeAPI.eventLimitInBytes."""
HEAD_LIMIT_BYTES = 262_144
"""Exchange.headLimitInBytes."""
LINE_LIMIT_BYTES = 102_400
"""Of one header line: libcurl's CURL_MAX_HTTP_HEADER."""

UNNAMED = "dropped, asked again"
Send = Callable[[Stage, Request, str], None]
"""Replies to `next`, given the request id that it should have."""


def outcome(a_stage: Stage, send: Send) -> str:
    """What becomes of one delivery; then good and forged events must come out as ever."""
    send(a_stage, a_stage.api.next_waiting(), a_stage.api.new_id())
    found = UNNAMED
    while (request := a_stage.next_or_end()) is not None:
        if request.is_next:
            a_stage.api.waiting.append(request)
            a_stage.expect_life()
            return found
        a_stage.api.reply(request)
        found = stage.answer(request)
    raise Wrong("the process ended" if a_stage.has_ended() else "nothing more came")


def row(name: str, send: Send, expected: str, situation: str = "") -> Row:
    def run(program: pathlib.Path) -> Result:
        faults: list[str] = []
        with Stage(program) as a_stage:
            found = attempt(faults, "the delivery", lambda: outcome(a_stage, send))
            if found not in (*expected.split(" | "), "wrong"):
                faults.append(f"{found} instead of {expected}")
            return Result(found, recovered="next events answered", faults=faults + a_stage.breaches())

    return Row("runtime", name, situation, run)


# Pieces


def good_reply(request_id: str, body: bytes | None = None, **headers: str) -> bytes:
    deadline = str(int(time.time() * 1_000 + 10_000))
    named = {"Lambda_Runtime_Aws_Request_Id": request_id, "Lambda_Runtime_Deadline_Ms": deadline}
    return rendered(200, stage.good() if body is None else body, **{**named, **headers})


def in_pieces(size: int, pause_seconds: float = 0.0) -> Send:
    def send(a_stage: Stage, request: Request, request_id: str) -> None:
        raw = good_reply(request_id)
        for start in range(0, len(raw), size):
            a_stage.api.send(request, raw[start : start + size])
            time.sleep(pause_seconds)

    return send


def split_at_odd_places(a_stage: Stage, request: Request, request_id: str) -> None:
    """Between CR and LF, within a name, within the blank line, behind the head, before the last byte."""
    raw = good_reply(request_id)
    end = raw.index(b"\r\n\r\n")
    places = [5, raw.index(b"\r\n") + 1, raw.index(b"Lambda") + 3, end + 1, end + 2, end + 3, end + 4, len(raw) - 1]
    for start, stop in zip([0, *places], [*places, len(raw)], strict=True):
        a_stage.api.send(request, raw[start:stop])
        time.sleep(0.003)


def chunked(size: int, extension: bytes = b"", trailer: bytes = b"", ending: bytes = b"0\r\n") -> Send:
    def send(a_stage: Stage, request: Request, request_id: str) -> None:
        head, _, body = good_reply(request_id).partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        coded = b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces)
        whole = b"\r\n".join([*lines, b"Transfer-Encoding: chunked"]) + b"\r\n\r\n" + coded + ending + trailer
        if ending:
            a_stage.api.send(request, whole + b"\r\n")
        else:
            a_stage.api.cut(request, whole)

    return send


def until_close(a_stage: Stage, request: Request, request_id: str) -> None:
    head, _, body = good_reply(request_id).partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
    a_stage.api.cut(request, b"\r\n".join(lines) + b"\r\n\r\n" + body)


def after_interim(a_stage: Stage, request: Request, request_id: str) -> None:
    """RFC 9110 section 15.2: any number of interim responses, whose heads count for nothing."""
    interim = b"HTTP/1.1 103 Early Hints\r\nLambda-Runtime-Aws-Request-Id: another\r\n\r\n"
    a_stage.api.send(request, interim * 20 + good_reply(request_id))


def with_a_second_reply(a_stage: Stage, request: Request, request_id: str) -> None:
    """A reply to a request that nobody made lies on the connection when the answer is posted."""
    stray = rendered(403, b"{}")
    a_stage.api.send(request, good_reply(request_id) + stray)


PIECES = [
    row("event in single bytes", in_pieces(1), "Allow"),
    row("event in pieces of 7 bytes, 1 ms apart", in_pieces(7, 0.001), "Allow"),
    row("event split at odd places", split_at_odd_places, "Allow"),
    row("event chunked, 1 byte each", chunked(1), "Allow"),
    row(
        "event chunked, with extensions and trailers",
        chunked(100, b";a=b", b"Lambda-Runtime-Aws-Request-Id: z\r\n"),
        "Allow",
    ),
    row("event chunked, cut before the last chunk", chunked(100, ending=b""), "Runtime.EventUnreadable"),
    row("event chunked, size no number", chunked(100, ending=b"zz\r\n"), "Runtime.EventUnreadable"),
    row("event without length, until the end of the connection", until_close, "Allow | " + UNNAMED),
    row("twenty interim responses before the event", after_interim, "Allow"),
    row("a second reply behind the event", with_a_second_reply, "Allow | " + UNNAMED),
]

# Events


def delivering(body: bytes) -> Send:
    return lambda a_stage, request, request_id: a_stage.api.send(request, good_reply(request_id, body))


def of_length(length: int) -> Send:
    """The good event, with white space before its end (RFC 8259 section 2)."""
    text = stage.good()
    return delivering(text[:-1] + b" " * (length - len(text)) + text[-1:])


NOT_EVENTS = {
    "empty": b"", "white space": b" \r\n", "null": b"null", "[]": b"[]", "{}": b"{}", "a string": b'"x"',
    "no JSON": b"\x00\xff not JSON", "cut off": stage.good()[:-1], "two values": stage.good() * 2,
    "with a byte order mark": b"\xef\xbb\xbf" + stage.good(), "100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "no UTF-8": stage.good().replace(b"GET", b"G\xff\xfe"), "a member twice": stage.good()[:-1] + b',"type":"REQUEST"}',
}  # fmt: skip

EVENTS = [
    row("event of 6,291,555 bytes", of_length(EVENT_LIMIT_BYTES - 1), "Allow"),
    row("event of 6,291,556 bytes", of_length(EVENT_LIMIT_BYTES), "Allow"),
    row("event of 6,291,557 bytes", of_length(EVENT_LIMIT_BYTES + 1), "Runtime.EventTooLarge"),
    *(row("no event", delivering(text), "EventUnrecognised", situation) for situation, text in NOT_EVENTS.items()),
]

# Heads


def with_headers(*lines: bytes, named: bool = True, body: bytes | None = None) -> Send:
    """Further header lines; without the request id where `named` is not set. `ID` stands for the id."""

    def send(a_stage: Stage, request: Request, request_id: str) -> None:
        head, _, rest = good_reply(request_id, body).partition(b"\r\n\r\n")
        kept = [line for line in head.split(b"\r\n") if named or not line.startswith(b"Lambda-Runtime-Aws-Request-Id")]
        added = [line.replace(b"ID", request_id.encode()) for line in lines]
        a_stage.api.send(request, b"\r\n".join([*kept, *added]) + b"\r\n\r\n" + rest)

    return send


def head_of(length: int) -> Send:
    """A head of just this many bytes, in lines that libcurl takes."""

    def send(a_stage: Stage, request: Request, request_id: str) -> None:
        raw = good_reply(request_id)
        end = raw.index(b"\r\n\r\n")
        left = length - (end + 4)
        lines = b""
        while left:
            size = left if left <= LINE_LIMIT_BYTES // 2 else LINE_LIMIT_BYTES // 4
            lines += b"\r\nX: " + b"x" * (size - 5)
            left -= size
        a_stage.api.send(request, raw[:end] + lines + raw[end:])

    return send


ID = b"Lambda-Runtime-Aws-Request-Id: "
TRACE_ID = b"Lambda-Runtime-Trace-Id: "
HEADS = [
    row("request id twice, the same", with_headers(ID + b"ID"), "Allow"),
    row("request id twice, differing", with_headers(ID + b"other"), UNNAMED),
    row("request id missing", with_headers(named=False), UNNAMED),
    row("header names in odd case", with_headers(b"lAMBDA-rUNTIME-aWS-rEQUEST-iD: ID", named=False), "Allow"),
    *(
        row("request id", with_headers(ID + text, named=False), UNNAMED, situation)
        for situation, text in {
            "empty": b"", "`../init/error`": b"../init/error", "with a space": b"a b", "with `%2F`": b"a%2Fb",
            "of 129 characters": b"a" * 129, "with a byte of 0x80": b"a\x80",
        }.items()
    ),
    row("request id of 128 characters", with_headers(ID + b"a" * 128, named=False), "Allow"),
    row("a header line without a colon", with_headers(b"nothing"), UNNAMED),
    row("a header line that goes on in the next", with_headers(b"X: a", b" b"), UNNAMED),
    row("trace id of 5,000 characters", with_headers(TRACE_ID + b"t" * 5_000), "Allow"),
    row("trace id twice, differing", with_headers(TRACE_ID + b"a", TRACE_ID + b"b"), "Allow"),
    row("10,000 headers", with_headers(*(b"X%04d: y" % number for number in range(10_000))), "Allow"),
    row("50,000 headers", with_headers(*(b"X%05d: y" % number for number in range(50_000))), UNNAMED),
    row("head of 262,144 bytes", head_of(HEAD_LIMIT_BYTES), "Allow"),
    row("head of 262,145 bytes", head_of(HEAD_LIMIT_BYTES + 1), UNNAMED),
    row("a header line of 102,399 bytes", with_headers(b"X: " + b"x" * (LINE_LIMIT_BYTES - 6)), "Allow"),
    row("a header line of 102,401 bytes", with_headers(b"X: " + b"x" * (LINE_LIMIT_BYTES - 4)), UNNAMED),
    # libcurl takes the last of them; five bytes of an event are none.
    row("Content-Length twice, differing", with_headers(b"Content-Length: 5"), "EventUnrecognised"),
    row("Content-Length negative", with_headers(b"Content-Length: -1"), UNNAMED + " | Runtime.EventUnreadable"),
]  # fmt: skip

# Deadlines


def fetching(deadline: bytes | None, expected: str) -> Callable[[pathlib.Path], Result]:
    """The deadline counts where keys must be fetched: for a key id that is not in the snapshot and is at the server."""

    def run(program: pathlib.Path) -> Result:
        faults: list[str] = []
        with KeyServer(lambda _: key_set(*stage.public("k1", "k2"))) as server:
            setting = Setting(url=f"{server.url}/keys", snapshot=True)
            with Stage(program, setting) as a_stage:
                for name, text, promised in (
                    ("a key id unknown", stage.event(stage.token("k2")), expected),
                    ("a key id known", stage.good(), "Allow"),
                ):
                    a_stage.api.send(a_stage.api.next_waiting(), deadline_reply(a_stage, text, deadline))
                    request = a_stage.api.request()
                    a_stage.api.reply(request)
                    if (found := stage.answer(request)) != promised:
                        faults.append(f"{name}: {found} instead of {promised}")
                faults += attempt_life(a_stage) + a_stage.breaches()
            return Result(
                f"a key id unknown: {expected}; known: Allow",
                str(server.requests),
                None,
                "next events answered",
                faults,
            )

    return run


def attempt_life(a_stage: Stage) -> list[str]:
    faults: list[str] = []
    attempt(faults, "afterwards", lambda: str(a_stage.expect_life()))
    return faults


def deadline_reply(a_stage: Stage, text: bytes, deadline: bytes | None) -> bytes:
    headers = {"Lambda_Runtime_Aws_Request_Id": a_stage.api.new_id()}
    raw = rendered(200, text, **headers)
    end = raw.index(b"\r\n\r\n")
    line = b"" if deadline is None else b"\r\nLambda-Runtime-Deadline-Ms: " + deadline
    return raw[:end] + line + raw[end:]


DEADLINES = [
    Row("runtime", "deadline", situation, fetching(text, expected))
    for situation, text, expected in (
        ("an hour past", b"%d" % ((time.time() - 3_600) * 1_000), "DeadlineTooNear"),
        ("0", b"0", "DeadlineTooNear"),
        ("missing", None, "Allow"),
        ("empty", b"", "Allow"),
        ("no number", b"tomorrow", "Allow"),
        ("negative", b"-5", "Allow"),
        ("with a fraction", b"17.5", "Allow"),
        ("999,999,999,999,999", b"9" * 15, "Allow"),
        ("of 40 digits", b"9" * 40, "Allow"),
        ("twice, differing", b"0\r\nLambda-Runtime-Deadline-Ms: 1", "Allow"),
    )
]

ROWS = [*PIECES, *EVENTS, *HEADS, *DEADLINES]

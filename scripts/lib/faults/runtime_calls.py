"""The Runtime API answers each of the four calls with every status, and with every part of an answer."""

import pathlib
import re
import time
from collections.abc import Callable

from execution.runtime_api import ACCEPTED, Request, rendered
from faults import stage
from faults.stage import Setting, Stage, Wrong, attempt
from faults.table import Result, Row

CALLS = ("next", "response", "error", "init/error")
Act = Callable[[Stage, Request, bytes], None]
"""What is done instead of the good reply, which is given as bytes."""

STATUSES = (200, 202, 204, 301, 400, 403, 404, 410, 413, 429, 500, 502, 503, 999)
ENDS = "ends, status 1"
ASKS_AGAIN = "asked again"
ANSWERED = "answered: Allow"
LOST = "given up, next served"
TAKEN = "taken, next served"


def at_call(a_stage: Stage, call: str) -> tuple[Request, bytes]:
    """The moment at which this call waits for its reply, and the reply that would be right."""
    if call == "init/error":
        return a_stage.api.request(), rendered(202, ACCEPTED)
    request = a_stage.api.next_waiting()
    request_id = a_stage.api.new_id()
    if call == "next":
        deadline = str(int(time.time() * 1_000 + 10_000))
        headers = {"Lambda_Runtime_Aws_Request_Id": request_id, "Lambda_Runtime_Deadline_Ms": deadline}
        return request, rendered(200, stage.good(), **headers)
    a_stage.api.deliver(request, stage.good() if call == "response" else stage.forged(), request_id)
    return a_stage.api.request(), rendered(202, ACCEPTED)


def aftermath(a_stage: Stage, call: str) -> str:
    """What the process does then, in the words of the tables."""
    answered = ""
    while (request := a_stage.next_or_end()) is not None:
        if request.is_next:
            a_stage.api.waiting.append(request)
            a_stage.expect_life()
            gave_up = {"answer_refused", "answer_failed"} & set(a_stage.incidents())
            if call == "next" and not gave_up:
                return answered or ASKS_AGAIN
            return LOST if gave_up else TAKEN
        a_stage.api.reply(request)
        answered = f"answered: {stage.answer(request)}"
    if not a_stage.has_ended():
        raise Wrong("nothing more came, and the process lives")
    a_stage.expect_end(1)
    return ENDS


def disturbed(program: pathlib.Path, call: str, act: Act, faults: list[str]) -> str:
    """Does one thing to one call, and says what came of it."""
    with Stage(program, Setting(broken=call == "init/error")) as a_stage:
        request, raw = at_call(a_stage, call)
        if not request.target.endswith(call):
            raise Wrong(f"{request.target} instead of {call}")
        act(a_stage, request, raw)
        found = aftermath(a_stage, call)
        faults += [f"{call}: {breach}" for breach in a_stage.breaches()]
        return found


def row(name: str, act: Act, expected: tuple[str, ...]) -> Row:
    """What is expected of each call; of `a | b`, either."""

    def run(program: pathlib.Path) -> Result:
        faults: list[str] = []
        cells = []
        for call, promised in zip(CALLS, expected, strict=True):
            found = attempt(faults, call, lambda call=call: disturbed(program, call, act, faults))
            cells.append(f"{call}: {found}")
            if found not in (*promised.split(" | "), "wrong"):
                faults.append(f"{call}: {found} instead of {promised}")
        return Result("; ".join(cells), recovered="where it lives: next events answered", faults=faults)

    return Row("runtime", name, "", run)


# Statuses


def with_status(status: int | str) -> Act:
    """The good reply under another status. 204 has neither body nor length (RFC 9110 section 15.3.5)."""

    def act(a_stage: Stage, request: Request, raw: bytes) -> None:
        _, _, rest = raw.partition(b"\r\n")
        if status == 204:
            head, _, _ = rest.partition(b"\r\n\r\n")
            rest = re.sub(rb"Content-Length: \d+\r\n", b"", head) + b"\r\n\r\n"
        line = f"HTTP/1.1 {status} Status" if isinstance(status, int) else status
        a_stage.api.send(request, line.encode() + b"\r\n" + rest)

    return act


def after_status(status: int) -> tuple[str, str, str, str]:
    """EventLoop: `next` is over with anything but 2xx; an answer is lost with 4xx, and all is over with the rest."""
    to_next = ENDS if status >= 300 else "answered: EventUnrecognised" if status == 204 else ANSWERED
    to_answer = TAKEN if status < 300 else LOST if 400 <= status < 500 and status != 403 else ENDS
    return to_next, to_answer, to_answer, ENDS


IS_NO_HTTP = (ASKS_AGAIN, LOST, LOST, ENDS)


def garbage_then_closed(a_stage: Stage, request: Request, raw: bytes) -> None:
    """libcurl waits for a line's end before it judges one; a server that talks so does not keep the connection."""
    a_stage.api.cut(request, b"\x16\x03\x01\x00 this is no HTTP\r\n\r\n" + raw)


# Cuts


def at_cut(where: str, raw: bytes) -> bytes:
    end = raw.index(b"\r\n\r\n")
    body = end + 4
    return {
        "before anything": b"",
        "in the status line": raw[:10],
        "in a header": raw[: raw.index(b"\r\n", raw.index(b"\r\n") + 2) + 8],
        "before the blank line": raw[: end + 2],
        "in the body": raw[: body + (len(raw) - body) // 2],
        "behind the body": raw,
    }[where]


CUT = (ASKS_AGAIN, LOST, LOST, ENDS)
CUTS = {
    "before anything": CUT,
    "in the status line": CUT,
    "in a header": CUT,
    "before the blank line": CUT,
    "in the body": ("answered: Runtime.EventUnreadable", LOST, LOST, ENDS),
    # Where the end is seen only once the answer was sent, nobody can say whether it arrived: it is not sent again.
    "behind the body": (f"{ANSWERED} | {LOST}", TAKEN, TAKEN, ENDS),
}


def cutting(where: str, by_reset: bool) -> Act:
    def act(a_stage: Stage, request: Request, raw: bytes) -> None:
        a_stage.api.cut(request, at_cut(where, raw), by_reset)

    return act


ROWS = [
    *(row(f"status {status}", with_status(status), after_status(status)) for status in STATUSES),
    row("status line `HTTP/9.9 200`", with_status("HTTP/9.9 200 Status"), IS_NO_HTTP),
    row("status line `HTTP/1.1 OK`", with_status("HTTP/1.1 OK"), IS_NO_HTTP),
    row("no HTTP at all", garbage_then_closed, IS_NO_HTTP),
    *(
        row(f"{'reset' if by_reset else 'closed'} {where}", cutting(where, by_reset), expected)
        for by_reset in (False, True)
        for where, expected in CUTS.items()
    ),
]

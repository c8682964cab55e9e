"""The connection to the Runtime API is gone, or comes to nothing again and again, or nobody answers on it."""

import pathlib
import time
from collections.abc import Callable

from execution.runtime_api import rendered
from faults import stage
from faults.stage import HeldKeys, Setting, Stage, Wrong
from faults.table import Result, Row

ATTEMPT_LIMIT = 3
"""EventLoop.attemptLimit."""


def ends_at_once(program: pathlib.Path) -> Result:
    """A hundred failures are on offer; the process takes three, 50 and 250 ms apart, and is done."""
    with Stage(program) as a_stage:
        taken = 0
        started = time.monotonic()
        while taken < 100 and (request := a_stage.next_or_end()) is not None:
            started = started if taken else request.at
            a_stage.api.cut(request)
            taken += 1
        waited = (time.monotonic() - started) * 1_000
        line = a_stage.expect_end(1)
        faults = a_stage.breaches()
        if taken != ATTEMPT_LIMIT:
            faults.append(f"{taken} attempts")
        if a_stage.incidents() != ["next_failed"] * ATTEMPT_LIMIT:
            faults.append(f"the log tells of {a_stage.incidents()}")
        return Result(f"{taken} attempts; “{line}”", "", waited, "process ended, status 1", faults)


def ends_now_and_then(program: pathlib.Path) -> Result:
    """Two failures and an event, over and over: what was is forgotten with every event."""
    with Stage(program) as a_stage:
        for _ in range(4):
            for _ in range(ATTEMPT_LIMIT - 1):
                a_stage.api.cut(a_stage.api.next_waiting())
            a_stage.expect(stage.good(), "Allow")
        a_stage.expect_life()
        return Result("Allow, each time", recovered="next events answered", faults=a_stage.breaches())


def unnamed(program: pathlib.Path) -> Result:
    """Three events without a request id, none of which can be answered."""
    with Stage(program) as a_stage:
        for _ in range(ATTEMPT_LIMIT):
            a_stage.api.send(a_stage.api.next_waiting(), rendered(200, stage.good()))
        line = a_stage.expect_end(1)
        return Result(f"nothing; “{line}”", recovered="process ended, status 1", faults=a_stage.breaches())


def held(act: Callable[[Stage], None], after: Callable[[Stage], str]) -> Callable[[pathlib.Path], Result]:
    """Something is done while an event is at hand, which waits for a key; then the key comes."""

    def run(program: pathlib.Path) -> Result:
        with HeldKeys("k1", "k2") as server, Stage(
            program, Setting(url=f"{server.url}/keys", snapshot=True)
        ) as a_stage:
            api = a_stage.api
            api.deliver(api.next_waiting(), stage.event(stage.token("k2")), api.new_id())
            server.await_request()
            act(a_stage)
            server.released.set()
            found = after(a_stage)
            recovered = "process ended, status 1" if a_stage.has_ended() else "next events answered"
            return Result(found, "1", None, recovered, a_stage.breaches())

    return run


def dropping(by_reset: bool) -> Callable[[Stage], None]:
    def act(a_stage: Stage) -> None:
        for connection in [entry.data for entry in a_stage.api.selector.get_map().values() if entry.data]:
            request = stage.Request(connection, "", "", b"", b"", 0)
            a_stage.api.cut(request, by_reset=by_reset)

    return act


def hang_up(a_stage: Stage) -> None:
    a_stage.api.hang_up()


def answered_anew(a_stage: Stage) -> str:
    """Posted on another connection."""
    request = a_stage.api.request()
    if request.is_next:
        raise Wrong(f"asks for the next event, and the log says {a_stage.function.records()}")
    if request.connection.number == 1:
        raise Wrong(f"the answer came on connection {request.connection.number}")
    a_stage.api.reply(request)
    a_stage.expect_life()
    return f"{stage.answer(request)}, on a new connection"


def back_in_time(a_stage: Stage) -> str:
    """The second attempt is 50 ms behind the first, the third 250 ms behind that."""
    time.sleep(0.03)
    a_stage.api.listen_again()
    return answered_anew(a_stage)


def gone_for_good(a_stage: Stage) -> str:
    started = time.monotonic()
    line = a_stage.expect_end(1)
    if a_stage.incidents() != ["answer_failed", "key_fetch", *["next_failed"] * ATTEMPT_LIMIT]:
        raise Wrong(f"the log tells of {a_stage.incidents()}")
    return f"nothing, {time.monotonic() - started:.1f} s long; “{line}”"


def unacknowledged(program: pathlib.Path) -> Result:
    """There is no time limit: nothing else could be done, and Lambda ends an invocation that takes too long."""
    with Stage(program) as a_stage:
        api = a_stage.api
        api.deliver(api.next_waiting(), stage.good(), api.new_id())
        request = api.request()
        time.sleep(1.2)
        if (other := a_stage.next_or_end(0.3)) is not None:
            raise Wrong(f"{other.target} came meanwhile")
        api.reply(request)
        a_stage.expect_life()
        return Result("Allow, once", recovered="next events answered", faults=a_stage.breaches())


def rows() -> list[Row]:
    def row(name: str, run: Callable[[pathlib.Path], Result], situation: str = "") -> Row:
        return Row("runtime", name, situation, run)

    return [
        row("next ends at once, a hundred times over", ends_at_once),
        row("next ends at once twice, then brings an event, four times over", ends_now_and_then),
        row("three events without a request id", unnamed),
        row("connection closed while an event is at hand", held(dropping(False), answered_anew)),
        row("connection reset while an event is at hand", held(dropping(True), answered_anew)),
        row("nobody listens while an event is at hand", held(hang_up, back_in_time), "for 30 ms"),
        row("nobody listens while an event is at hand", held(hang_up, gone_for_good), "for good"),
        row("an answer is acknowledged 1.5 s late", unacknowledged),
    ]  # fmt: skip


ROWS = rows()

"""Signals at every point of the process's life."""

import pathlib
import random
import signal
import time
from collections.abc import Callable

from faults import extent, stage
from faults.stage import HeldKeys, Setting, Stage, Wrong
from faults.table import Result, Row

SEED = 20261128
AT_ONCE_SECONDS = 0.5
Signal = signal.Signals


def point(
    body: Callable[[Stage, HeldKeys], str], *, snapshot: bool, ended: str = "status 0"
) -> Callable[[pathlib.Path], Result]:
    """One point at which a signal comes; the server of keys answers when it is released."""

    def run(program: pathlib.Path) -> Result:
        with HeldKeys("k1", "k2") as server:
            setting = Setting(url=f"{server.url}/keys", snapshot=snapshot, keys={"timeoutMilliseconds": 3_000})
            with Stage(program, setting) as a_stage:
                found = body(a_stage, server)
                return Result(found, str(server.requests), None, f"process ended, {ended}", a_stage.breaches())

    return run


def expect_lines(a_stage: Stage, decisions: int) -> None:
    if len(found := a_stage.function.decisions()) != decisions:
        raise Wrong(f"{len(found)} decisions in the log, not {decisions}")


def expect_no_request(a_stage: Stage) -> None:
    if (request := a_stage.next_or_end(0.05)) is not None:
        raise Wrong(f"{request.target} came after all")


def idle(number: Signal, status: int) -> Callable[[Stage, HeldKeys], str]:
    def body(a_stage: Stage, _: HeldKeys) -> str:
        a_stage.api.next_waiting()
        a_stage.function.signal(number)
        a_stage.expect_end(status, AT_ONCE_SECONDS)
        expect_lines(a_stage, 0)
        return "nothing was at hand"

    return body


def prefetching(a_stage: Stage, server: HeldKeys) -> str:
    server.await_request()
    a_stage.function.signal(Signal.SIGTERM)
    a_stage.expect_end(0, AT_ONCE_SECONDS)
    expect_no_request(a_stage)
    return "nothing was at hand"


def waiting_for_a_key(*numbers: Signal) -> Callable[[Stage, HeldKeys], str]:
    def body(a_stage: Stage, server: HeldKeys) -> str:
        api = a_stage.api
        api.deliver(api.next_waiting(), stage.event(stage.token("k2")), api.new_id())
        server.await_request()
        for number in numbers:
            a_stage.function.signal(number)
        time.sleep(0.1)
        if a_stage.has_ended():
            raise Wrong("the process ended with an event at hand")
        server.released.set()
        request = api.request()
        api.reply(request)
        a_stage.expect_end(0, AT_ONCE_SECONDS)
        expect_lines(a_stage, 1)
        expect_no_request(a_stage)
        return f"{stage.answer(request)}, first"

    return body


def killed_with_an_event(number: Signal) -> Callable[[Stage, HeldKeys], str]:
    """Lambda sends only SIGTERM and SIGKILL; the default of others is the end, wherever the process is."""

    def body(a_stage: Stage, server: HeldKeys) -> str:
        api = a_stage.api
        api.deliver(api.next_waiting(), stage.event(stage.token("k2")), api.new_id())
        server.await_request()
        a_stage.function.signal(number)
        a_stage.expect_end(-number, AT_ONCE_SECONDS)
        expect_no_request(a_stage)
        return "nothing: the connection ended"

    return body


def unacknowledged(a_stage: Stage, _: HeldKeys) -> str:
    """Behind the answer, before the log line."""
    api = a_stage.api
    api.deliver(api.next_waiting(), stage.good(), api.new_id())
    request = api.request()
    a_stage.function.signal(Signal.SIGTERM)
    time.sleep(0.1)
    expect_lines(a_stage, 0)
    if a_stage.has_ended():
        raise Wrong("the process ended before its answer was acknowledged")
    _.released.set()
    api.reply(request)
    a_stage.expect_end(0, AT_ONCE_SECONDS)
    expect_lines(a_stage, 1)
    return f"{stage.answer(request)}; its line is written"


def refreshing(a_stage: Stage, server: HeldKeys) -> str:
    """A snapshot is refreshed behind the first answer."""
    a_stage.expect(stage.good(), "Allow")
    server.await_request()
    a_stage.function.signal(Signal.SIGTERM)
    time.sleep(0.1)
    expect_lines(a_stage, 1)
    if a_stage.has_ended():
        raise Wrong("the process ended before the fetch did")
    server.released.set()
    a_stage.expect_end(0, AT_ONCE_SECONDS)
    expect_no_request(a_stage)
    if not a_stage.function.fetches():
        raise Wrong("the line of the fetch is not written")
    return "Allow; the fetch comes to its end"


def failing_start(program: pathlib.Path) -> Result:
    """The start has failed, and the Runtime API does not acknowledge it."""
    with Stage(program, Setting(broken=True)) as a_stage:
        a_stage.api.request()
        a_stage.function.signal(Signal.SIGTERM)
        a_stage.expect_end(0, AT_ONCE_SECONDS)
        return Result("init/error, once", recovered="process ended, status 0", faults=a_stage.breaches())


def inherited(option: str) -> Callable[[pathlib.Path], Result]:
    """Signals that the parent blocks or ignores stay so in a child, unless it says otherwise."""

    def run(program: pathlib.Path) -> Result:
        with Stage(program, Setting(wrapper=["env", f"--{option}-signal=TERM"])) as a_stage:
            a_stage.expect(stage.good(), "Allow")
            a_stage.api.next_waiting()
            a_stage.function.signal(Signal.SIGTERM)
            a_stage.expect_end(0, AT_ONCE_SECONDS)
            return Result("Allow", recovered="process ended, status 0", faults=a_stage.breaches())

    return run


def at_random(program: pathlib.Path) -> Result:
    """Within the 600 µs behind an event: read or not, judged or not, posted or not, written or not."""
    chance = random.Random(SEED)
    answered = unread = 0
    for _ in range(extent.sweep(60, 1_000)):
        with Stage(program) as a_stage:
            request = a_stage.api.next_waiting()
            a_stage.api.deliver(request, stage.good(), a_stage.api.new_id())
            time.sleep(chance.uniform(0, 600e-6))
            a_stage.function.signal(Signal.SIGTERM)
            while (request := a_stage.next_or_end()) is not None and not request.is_next:
                a_stage.api.reply(request)
            a_stage.expect_end(0, AT_ONCE_SECONDS)
            expect_lines(a_stage, len(a_stage.api.posts))
            answered += len(a_stage.api.posts)
            unread += not a_stage.api.posts
            if breaches := a_stage.breaches():
                raise Wrong(f"seed {SEED}: {breaches}")
    return Result(
        f"{answered} × Allow; {unread} × nothing, the event being unread", recovered="process ended, status 0"
    )


def at_the_start(program: pathlib.Path) -> Result:
    """Within the first 6 ms: before the handler stands, the default ends the process with the signal."""
    chance = random.Random(SEED)
    by_signal = by_handler = 0
    for _ in range(extent.sweep(60, 1_000)):
        with Stage(program) as a_stage:
            time.sleep(chance.uniform(0, 6e-3))
            a_stage.function.signal(Signal.SIGTERM)
            status = a_stage.function.wait()
            if status not in (0, -Signal.SIGTERM) or a_stage.function.written():
                raise Wrong(f"seed {SEED}: status {status}, written: {a_stage.function.written()!r}")
            by_signal += status != 0
            by_handler += status == 0
    return Result(
        "nothing was at hand", recovered=f"process ended, {by_handler} × status 0, {by_signal} × by the signal"
    )


def row(name: str, situation: str, run: Callable[[pathlib.Path], Result]) -> Row:
    return Row("machine", name, situation, run)


TERM, INT, HUP = Signal.SIGTERM, Signal.SIGINT, Signal.SIGHUP
KILLED = "by the signal"
thrice = waiting_for_a_key(TERM, TERM, TERM)
ROWS = [
    row("SIGTERM", "before and while the start begins, at random", at_the_start),
    row("SIGTERM", "while keys are fetched at the start", point(prefetching, snapshot=False)),
    row("SIGTERM", "while init/error is posted", failing_start),
    row("SIGTERM", "while next waits", point(idle(TERM, 0), snapshot=True)),
    row("SIGTERM", "behind an event, at random", at_random),
    row("SIGTERM", "while a caller waits for a fetch", point(waiting_for_a_key(TERM), snapshot=True)),
    row("SIGTERM", "three times, while a caller waits for a fetch", point(thrice, snapshot=True)),
    row("SIGTERM", "while an answer is posted", point(unacknowledged, snapshot=True)),
    row("SIGTERM", "while keys are refreshed, nobody waiting", point(refreshing, snapshot=True)),
    row("SIGTERM", "blocked by the parent", inherited("block")),
    row("SIGTERM", "ignored by the parent", inherited("ignore")),
    row("SIGINT", "while next waits", point(idle(INT, -INT), snapshot=True, ended=KILLED)),
    row("SIGHUP", "while next waits", point(idle(HUP, -HUP), snapshot=True, ended=KILLED)),
    row("SIGINT", "while a caller waits", point(killed_with_an_event(INT), snapshot=True, ended=KILLED)),
    row("SIGHUP", "while a caller waits", point(killed_with_an_event(HUP), snapshot=True, ended=KILLED)),
]  # fmt: skip

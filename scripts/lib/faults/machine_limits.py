"""No descriptors and no memory, from the start or suddenly.

The process may end; it must never allow what is not allowed.
"""

import collections
import pathlib
import resource
import time
from collections.abc import Callable, Iterable

from execution.key_server import KeyServer, key_set
from faults import extent, stage
from faults.stage import Setting, Stage, Wrong
from faults.table import Result, Row

KEYS = {"cooldownSeconds": 1, "timeoutMilliseconds": 500}
PAGE_BYTES = 4_096
MEBIBYTE = 1 << 20


def known_key_server() -> KeyServer:
    return KeyServer(lambda _: key_set(*stage.public("k1", "k2")))


def outcome(a_stage: Stage, text: bytes, *allowed: str) -> str:
    """What is posted for an event, or how the process ends instead; anything that is not `allowed` is wrong."""
    request = a_stage.api.waiting.popleft() if a_stage.api.waiting else a_stage.next_or_end()
    if request is None or not request.is_next:
        return lifeless(a_stage, request)
    a_stage.api.deliver(request, text, a_stage.api.new_id())
    posted = a_stage.next_or_end(stage.ANSWER_LIMIT_SECONDS)
    if posted is None:
        return lifeless(a_stage, posted)
    if posted.is_next:
        a_stage.api.waiting.append(posted)
        return "nothing"
    a_stage.api.reply(posted)
    found = stage.answer(posted)
    if found not in allowed:
        raise Wrong(f"{found} instead of {' or '.join(allowed)}")
    return found


def lifeless(a_stage: Stage, request: stage.Request | None) -> str:
    """How the process ended, by itself with one line or by a signal; what it posted for a start that failed."""
    said = ""
    if request is not None:
        a_stage.api.reply(request)
        said = f"{request.kind}: {stage.answer(request)}, "
    if a_stage.next_or_end(stage.ANSWER_LIMIT_SECONDS) is not None or not a_stage.has_ended():
        raise Wrong("the process neither answers nor ends")
    status = a_stage.function.wait()
    if status > 0:
        a_stage.expect_end(1)
    return f"{said}ended by {stage.signal_name(status)}" if status < 0 else f"{said}ended, status {status}"


def summary(found: Iterable[str]) -> str:
    return "; ".join(f"{count} × {what}" for what, count in collections.Counter(found).items())


# From the start


def from_the_start(
    wrappers: Callable[[pathlib.Path], list[list[str]]], *, fetches: bool
) -> Callable[[pathlib.Path], Result]:
    """One start under each limit, a good event and a forged one."""

    def run(program: pathlib.Path) -> Result:
        faults: list[str] = []
        found = []
        for wrapper in wrappers(program):
            with known_key_server() as server:
                setting = Setting(wrapper=wrapper, keys=KEYS, url=f"{server.url}/keys" if fetches else None)
                with Stage(program, setting) as a_stage:
                    for text, allowed in ((stage.good(), "Allow"), (stage.forged(), "Unauthorized")):
                        what = stage.attempt(
                            faults, wrapper[1], lambda: outcome(a_stage, text, allowed, "KeysUnavailable")
                        )
                        found.append(what)
                        if a_stage.has_ended():
                            break
                    faults += a_stage.breaches()
        return Result(summary(found), recovered="whoever lives answers rightly", faults=faults)

    return run


def descriptor_limits(_: pathlib.Path) -> list[list[str]]:
    return [["prlimit", f"--nofile={count}:{count}"] for count in range(3, 13)]


def memory_limits(program: pathlib.Path) -> list[list[str]]:
    """From nothing to twice what the process has when it waits for its first event."""
    with Stage(program) as a_stage:
        a_stage.api.next_waiting()
        whole = int(a_stage.function.status("VmPeak").split()[0]) * 1_024
    steps = extent.sweep(24, 200)
    return [["prlimit", f"--as={whole * step * 2 // steps // PAGE_BYTES * PAGE_BYTES}"] for step in range(1, steps + 1)]


# Suddenly


def no_descriptors(program: pathlib.Path) -> Result:
    """The limit falls to what is open; an unknown key cannot be fetched; the limit rises again."""
    with known_key_server() as server, Stage(
        program, Setting(url=f"{server.url}/keys", snapshot=True, keys=KEYS)
    ) as a_stage:
        a_stage.expect(stage.good(), "Allow")
        time.sleep(KEYS["cooldownSeconds"] + 0.1)
        limit = resource.prlimit(a_stage.function.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(a_stage.function.pid, resource.RLIMIT_NOFILE, (a_stage.function.descriptors(), limit[1]))
        server.answer = lambda _: key_set(*stage.public("k1", "k2", "unpublished"))
        a_stage.expect_life()
        a_stage.expect(stage.event(stage.token("unpublished")), "KeysUnavailable")
        a_stage.expect_life()
        resource.prlimit(a_stage.function.pid, resource.RLIMIT_NOFILE, limit)
        time.sleep(KEYS["cooldownSeconds"] + 0.1)
        a_stage.expect(stage.event(stage.token("unpublished")), "Allow")
        a_stage.expect_life()
        told = "known key: Allow; unknown key: KeysUnavailable; with the limit raised: Allow"
        return Result(told, str(server.requests), None, "next events answered", a_stage.breaches())


def no_descriptors_and_cut(program: pathlib.Path) -> Result:
    """Not even the connection to the Runtime API can be made anew."""
    with Stage(program) as a_stage:
        a_stage.expect_life()
        request = a_stage.api.next_waiting()
        limit = resource.prlimit(a_stage.function.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(a_stage.function.pid, resource.RLIMIT_NOFILE, (3, limit[1]))
        a_stage.api.cut(request)
        line = a_stage.expect_end(1)
        return Result(f"nothing; “{line}”", recovered="process ended, status 1", faults=a_stage.breaches())


EVENTS = {
    "small": ((stage.good, "Allow"), (stage.forged, "Unauthorized")),
    "large": ((lambda: stage.event(stage.token(), 5 * MEBIBYTE), "Allow"), (stage.forged, "Unauthorized")),
    "to be fetched for": ((lambda: stage.event(stage.token("k2")), "Allow"), (stage.forged, "Unauthorized")),
}


def no_memory(kind: str) -> Callable[[pathlib.Path], Result]:
    """The limit falls to what is there and a little; events come; the limit rises again for whoever lives."""

    def run(program: pathlib.Path) -> Result:
        faults: list[str] = []
        found = []
        for spare in (step * 64 * 1_024 for step in range(extent.sweep(16, 200))):
            with known_key_server() as server, Stage(
                program, Setting(url=f"{server.url}/keys", snapshot=True, keys=KEYS)
            ) as a_stage:
                a_stage.api.waiting.append(a_stage.api.next_waiting())
                found += starved(a_stage, kind, spare, faults)
                faults += a_stage.breaches()
        return Result(summary(found), recovered="next events answered, or process ended by a signal", faults=faults)

    return run


def starved(a_stage: Stage, kind: str, spare: int, faults: list[str]) -> list[str]:
    size = int(a_stage.function.status("VmSize").split()[0]) * 1_024
    if kind == "large":
        spare *= 16
    pid = a_stage.function.pid
    limit = resource.prlimit(pid, resource.RLIMIT_AS)
    resource.prlimit(pid, resource.RLIMIT_AS, (size + spare, limit[1]))
    found = []
    for text, expected in EVENTS[kind]:
        allowed = (expected, "KeysUnavailable", "Runtime.EventUnreadable")
        found.append(stage.attempt(faults, f"{spare} bytes", lambda text=text: outcome(a_stage, text(), *allowed)))
        if a_stage.has_ended():
            return found
    resource.prlimit(pid, resource.RLIMIT_AS, limit)
    stage.attempt(faults, f"{spare} bytes, then no limit", lambda: str(a_stage.expect_life()))
    return found


def row(name: str, situation: str, run: Callable[[pathlib.Path], Result]) -> Row:
    return Row("machine", name, situation, run)


ROWS = [
    row("3 to 12 descriptors", "keys in a file", from_the_start(descriptor_limits, fetches=False)),
    row("3 to 12 descriptors", "keys at a server", from_the_start(descriptor_limits, fetches=True)),
    row("no descriptor more", "while events are answered", no_descriptors),
    row("no descriptor more", "and the Runtime API closed its connection", no_descriptors_and_cut),
    row("little memory (RLIMIT_AS)", "from the start, keys in a file", from_the_start(memory_limits, fetches=False)),
    row("little memory (RLIMIT_AS)", "from the start, keys at a server", from_the_start(memory_limits, fetches=True)),
    *(row("little memory more", f"events that are {kind}", no_memory(kind)) for kind in EVENTS),
]

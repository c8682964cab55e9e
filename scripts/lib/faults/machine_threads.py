"""There is one thread, at every moment: so there is nothing that two threads could do to each other."""

import collections
import contextlib
import json
import os
import pathlib
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator

from faults import stage
from faults.certificates import REMOTE_NAME, certificates
from faults.origin import Origin
from faults.resolver import Resolver
from faults.stage import Setting, Stage
from faults.table import Result, Row

KEYS = {"maxAgeSeconds": 60, "cooldownSeconds": 1, "timeoutMilliseconds": 1_000, "caFile": ""}
SILENCE_SECONDS = 0.4
"""How long the name server and the server of keys let the process wait."""
MAKERS = "clone,clone3,fork,vfork"


class Sampler(threading.Thread):
    """Counts the entries of /proc/PID/task as often as it can."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.folder = f"/proc/{pid}/task"
        self.seen: collections.Counter[int] = collections.Counter()
        self.is_over = False

    def run(self) -> None:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            while not self.is_over:
                self.seen[len(os.listdir(self.folder))] += 1
                time.sleep(0.0002)

    def __enter__(self) -> "Sampler":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over = True
        self.join()


@contextlib.contextmanager
def slow_world(program: pathlib.Path, wrapper: list[str]) -> Iterator[Stage]:
    """Keys at a server whose name must be asked for; the name server is silent at first, the server slow."""
    with Resolver() as resolver, Origin(certificates().tls("remote"), REMOTE_NAME) as origin:
        resolver.rcode = None
        threading.Timer(SILENCE_SECONDS, lambda: setattr(resolver, "rcode", 0)).start()
        body = json.dumps({"keys": stage.public("k1")})
        origin.behaviour = lambda _: (time.sleep(SILENCE_SECONDS), {"body": body})[1]
        with tempfile.TemporaryDirectory(prefix="turnstile-") as folder:
            keys = {**KEYS, "caFile": str(certificates().root)}
            whole = [*resolver.wrapper(pathlib.Path(folder)), *wrapper]
            with Stage(program, Setting(url=f"{origin.url}/keys", keys=keys, wrapper=whole)) as a_stage:
                yield a_stage


def live(a_stage: Stage) -> str:
    """Start, names, TLS, events, a fetch while a caller waits, a wait for the next event."""
    deadline = time.monotonic() + 10
    while a_stage.ask(stage.good()) != "Allow":
        if time.monotonic() > deadline:
            raise stage.Wrong("the keys were never fetched")
        time.sleep(0.2)
    time.sleep(KEYS["cooldownSeconds"] + 0.1)
    a_stage.expect(stage.event(stage.token("unpublished")), "Unauthorized", "KeysUnavailable")
    a_stage.expect_life()
    a_stage.api.waiting.append(a_stage.api.next_waiting())
    outcomes = [fetch["outcome"] for fetch in a_stage.function.fetches()]
    if outcomes.count("fetched") < 2:
        raise stage.Wrong(f"fetches: {outcomes}")
    return ", ".join(outcomes)


def sampled(program: pathlib.Path) -> Result:
    with slow_world(program, []) as a_stage, Sampler(a_stage.function.pid) as sampler:
        outcomes = live(a_stage)
        a_stage.function.end()
    faults = [f"{count} threads, {times} times" for count, times in sampler.seen.items() if count > 1]
    return Result(f"1 thread in {sampler.seen[1]} samples", outcomes, None, "next events answered", faults)


def traced(program: pathlib.Path) -> Result:
    """Every call that could make a thread or a process, as the kernel saw them."""
    with tempfile.TemporaryDirectory(prefix="turnstile-") as folder:
        calls = pathlib.Path(folder, "calls")
        tracer = ["strace", "--follow-forks", f"--trace={MAKERS},execve", f"--output={calls}"]
        with slow_world(program, tracer) as a_stage:
            outcomes = live(a_stage)
            a_stage.function.end()
        lines = calls.read_text().splitlines()
        faults = [line for line in lines if any(f" {name}(" in line for name in MAKERS.split(","))]
        if sum("execve(" in line for line in lines) != 1:
            faults.append(f"not traced: {lines}")
        return Result("no clone, clone3, fork, vfork", outcomes, None, "next events answered", faults)


def left_out(because: str) -> Callable[[pathlib.Path], Result]:
    return lambda _: Result.of_nothing(because)


PROBLEM = "a name server of its own needs root" if os.geteuid() != 0 else ""
ROWS = [
    Row("machine", "threads", "sampled: start, DNS, TLS, events, waiting", left_out(PROBLEM) if PROBLEM else sampled),
    Row(
        "machine", "threads", "traced: start, DNS, TLS, events, waiting",
        left_out(PROBLEM or "strace is not here") if PROBLEM or not shutil.which("strace") else traced,
    ),
]  # fmt: skip

"""An allocation of libcurl or of OpenSSL fails: each once, and each with all that follow. On an ordinary build.

The event at hand may come out right, as an error, or not at all where the process dies. A forged token is never
allowed; and a good one is not refused as if it were bad.
"""

import collections
import contextlib
import json
import mmap
import pathlib
import struct
import tempfile
from collections.abc import Callable, Iterator

from faults import extent, preload, stage
from faults.certificates import certificates
from faults.machine_clock import Clocks
from faults.machine_limits import summary
from faults.origin import Origin
from faults.stage import Setting, Stage, Wrong
from faults.table import Result, Row

CURL, OPENSSL = 1, 2
FOR_EVER = 1 << 40
KEYS = {"maxAgeSeconds": 60, "staleIfErrorSeconds": 0, "cooldownSeconds": 1, "timeoutMilliseconds": 2_000}
STEP_SECONDS = 120
"""Beyond every age of a key: each event must fetch."""
PATIENCE_SECONDS = 3.0
"""Longer than a fetch may take, and than all attempts to reach the Runtime API."""
NO_ANSWER = ("nothing", "KeysUnavailable", "CryptographyFailed", "Runtime.EventUnreadable")


class Plan:
    """What preload_allocator.c reads."""

    def __init__(self, folder: str, libraries: int) -> None:
        self.path = pathlib.Path(folder, "allocator")
        self.path.write_bytes(struct.pack("=qqqqq", libraries, 0, 0, 0, 0))
        with self.path.open("r+b") as file:
            self.shared = mmap.mmap(file.fileno(), 40)

    def number(self, index: int) -> int:
        return struct.unpack_from("=q", self.shared, index * 8)[0]

    @property
    def calls(self) -> int:
        return self.number(1)

    @property
    def failed(self) -> int:
        return self.number(4)

    def arm(self, first: int, count: int) -> None:
        """From the `first` call behind this moment on, this many fail."""
        struct.pack_into("=qqq", self.shared, 16, self.calls + first, count, 0)

    def disarm(self) -> None:
        struct.pack_into("=qq", self.shared, 16, 0, 0)


@contextlib.contextmanager
def starving(
    program: pathlib.Path, libraries: int, url: str | None
) -> Iterator[tuple[Callable[[], Stage], Plan, Clocks]]:
    """What starts a process whose allocations can fail and whose keys can age."""
    with tempfile.TemporaryDirectory(prefix="turnstile-") as folder, contextlib.ExitStack() as closing:
        plan, clocks = Plan(folder, libraries), Clocks(folder)
        loaded = f"{preload.library('allocator')}:{preload.library('clock')}"
        environment = {"TURNSTILE_ALLOCATOR": str(plan.path), "TURNSTILE_CLOCK": str(clocks.path), "LD_PRELOAD": loaded}
        keys = {**KEYS, "caFile": str(certificates().root)}
        setting = Setting(url=url, keys=keys, environment=environment)
        file = preload.ordinary(program)

        def start() -> Stage:
            return closing.enter_context(Stage(file, setting))

        yield start, plan, clocks


def one(a_stage: Stage, text: bytes) -> str:
    """What becomes of one event: the answer, `nothing`, or how the process ended."""
    request = a_stage.api.waiting.popleft() if a_stage.api.waiting else a_stage.next_or_end(PATIENCE_SECONDS)
    if request is None or not request.is_next:
        return ended(a_stage)
    a_stage.api.deliver(request, text, a_stage.api.new_id())
    posted = a_stage.next_or_end(PATIENCE_SECONDS)
    if posted is None:
        return ended(a_stage)
    if posted.is_next:
        a_stage.api.waiting.append(posted)
        return "nothing"
    a_stage.api.reply(posted)
    following = a_stage.next_or_end(PATIENCE_SECONDS)
    if following is not None:
        a_stage.api.waiting.append(following)
    return stage.answer(posted)


def ended(a_stage: Stage) -> str:
    if not a_stage.has_ended():
        raise Wrong("the process neither answers nor ends")
    status = a_stage.function.wait()
    return f"ended by {stage.signal_name(status)}" if status < 0 else f"ended, status {status}"


class Sweep:
    """Every allocation of one event fails in turn; a process that ends is followed by another."""

    def __init__(self, start: Callable[[], Stage], plan: Plan, clocks: Clocks, steps: bool) -> None:
        self.start, self.plan, self.clocks, self.steps = start, plan, clocks, steps
        self.moments = 0
        self.found: collections.Counter[str] = collections.Counter()
        self.faults: list[str] = []
        self.stage = start()
        self.settle()

    def settle(self) -> None:
        """The process waits for its next event, having been asked often enough to be warm."""
        self.stage.api.waiting.append(self.stage.api.next_waiting())

    def age(self) -> None:
        if self.steps:
            self.moments += STEP_SECONDS
            self.clocks.step(boot=self.moments)

    def measure(self, text: bytes) -> int:
        """How many allocations one event takes."""
        self.age()
        before = self.plan.calls
        one(self.stage, text)
        return self.plan.calls - before

    def fail(self, at: int, count: int, text: bytes, allowed: tuple[str, ...]) -> None:
        self.age()
        self.plan.arm(at, count)
        faults: list[str] = []
        what = stage.attempt(faults, "event", lambda: one(self.stage, text))
        called = f"call {at}" if count == 1 else f"call {at} and all that follow"
        self.faults += [f"{fault} at {called}" for fault in faults]
        has_failed = self.plan.failed > 0
        self.plan.disarm()
        if not has_failed and what != "wrong":
            return
        reason = (self.stage.reasons() or [None])[-1] if what == "Unauthorized" else None
        self.found[f"{what} ({reason})" if reason else what] += 1
        if not (what in allowed or what in NO_ANSWER or what.startswith("ended") or what == "wrong"):
            self.faults.append(f"{what} ({reason}) at {called}")
        if self.stage.has_ended() or what == "wrong":
            self.faults += self.stage.breaches()
            self.stage.function.end()
            self.stage = self.start()
            self.settle()

    def recover(self, expected: str) -> None:
        self.age()
        if (found := one(self.stage, stage.good())) != expected:
            self.faults.append(f"with memory again: {found} instead of {expected}")


def gathered(faults: list[str]) -> list[str]:
    """One line for all calls that went wrong in one way; `what: where` is how each of them is told."""
    places = collections.defaultdict(list)
    for fault in faults:
        what, _, where = fault.rpartition(" at ")
        places[what or fault].append(where)
    return [f"{what}: {', '.join(where[:12])}{' …' if len(where) > 12 else ''}" for what, where in places.items()]


def positions(count: int, most: int) -> list[int]:
    """All of them, or so many that lie evenly."""
    step = max(1, -(-count // most))
    return list(range(1, count + 2, step))


def swept(
    libraries: int, text: Callable[[], bytes], allowed: tuple[str, ...], tls: str | None, recovers: str = "Allow"
) -> Callable[[pathlib.Path], Result]:
    """`tls` is the certificate that the server of keys shows, empty for plain HTTP; without it, there is a file."""

    def run(program: pathlib.Path) -> Result:
        with contextlib.ExitStack() as closing:
            origin = None if tls is None else closing.enter_context(serving(tls))
            url = f"{origin.url}/keys" if origin else None
            start, plan, clocks = closing.enter_context(starving(program, libraries, url))
            sweep = Sweep(start, plan, clocks, steps=tls is not None)
            sweep.recover(recovers)
            count = max(sweep.measure(text()) for _ in range(2))
            for failing in (1, FOR_EVER):
                for at in positions(count, extent.sweep(60, 1_500)):
                    sweep.fail(at, failing, text(), allowed)
                    sweep.recover(recovers)
            faults = gathered(sweep.faults)
            told = "; ".join(f"{number} × {what}" for what, number in sweep.found.most_common())
            return Result(
                f"{count} allocations: {told}",
                recovered=f"next event: {recovers}",
                faults=faults + sweep.stage.breaches(),
            )

    return run


def serving(kind: str) -> Origin:
    origin = Origin(certificates().tls(kind), "localhost") if kind else Origin()
    body = json.dumps({"keys": stage.public("k1", "k2")})
    origin.behaviour = lambda _: {"headers": [["Content-Type", "application/json"]], "body": body}
    return origin


def from_the_start(libraries: int) -> Callable[[pathlib.Path], Result]:
    """Initialisation, the fetch over TLS, and the first event."""

    def run(program: pathlib.Path) -> Result:
        found = []
        faults: list[str] = []
        with serving("valid") as origin, starving(program, libraries, f"{origin.url}/keys") as (start, plan, _):
            with start() as a_stage:
                a_stage.expect(stage.good(), "Allow")
                count = plan.calls
            for failing in (1, FOR_EVER):
                for at in positions(count, extent.sweep(20, 300)):
                    struct.pack_into("=qqqq", plan.shared, 8, 0, at, failing, 0)
                    with start() as a_stage:
                        what = stage.attempt(faults, f"call {at}", lambda: first(a_stage))
                        found.append(what)
                        faults += a_stage.breaches()
            plan.disarm()
        return Result(f"{count} allocations: {summary(found)}", faults=faults)

    return run


def first(a_stage: Stage) -> str:
    """A good event at once, and then a forged one."""
    said = one_or_init(a_stage, stage.good())
    if a_stage.has_ended():
        return said
    forged = one(a_stage, stage.forged())
    if forged == "Allow" or said == "Unauthorized":
        raise Wrong(f"good: {said} ({a_stage.reasons()}), forged: {forged}")
    return said


def one_or_init(a_stage: Stage, text: bytes) -> str:
    request = a_stage.next_or_end(PATIENCE_SECONDS)
    if request is None:
        return ended(a_stage)
    if request.is_next:
        a_stage.api.waiting.append(request)
        return one(a_stage, text)
    a_stage.api.reply(request)
    a_stage.expect_end(1)
    return f"init/error: {stage.answer(request)}"


def row(name: str, situation: str, run: Callable[[pathlib.Path], Result]) -> Row:
    return Row("machine", name, situation, run)


GOOD, FORGED = ("Allow",), ("Unauthorized",)
ROWS = [
    entry
    for name, libraries in (("libcurl's allocations fail", CURL), ("OpenSSL's allocations fail", OPENSSL))
    for entry in (
        row(name, "from the start", from_the_start(libraries)),
        row(name, "good token, keys known", swept(libraries, stage.good, GOOD, None)),
        row(name, "forged token, keys known", swept(libraries, stage.forged, FORGED, None)),
        row(name, "good token, keys fetched without TLS", swept(libraries, stage.good, GOOD, "")),
        row(name, "good token, keys fetched over TLS", swept(libraries, stage.good, GOOD, "valid")),
        row(name, "forged token, keys fetched over TLS", swept(libraries, stage.forged, FORGED, "valid")),
        row(
            name,
            "good token, keys from a server that is not believed",
            swept(libraries, stage.good, (), "self-signed", "KeysUnavailable"),
        ),
    )
]

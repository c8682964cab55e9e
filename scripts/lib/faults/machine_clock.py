"""The clocks jump, the wall clock either way, the clock of ages forwards; or one of them fails.

On an ordinary build.
"""

import mmap
import pathlib
import struct
import tempfile
import time
from collections.abc import Callable

from execution.key_server import KeyServer, key_set
from faults import preload, stage
from faults.stage import Setting, Stage
from faults.table import Result, Row

DAY_SECONDS = 86_400
YEAR_SECONDS = 31_556_952
KEYS = {"maxAgeSeconds": 3_600, "staleIfErrorSeconds": 7_200, "cooldownSeconds": 1, "timeoutMilliseconds": 500}


class Clocks:
    """What preload_clock.c reads."""

    def __init__(self, folder: str) -> None:
        self.path = pathlib.Path(folder, "clock")
        self.path.write_bytes(bytes(24))
        with self.path.open("r+b") as file:
            self.shared = mmap.mmap(file.fileno(), 24)

    def step(self, wall: int = 0, boot: int = 0, failing: int = 0) -> None:
        self.shared[:] = struct.pack("=qqq", wall, boot, failing)


Steps = list[tuple[str, Callable[[Clocks, KeyServer], None], bytes, str, str | None]]
"""What the clocks do, the event, what is answered, and the reason in the log."""


def stepped(steps: Callable[[], Steps], fetches: int) -> Callable[[pathlib.Path], Result]:
    """Any number of steps, and after each an event; `fetches` in all, the one of the start included."""

    def run(program: pathlib.Path) -> Result:
        file, library = preload.ordinary(program), preload.library("clock")
        server = KeyServer(lambda _: key_set(*stage.public("k1")))
        with tempfile.TemporaryDirectory(prefix="turnstile-") as folder, server:
            clocks = Clocks(folder)
            environment = {"LD_PRELOAD": str(library), "TURNSTILE_CLOCK": str(clocks.path)}
            with Stage(file, Setting(url=f"{server.url}/keys", keys=KEYS, environment=environment)) as a_stage:
                a_stage.expect(stage.good(), "Allow")
                faults, told = walk(a_stage, clocks, server, steps())
                if server.requests != fetches:
                    faults.append(f"{server.requests} fetches instead of {fetches}")
                return Result(
                    "; ".join(told), str(server.requests), None, "next events answered", faults + a_stage.breaches()
                )

    return run


def walk(a_stage: Stage, clocks: Clocks, server: KeyServer, steps: Steps) -> tuple[list[str], list[str]]:
    faults: list[str] = []
    told = []
    for count, (name, act, text, expected, reason) in enumerate(steps, 2):
        act(clocks, server)
        found = stage.attempt(faults, name, lambda text=text: a_stage.ask(text, deadline_in=None))
        record = a_stage.function.await_decisions(count)[-1]
        told.append(f"{name}: {found}" + (f" ({record['reason']})" if "reason" in record else ""))
        if (found, record.get("reason")) != (expected, reason):
            faults.append(f"{told[-1]} instead of {expected} ({reason})")
    return faults, told


def wall(seconds: int) -> Callable[[Clocks, KeyServer], None]:
    return lambda clocks, _: clocks.step(wall=seconds)


def boot(seconds: int, is_down: bool = False) -> Callable[[Clocks, KeyServer], None]:
    def act(clocks: Clocks, server: KeyServer) -> None:
        server.answer = lambda _: (503, {}, b"") if is_down else key_set(*stage.public("k1"))
        clocks.step(boot=seconds)

    return act


def failing(which: int) -> Callable[[Clocks, KeyServer], None]:
    return lambda clocks, _: clocks.step(failing=which)


def dated() -> bytes:
    """A token that is good from an hour ago until an hour from now."""
    now = int(time.time())
    return stage.event(stage.token(iat=now - 3_600, nbf=now - 3_600, exp=now + 3_600))


def forwards() -> Steps:
    text = dated()
    return [
        ("a day on", wall(DAY_SECONDS), text, "Unauthorized", "token_expired"),
        ("ten years on", wall(10 * YEAR_SECONDS), text, "Unauthorized", "token_expired"),
        ("right again", wall(0), text, "Allow", None),
    ]


def backwards() -> Steps:
    text = dated()
    return [
        ("a day back", wall(-DAY_SECONDS), text, "Unauthorized", "token_not_yet_valid"),
        ("in 1975", wall(-51 * YEAR_SECONDS), text, "Unauthorized", "token_not_yet_valid"),
        ("right again", wall(0), text, "Allow", None),
    ]


def beyond(*years: int) -> Callable[[], Steps]:
    """Tokens without `iat` and `nbf` too: they would be good at any time before `exp`."""

    def steps() -> Steps:
        now = int(time.time())
        found: Steps = []
        for year in years:
            to = round((year - 2026) * YEAR_SECONDS)
            for name, text in (
                ("", dated()),
                (", token without iat", stage.event(stage.token(iat=None, exp=now + 3_600))),
            ):
                found.append((f"in {year}{name}", wall(to), text, "ClockUnusable", "clock_unusable"))
        return [*found, ("right again", wall(0), stage.good(), "Allow", None)]

    return steps


def around() -> Steps:
    """As many seconds on as 64 bits hold nanoseconds: whoever counts those without care is back where it was."""
    text = dated()
    return [
        ("in 2611", wall((1 << 64) // 1_000_000_000), text, "ClockUnusable", "clock_unusable"),
        ("right again", wall(0), text, "Allow", None),
    ]


def thaw() -> Steps:
    """The keys may be used for three hours, the last two only while they cannot be fetched."""
    return [
        ("59 min on", boot(3_540, is_down=True), stage.good(), "Allow", None),
        ("61 min on, server down", boot(3_660, is_down=True), stage.good(), "Allow", None),
        ("4 h on, server down", boot(14_400, is_down=True), stage.good(), "KeysUnavailable", "keys_unavailable"),
        ("ten days on, server back", boot(10 * DAY_SECONDS), stage.good(), "Allow", None),
        ("a year on", boot(YEAR_SECONDS), stage.forged(), "Unauthorized", "invalid_signature"),
    ]


def failures() -> Steps:
    """Nothing is known of the date: a token that has only an end, and that behind it, must not be taken for good."""
    expired = stage.event(stage.token(iat=None, exp=int(time.time()) - 3_600))
    return [
        ("wall clock fails", failing(1), expired, "ClockUnusable", "clock_unusable"),
        ("right again", failing(0), expired, "Unauthorized", "token_expired"),
    ]


def failing_ages(program: pathlib.Path) -> Result:
    """Nothing is known of the keys' age, and nothing can be: Lambda is to start another process."""
    file, library = preload.ordinary(program), preload.library("clock")
    with tempfile.TemporaryDirectory(prefix="turnstile-") as folder:
        clocks = Clocks(folder)
        environment = {"LD_PRELOAD": str(library), "TURNSTILE_CLOCK": str(clocks.path)}
        with Stage(file, Setting(environment=environment)) as a_stage:
            a_stage.expect(stage.good(), "Allow")
            waiting = a_stage.api.next_waiting()
            clocks.step(failing=2)
            a_stage.api.deliver(waiting, stage.good(), a_stage.api.new_id())
            line = a_stage.expect_end(1)
            faults = [] if "CLOCK_BOOTTIME" in line else [line]
            return Result("no answer", recovered="process ended, status 1", faults=faults)


def row(name: str, situation: str, steps: Callable[[], Steps], fetches: int) -> Row:
    return Row("machine", name, situation, stepped(steps, fetches))


ROWS = [
    row("wall clock stepped forwards", "beyond exp", forwards, 1),
    row("wall clock stepped backwards", "before nbf and iat", backwards, 1),
    row("wall clock before 1970", "", beyond(1969, 1900, 1700), 1),
    row("wall clock after 9999", "", beyond(10_001, 12_000, 20_000, 292_000_000), 1),
    row("wall clock 584.55 years on", "2^64 ns", around, 1),
    row("clock of ages stepped forwards", "as by a long suspension", thaw, 6),
    row("clock_gettime(CLOCK_REALTIME) fails", "", failures, 1),
    Row("machine", "clock_gettime(CLOCK_BOOTTIME) fails", "", failing_ages),
]

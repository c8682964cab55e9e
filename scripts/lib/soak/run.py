"""One function under the soak: events go in; answers, lines of the log and fetches are settled every few hundred."""

import pathlib
import random
import tempfile
import time
from collections.abc import Callable, Iterator

from execution.function import Function
from execution.runtime_api import RuntimeAPI
from soak.events import Case
from soak.findings import Failure, Figures
from soak.lane import Lane, Lost
from soak.oracle import Oracle
from soak.pools import Pools
from soak.publisher import Publisher
from soak.settling import Log, Pending, Settling
from soak.timeline import EXPIRY, Span
from soak.watch import Window
from soak.world import COOLDOWN, SOURCES, Profile, write_configuration

ROTATIONS = 20  # in a run
LEAST_BETWEEN_ROTATIONS, MOST_BETWEEN_ROTATIONS = 1_000, 50_000  # invocations
POOL_SHARE, LEAST_POOL, MOST_POOL = 10, 100, 1_000  # a tenth of the invocations between two rotations
SETTLE_EVERY = 400  # invocations: their lines of the log fit into the pipe
SAMPLES = 5
FIRST_SAMPLE = 10_000  # invocations, or a fifth of a short run
# Deadlines that leave no time for a fetch: now and then, and more often where one is due.
NEAR_MILLISECONDS, FAR_MILLISECONDS = 100, 10_000
NEAR_SHARE, NEAR_SHARE_WHEN_DUE = 0.002, 0.3
OUTAGE_SECONDS = EXPIRY + 1.5  # so that keys expire in it
FIRST_OUTAGE_SECONDS, OUTAGE_CYCLE_SECONDS = 1.0, 16.0  # of one source after another: a tenth of all their time


class Run:
    def __init__(
        self, program: pathlib.Path, profile: Profile, count: int, seed: int, environment: dict[str, str]
    ) -> None:
        self.program, self.profile, self.count, self.seed = program, profile, count, seed
        self.environment = environment
        self.rotation = min(MOST_BETWEEN_ROTATIONS, max(LEAST_BETWEEN_ROTATIONS, count // ROTATIONS))
        self.publisher = Publisher(seed)
        size = min(MOST_POOL, max(LEAST_POOL, self.rotation // POOL_SHARE))
        self.pools = Pools(seed, self.publisher.rings, size)
        self.dice = random.Random(f"{seed} deadlines")
        self.oracle = Oracle(profile)
        self.settling = Settling(self.oracle)
        self.figures = Figures(profile.name)
        self.pending: list[Pending] = []
        self.log = Log()
        self.window = Window()
        first = max(1, min(FIRST_SAMPLE, count // SAMPLES))
        self.sampled = {first, count, *range(count // SAMPLES, count, max(1, count // SAMPLES))} - {0}

    def go(self, tell: Callable[[int], None]) -> Figures:
        with tempfile.TemporaryDirectory(prefix="turnstile-soak-") as name, RuntimeAPI() as api:
            path = write_configuration(pathlib.Path(name), self.publisher.server.url, self.profile)
            environment = {"AUTHORIZER_CONFIG": str(path), "AWS_LAMBDA_FUNCTION_NAME": "soak", **self.environment}
            with Function(self.program, api.address, environment, stdout=self.log.writing) as function:
                lane = Lane(api)
                try:
                    self.drive(function, lane, tell)
                except Lost as lost:
                    written = function.written().decode(errors="replace")[-500:]
                    raise Failure(f"{lost}; it wrote {written!r}", self.done()) from None
                finally:
                    lane.close()
                    self.publisher.close()
                    self.log.close()
        self.figures.most_kib = self.window.most_of_all
        self.figures.seen = dict(self.oracle.seen)
        self.figures.circumstances = len(self.oracle.circumstances)
        return self.figures

    def done(self) -> int:
        return self.settling.settled + len(self.pending)

    def drive(self, function: Function, lane: Lane, tell: Callable[[int], None]) -> None:
        started = time.monotonic()
        lane.await_first()
        for index, case in enumerate(self.events()):
            self.invoke(lane, index, case)
            if len(self.pending) >= SETTLE_EVERY:
                self.settle()
                self.window.look(function)
                self.schedule_outages(time.monotonic() - started)
                tell(self.settling.settled)
            if index + 1 in self.sampled:
                self.settle()
                self.figures.samples.append(self.window.sample(function, index + 1))
        self.figures.invocations = self.settling.settled
        self.figures.seconds = time.monotonic() - started
        if written := function.errors.read_bytes():
            raise Failure(f"on standard error: {written[:500]!r}", self.done())

    def events(self) -> Iterator[Case]:
        """The first are one of each kind, so that the largest of all are behind when memory is first looked at."""
        first = self.pools.cases()
        for index in range(self.count):
            if index and index % self.rotation == 0:
                self.settle()
                self.publisher.rotate()
                self.pools.renew()
                self.figures.rotations += 1
            yield first[index] if index < min(len(first), self.rotation) else self.pools.draw()

    def invoke(self, lane: Lane, index: int, case: Case) -> None:
        request_id = f"{index:08x}-0000-4000-8000-{self.seed & 0xFFFFFFFFFFFF:012x}"
        is_near = self.has_near_deadline(case)
        deadline = NEAR_MILLISECONDS if is_near else FAR_MILLISECONDS
        kind, body, begin, end = lane.invoke(request_id, case.event, deadline)
        self.pending.append(Pending(index, request_id, case, Span(begin, end, not is_near), kind, body))
        lane.await_next()

    def has_near_deadline(self, case: Case) -> bool:
        source = case.token.source
        is_due = source is not None and time.monotonic() - self.publisher.latest[source] >= COOLDOWN
        return self.dice.random() < (NEAR_SHARE_WHEN_DUE if is_due else NEAR_SHARE)

    def schedule_outages(self, elapsed: float) -> None:
        number, within = divmod(elapsed - FIRST_OUTAGE_SECONDS, OUTAGE_CYCLE_SECONDS)
        is_out = number >= 0 and within < OUTAGE_SECONDS
        # The first is the one whose keys are refreshed while no caller waits.
        self.publisher.down = {SOURCES[(int(number) - 1) % len(SOURCES)]} if is_out else set()

    def settle(self) -> None:
        self.settling.settle(self.pending, self.log.lines(), self.publisher.take())
        self.pending.clear()

"""Many clients of the emulator at once, and what they are told."""

import collections
import dataclasses
import functools
import pathlib
import random
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from concurrency import kernel
from concurrency.emulator import Client, ManagedEmulator
from concurrency.findings import Check, Setting, require
from concurrency.samples import PIPE_BYTES, Sample, Samples, faults
from concurrency.stage import DIED
from execution.key_server import KeyServer

SECONDS = 3.0
LOG_SECONDS = 2.0  # until the last lines have been written
MOST_SHOWN = 3
RIGHT = "right"
BUSY = "Runtime.Unavailable"  # the emulator found no worker idle: it is asked again
LOST = "Runtime.Unknown"  # the emulator found the connection of a worker that was killed while it waited
TIMED_OUT = "Sandbox.Timedout"  # an event that a worker had read, and of which it had taken no note
ERRORS = (DIED, LOST, TIMED_OUT)
BUSY_PAUSE_SECONDS = 0.002


@dataclasses.dataclass
class Load:
    """What clients asked and what they were told."""

    emulator: ManagedEmulator
    samples: Samples
    chance: random.Random
    counts: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    died: set[str] = dataclasses.field(default_factory=set)
    wrong: list[str] = dataclasses.field(default_factory=list)
    is_over: threading.Event = dataclasses.field(default_factory=threading.Event)
    threads: list[threading.Thread] = dataclasses.field(default_factory=list)

    def start(self) -> None:
        """One client for each worker."""
        for _ in range(self.emulator.workers):
            self.threads.append(threading.Thread(target=self.run, args=(self.chance.randrange(1 << 62),), daemon=True))
            self.threads[-1].start()

    def end(self) -> None:
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def run(self, seed: int) -> None:
        chance = random.Random(seed)
        client = Client(self.emulator.port)
        while not self.is_over.is_set():
            self.invoke(client, chance.choice(self.samples.all), chance)

    def invoke(self, client: Client, sample: Sample, chance: random.Random) -> None:
        while True:
            request_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
            reply = client.invoke(sample.event, request_id)
            kind = reply.document.get("errorType") if isinstance(reply.document, dict) else None
            if reply.status != 400 or kind != BUSY:
                break
            self.counts[BUSY] += 1
            time.sleep(BUSY_PAUSE_SECONDS)
        if kind in ERRORS:
            self.counts[kind] += 1
            if kind == DIED:
                self.died.add(request_id)
        elif found := faults(sample, reply.document, None) if reply.status == 200 else [f"{reply}"]:
            self.wrong.append(f"{sample.path.name}: {found[0]}")
        else:
            self.counts[RIGHT] += 1
            self.emulator.journal.answered(request_id, sample, reply.document)

    def errors(self) -> int:
        return sum(self.counts[kind] for kind in ERRORS)

    def require_right(self) -> None:
        require(not self.wrong, f"{len(self.wrong)} wrong answers: {'; '.join(self.wrong[:MOST_SHOWN])}")
        self.emulator.journal.require_right()


@contextmanager
def loaded(setting: Setting, in_flight: int) -> Iterator[Load]:
    """The sample events' function under the emulator, and as many clients."""
    with tempfile.TemporaryDirectory(prefix="turnstile-") as folder:
        samples = Samples(setting, pathlib.Path(folder))
        with KeyServer(samples.serve) as server:
            environment = {**samples.environment, "TURNSTILE_KEYS_URL": server.url}
            files = {"authorizer.json": samples.configuration}
            with ManagedEmulator(setting, in_flight, files, environment) as emulator:
                yield Load(emulator, samples, setting.random(f"load of {in_flight}"))


def checks(setting: Setting) -> list[Check]:
    """One for each number in flight."""
    return [
        Check("emulator", f"the sample events, {count} in flight", functools.partial(in_flight, count))
        for count in setting.in_flight
    ]


def in_flight(count: int, setting: Setting) -> str:
    with loaded(setting, count) as load:
        load.start()
        time.sleep(setting.seconds or SECONDS)
        processes = [load.emulator.supervisor, *kernel.workers(load.emulator.supervisor)]
        require(len(processes) == count + 1, f"{len(processes)} processes instead of {count + 1}")
        require(all(kernel.threads(process) == 1 for process in processes), "a process has more than one thread")
        load.end()
        return judged(load)


def judged(load: Load) -> str:
    journal, counts = load.emulator.journal, load.counts
    load.require_right()
    require(load.errors() == 0, f"errors though nothing was killed: {dict(counts)}")
    kernel.wait(lambda: journal.pairs == counts[RIGHT], LOG_SECONDS, f"a line for each of {counts[RIGHT]} answers")
    load.require_right()
    require(not journal.lines, f"lines of invocations that nobody made: {[*journal.lines][:MOST_SHOWN]}")
    kinds = len(load.samples.all)
    require(len(journal.kinds) == kinds, f"only {len(journal.kinds)} of {kinds} kinds came to pass")
    require(journal.long > 0, f"no line of more than {PIPE_BYTES} bytes: the longest has {journal.longest}")
    return (
        f"{journal.pairs:,} events of {kinds} kinds, each with its line, {journal.long:,} of them longer than"
        f" {PIPE_BYTES:,} bytes; none idle {counts[BUSY]:,} times"
    )

"""Kills workers at random, in a process of its own: beside many clients in one process it would come too late to look.

    python -m concurrency.killer SUPERVISOR WORKERS SECONDS SEED

Prints a line of JSON when it begins to count and one at the end.
"""

import collections
import json
import os
import random
import signal
import sys
import time

from concurrency import kernel
from concurrency.findings import Wrong, require

DEADLY = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT)
MOST_PAUSE_SECONDS = 0.3
BACK_SECONDS = 1.0  # until all workers are there again
STALL_SECONDS = 1.0  # of the supervisor, where Lambda does not accept an error; the log says whether it was so
WARM_KILLS = 3  # what the supervisor makes at its first death is there behind these


class Killer:
    """Kills one worker after the other, and waits until there is another in its place."""

    def __init__(self, supervisor: int, workers: int, chance: random.Random) -> None:
        self.supervisor, self.workers, self.chance = supervisor, workers, chance
        self.signals: collections.Counter[str] = collections.Counter()
        self.times: list[float] = []

    def kill_one(self) -> None:
        time.sleep(self.chance.uniform(0, MOST_PAUSE_SECONDS))
        before = kernel.workers(self.supervisor)
        require(len(before) == self.workers, f"{len(before)} workers before a kill")
        victim, how = self.chance.choice(before), self.chance.choice(DEADLY)
        os.kill(victim, how)
        self.signals[how.name] += 1
        seconds = kernel.wait(
            lambda: victim not in (now := kernel.workers(self.supervisor)) and len(now) == self.workers,
            BACK_SECONDS + STALL_SECONDS, f"{self.workers} workers after {how.name}",
        )  # fmt: skip
        self.times.append(seconds)
        others = set(before) - {victim} - set(kernel.workers(self.supervisor))
        require(not others, f"{len(others)} other workers ended with the one that was killed")

    def figures(self) -> dict:
        return {
            "kills": self.signals.total(), "signals": dict(self.signals), "slowest": max(self.times),
            "late": sum(seconds > BACK_SECONDS for seconds in self.times),
            "median": sorted(self.times)[len(self.times) // 2], **self.held(),
        }  # fmt: skip

    def held(self) -> dict:
        return {"descriptors": kernel.descriptors(self.supervisor), "kib": kernel.resident_kib(self.supervisor)}


def main() -> int:
    supervisor, workers, seed = int(sys.argv[1]), int(sys.argv[2]), sys.argv[4]
    end = time.monotonic() + float(sys.argv[3])
    killer = Killer(supervisor, workers, random.Random(seed))
    try:
        for _ in range(WARM_KILLS):
            killer.kill_one()
        print(json.dumps(killer.figures()), flush=True)
        while time.monotonic() < end:
            killer.kill_one()
        time.sleep(BACK_SECONDS)
        print(json.dumps(killer.figures()), flush=True)
    except Wrong as fault:
        print(json.dumps({"wrong": str(fault), "signals": dict(killer.signals)}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

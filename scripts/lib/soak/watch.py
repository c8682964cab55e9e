"""What the kernel says of the function while it waits for an event, and the bounds of it."""

import collections
import dataclasses
import os
import pathlib

from execution.function import Function

MOST_GROWTH = 0.01  # of resident memory, from the first sample to the last
SHORT_RUN = 1_000_000
GRANULARITY_KIB = 128  # that much more in a run shorter than SHORT_RUN: an allocator takes pages by the dozen


@dataclasses.dataclass(frozen=True)
class Sample:
    """Taken over some thousand invocations, whenever the function waits for an event. The least is what it keeps for
    good: what it has beyond that are buffers of the latest events, which the C library gives back when it likes."""

    invocations: int
    least_kib: int
    most_kib: int
    least_own_kib: int
    """Of it without the pages of the program's file, which come and go as the kernel likes."""
    descriptors: int
    threads: int
    processor_seconds: float


class Window:
    """The latest looks at resident memory."""

    LOOKS = 20

    def __init__(self) -> None:
        self.looks: collections.deque[tuple[int, int]] = collections.deque(maxlen=self.LOOKS)
        self.most_of_all = 0

    def look(self, function: Function) -> None:
        self.looks.append(resident_kib(function.pid))
        self.most_of_all = max(self.most_of_all, self.looks[-1][0])

    def sample(self, function: Function, invocations: int) -> Sample:
        self.look(function)
        resident, own = zip(*self.looks, strict=True)
        return Sample(
            invocations, min(resident), max(resident), min(own), function.descriptors(), function.threads(),
            processor(function.pid),
        )  # fmt: skip


def resident_kib(pid: int) -> tuple[int, int]:
    """All, and what is no page of a file. Counted page by page; VmRSS of /proc/PID/status is kept in counters that lag
    behind."""
    lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    kib = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return kib["Rss"], kib["Anonymous"]


def processor(pid: int) -> float:
    """User and system time, in seconds (proc(5), stat, 14 and 15)."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def most_resident_kib(first: Sample, last: Sample) -> float:
    allowance = GRANULARITY_KIB if last.invocations < SHORT_RUN else 0
    return first.least_kib * (1 + MOST_GROWTH) + allowance


def faults(samples: list[Sample]) -> list[str]:
    """What grew that may not grow."""
    first, last = samples[0], samples[-1]
    found = []
    if last.least_kib > (most := most_resident_kib(first, last)):
        found.append(f"resident memory grew from {first.least_kib} to {last.least_kib} KiB, more than {most:.0f}")
    if last.descriptors != first.descriptors:
        found.append(f"open descriptors went from {first.descriptors} to {last.descriptors}")
    found += [f"{one.threads} threads after {one.invocations} invocations" for one in samples if one.threads != 1]
    return found

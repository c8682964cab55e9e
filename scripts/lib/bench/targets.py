"""What is aimed at, in one place. A miss is a figure with its cause, and never a moved target."""

import dataclasses
from collections.abc import Callable

from bench import growth, https
from bench.headline import MEGABYTE, ratios
from bench.programs import EMBEDDED, FLOOR, ORDINARY
from bench.results import Results
from bench.statistics import Summary

MILLISECOND = 1_000_000  # nanoseconds
Found = tuple[float, float, float] | None
"""The median and the middle half around it."""


@dataclasses.dataclass(frozen=True)
class Target:
    name: str
    most: float
    unit: str
    find: Callable[[Results], Found]


@dataclasses.dataclass(frozen=True)
class Verdict:
    name: str
    most: float
    unit: str
    found: float | None
    q1: float | None
    q3: float | None

    @property
    def is_met(self) -> bool | None:
        """None where it was not measured."""
        return None if self.found is None else self.found <= self.most


def of_summary(found: Summary | None, by: float = 1) -> Found:
    return (found.median * by, found.q1 * by, found.q3 * by) if found else None


def exactly(value: float) -> Found:
    return value, value, value


def to_floor(series: str) -> Callable[[Results], Found]:
    def find(results: Results) -> Found:
        ours, floor = results.figures.get(EMBEDDED), results.figures.get(FLOOR)
        return of_summary(ratios(ours, floor).get(series)) if ours and floor else None

    return find


def to_fastest_peer(results: Results) -> Found:
    peers = [one for name, one in results.figures.items() if name not in (FLOOR, EMBEDDED, ORDINARY)]
    ours = results.figures.get(EMBEDDED)
    if not ours or not peers:
        return None
    slowest = [ratios(ours, peer)["cold_ns"] for peer in peers]
    return of_summary(max(slowest, key=lambda one: one.median))


def peak_memory(results: Results) -> Found:
    ours = results.figures.get(EMBEDDED)
    return exactly(ours.peak_rss_bytes / MEGABYTE) if ours else None


def file_size(results: Results) -> Found:
    ours = results.deployed.get(EMBEDDED)
    return exactly(ours.file_bytes / MEGABYTE) if ours else None


def archive_size(results: Results) -> Found:
    ours = results.deployed.get(EMBEDDED)
    return exactly(ours.archive_bytes / MEGABYTE) if ours else None


def fetch(roots: str) -> Callable[[Results], Found]:
    """What the fetch adds to a start that needs none."""

    def find(results: Results) -> Found:
        found, without = results.https.get(roots), results.https.get(https.NO_FETCH)
        if not found or not without:
            return None
        parts = (found.median, found.q1, found.q3)
        median, q1, q3 = ((part - without.median) / MILLISECOND for part in parts)
        return median, q1, q3

    return find


def grown(name: str, size: int) -> Callable[[Results], Found]:
    return lambda results: of_summary(results.grown(name, size))


def further_calls(results: Results) -> Found:
    ours, floor = results.calls.get(EMBEDDED), results.calls.get(FLOOR)
    return exactly(ours.until_response - floor.until_response) if ours and floor else None


TARGETS = (
    Target("cold, exec to first response", 1.15, "× floor", to_floor("cold_ns")),
    Target("the same, beside the fastest peer", 1.0, "× peer", to_fastest_peer),
    Target("warm time of an invocation", 1.15, "× floor", to_floor("warm_ns")),
    Target("processor time of an invocation", 1.20, "× floor", to_floor("warm_cpu_ns")),
    Target("peak RSS after 20,000 invocations", 5.0, "MB", peak_memory),
    Target("file", 6.5, "MB", file_size),
    Target("zip", 3.0, "MB", archive_size),
    Target("first HTTPS fetch, a user pool's roots", 7.0, "ms CPU", fetch(https.POOL)),
    Target("first HTTPS fetch, the system's roots", 30.0, "ms CPU", fetch(https.SYSTEM)),
    Target("the same, given as a caFile", 30.0, "ms CPU", fetch(https.SYSTEM_AS_FILE)),
    Target("1,000 routes instead of 10", 1.10, "× time", grown(growth.ROUTES, 1_000)),
    Target("100 keys instead of 2", 1.10, "× time", grown(growth.KEYS, 100)),
    Target("system calls to the first response", 10, "beyond floor", further_calls),
)


def verdicts(results: Results) -> list[Verdict]:
    return [
        Verdict(target.name, target.most, target.unit, *(target.find(results) or (None, None, None)))
        for target in TARGETS
    ]

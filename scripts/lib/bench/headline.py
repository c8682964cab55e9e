"""The figures that targets are about: cold and warm, time, processor time and memory, beside the floor's."""

import dataclasses
import functools
import shutil
import statistics as plain
from collections.abc import Callable, Sequence

from bench import page_cache
from bench.plan import Plan
from bench.rounds import Told, interleave, order
from bench.stage import Act, Stage
from bench.statistics import Summary, ratio, summary
from bench.stopwatch import Program, Run

MEGABYTE = 1_000_000
KIB = 1_024


@dataclasses.dataclass
class Figures:
    """Of one program; each list has one value a round."""

    cold_ns: list[float] = dataclasses.field(default_factory=list)
    cold_cpu_ns: list[float] = dataclasses.field(default_factory=list)
    dropped_ns: list[float] = dataclasses.field(default_factory=list)
    """Cold, with the file out of the page cache; empty where that was not to be had."""
    warm_ns: list[float] = dataclasses.field(default_factory=list)
    warm_p99_ns: list[float] = dataclasses.field(default_factory=list)
    warm_cpu_ns: list[float] = dataclasses.field(default_factory=list)
    peak_rss_bytes: int = 0
    own_rss_bytes: int = 0

    def take_round(self, cold: Sequence[Run], dropped: Sequence[Run], warm: Run) -> None:
        self.cold_ns.append(plain.median(run.cold_ns for run in cold))
        self.cold_cpu_ns.append(plain.median(run.cold_cpu_ns for run in cold))
        if dropped:
            self.dropped_ns.append(plain.median(run.cold_ns for run in dropped))
        self.warm_ns.append(warm.warm_ns["median"])
        self.warm_p99_ns.append(warm.warm_ns["p99"])
        self.warm_cpu_ns.append(warm.warm_cpu_ns)

    def take_memory(self, run: Run) -> None:
        self.peak_rss_bytes = run.peak_rss_kib * KIB
        self.own_rss_bytes = run.own_rss_kib * KIB


SERIES = ("cold_ns", "cold_cpu_ns", "dropped_ns", "warm_ns", "warm_p99_ns", "warm_cpu_ns")


def measure(
    stage: Stage, act: Act, programs: Sequence[Program], peers: Sequence[Program], plan: Plan, tell: Told
) -> dict[str, Figures]:
    """`programs` are measured at length, `peers` in fewer starts and invocations, in the same rounds."""
    everybody = [*programs, *peers]
    figures = {one.name: Figures() for one in everybody}
    for one in everybody:
        stage.answers(one, act)
    dropped_programs = [second for one in programs if (second := off_cache(one))]
    for number in range(plan.rounds):
        cold = starts(stage, act, programs, plan.cold_starts)
        dropped = starts(stage, act, dropped_programs, 1, drop)
        cold |= starts(stage, act, peers, plan.peer_cold_starts)
        warm = warm_runs(stage, act, everybody, len(programs), plan, number)
        for one in everybody:
            figures[one.name].take_round(cold[one.name], dropped.get(one.name, []), warm[one.name])
        tell(number + 1, plan.rounds)
    for one in everybody:
        figures[one.name].take_memory(stage.time(one, act, plan.memory))
    return figures


def off_cache(program: Program) -> Program | None:
    """A second copy, since pages that have been read anew lie otherwise than those that have not, and start slower."""
    if not program.file:
        return None
    copy = program.file.with_name(f"{program.file.name}-off-cache")
    shutil.copy(program.file, copy)
    return dataclasses.replace(program, command=(str(copy),), file=copy) if page_cache.can_drop(copy) else None


def drop(program: Program) -> None:
    assert program.file
    page_cache.drop(program.file)


def starts(
    stage: Stage, act: Act, programs: Sequence[Program], count: int,
    before: Callable[[Program], None] = lambda _: None,
) -> dict[str, list[Run]]:
    def start(program: Program) -> Run:
        before(program)
        return stage.time(program, act, 1)

    runs = interleave([functools.partial(start, one) for one in programs], count, lambda *_: None)
    return {one.name: found for one, found in zip(programs, runs, strict=True)}


def warm_runs(
    stage: Stage, act: Act, programs: Sequence[Program], own: int, plan: Plan, number: int
) -> dict[str, Run]:
    found = {}
    for index in order(len(programs), number):
        count = plan.warm if index < own else plan.peer_warm
        found[programs[index].name] = stage.time(programs[index], act, 1 + plan.warmup + count, plan.warmup)
    return found


def summaries(figures: Figures) -> dict[str, Summary]:
    return {name: summary(values) for name in SERIES if (values := getattr(figures, name))}


def ratios(figures: Figures, floor: Figures) -> dict[str, Summary]:
    return {
        name: ratio(values, getattr(floor, name))
        for name in SERIES
        if (values := getattr(figures, name)) and getattr(floor, name)
    }

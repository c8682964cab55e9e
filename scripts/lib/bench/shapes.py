"""Warm time by the shape of the event and the algorithm of the token, beside the floor's."""

import dataclasses
import functools
from collections.abc import Sequence

from bench import world
from bench.events import SHAPES, Keys, Maker
from bench.plan import Plan
from bench.rounds import Told, interleave
from bench.stage import Stage
from bench.statistics import Summary, ratio, summary
from bench.stopwatch import Program


@dataclasses.dataclass(frozen=True)
class Cell:
    shape: str
    algorithm: str
    bytes: int
    warm_ns: dict[str, Summary]
    ratios: dict[str, Summary]
    """To the first program, the floor."""


def measure(
    stage: Stage, programs: Sequence[Program], keys: Keys, seed: int, plan: Plan, tell: Told
) -> list[Cell]:
    names = [(algorithm, shape) for algorithm in world.ALGORITHMS for shape in SHAPES]
    cells = []
    for number, (algorithm, shape) in enumerate(names):

        def told(done: int, of: int, number: int = number) -> None:
            tell(number * of + done, len(names) * of)

        cells.append(cell(stage, programs, keys, Maker(keys, seed), algorithm, shape, plan, told))
    return cells


def cell(
    stage: Stage, programs: Sequence[Program], keys: Keys, maker: Maker, algorithm: str, shape: str, plan: Plan,
    tell: Told,
) -> Cell:
    events = maker.events(plan.other_events, shape, algorithm)
    act = stage.act(f"{algorithm} {shape}", maker.world, keys, events)

    def warm(program: Program) -> float:
        run = stage.time(program, act, 1 + plan.warmup + plan.shape_warm, plan.warmup)
        return run.warm_ns["median"]

    found = interleave([functools.partial(warm, one) for one in programs], plan.shape_rounds, tell)
    values = {one.name: each for one, each in zip(programs, found, strict=True)}
    floor = values[programs[0].name]
    return Cell(
        shape, algorithm, round(sum(len(event.body) for event in events) / len(events)),
        {name: summary(each) for name, each in values.items()},
        {name: ratio(each, floor) for name, each in values.items()},
    )  # fmt: skip

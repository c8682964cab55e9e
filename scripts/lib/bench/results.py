"""All that one run found, as the report shows it and --json writes it."""

import dataclasses
import os
import pathlib
import platform

from bench.calls import Calls
from bench.growth import Row
from bench.headline import Figures
from bench.plan import Plan
from bench.shapes import Cell
from bench.statistics import Summary


@dataclasses.dataclass(frozen=True)
class Deployed:
    file_bytes: int
    archive_bytes: int


@dataclasses.dataclass(frozen=True)
class Machine:
    processor: str
    cores: int
    kernel: str
    pinned_to: int | None
    went_first: bool
    """Whether it had a higher priority than all else on that core."""
    load: float
    """Processes that wanted a core in the last minute, at the start: above 0, others were at work."""


@dataclasses.dataclass
class Results:
    date: str
    seed: int
    machine: Machine
    plan: Plan
    missing: tuple[str, ...] = ()
    """Peers that were not to be had."""
    refused: int = 0
    """Attacks that each program has refused."""
    deployed: dict[str, Deployed] = dataclasses.field(default_factory=dict)
    figures: dict[str, Figures] = dataclasses.field(default_factory=dict)
    calls: dict[str, Calls] = dataclasses.field(default_factory=dict)
    shapes: list[Cell] = dataclasses.field(default_factory=list)
    growth: list[Row] = dataclasses.field(default_factory=list)
    https: dict[str, Summary] = dataclasses.field(default_factory=dict)

    def grown(self, name: str, size: int) -> Summary | None:
        return next((row.ratio for row in self.growth if (row.name, row.size) == (name, size)), None)


def this_machine(core: int | None, went_first: bool) -> Machine:
    system = f"{platform.system()} {platform.release()}"
    return Machine(processor(), os.cpu_count() or 1, system, core, went_first, os.getloadavg()[0])


def processor() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()

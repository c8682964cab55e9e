"""One run of one program under the stopwatch, which is a program of its own: c/stopwatch/stopwatch.c."""

import copy
import dataclasses
import json
import pathlib
import subprocess
from collections.abc import Mapping

from children import end_with_parent

PATIENCE_SECONDS = 10.0  # for one answer
OVERHEAD_SECONDS = 60.0  # beside the invocations, each of which may take SLOWEST_SECONDS
SLOWEST_SECONDS = 0.01


class Failure(Exception):
    """A run that is worth nothing: which program, and what was wrong, in one line."""


@dataclasses.dataclass(frozen=True)
class Program:
    name: str
    command: tuple[str, ...]
    variables: Mapping[str, str]
    file: pathlib.Path | None = None
    """What is deployed, where that is one file."""

    def with_variables(self, **others: str) -> "Program":
        return dataclasses.replace(self, variables={**self.variables, **others})

    def under(self, *wrapper: str) -> "Program":
        """The same, started by another program such as strace."""
        return dataclasses.replace(self, command=(*wrapper, *self.command))


@dataclasses.dataclass(frozen=True)
class Scene:
    """What is handed out. Without `keys` they are somewhere else: a variable of the program says where."""

    events: pathlib.Path
    count: int
    keys: pathlib.Path | None


@dataclasses.dataclass(frozen=True)
class Run:
    """Times in nanoseconds, from exec on; see the end of stopwatch.c."""

    answered: int
    ready_ns: int
    ready_cpu_ns: int
    cold_ns: int
    cold_cpu_ns: int
    peak_rss_kib: int
    rss_kib: int
    own_rss_kib: int
    minor_faults: int
    major_faults: int
    voluntary_switches: int
    connections: int
    key_requests: int
    warm_ns: dict[str, int] = dataclasses.field(default_factory=dict)
    warm_count: int = 0
    warm_cpu_ns: float = 0
    warm_cycle_ns: float = 0


class Stopwatch:
    def __init__(
        self, executable: pathlib.Path, core: int | None, patience: float = PATIENCE_SECONDS, is_first: bool = False
    ) -> None:
        """`is_first`: ahead of all else that runs on the core, which takes the right to raise a priority."""
        self.executable, self.core, self.patience, self.is_first = executable, core, patience, is_first
        self.surroundings: tuple[str, ...] = ()

    def within(self, *surroundings: str) -> "Stopwatch":
        """The same, itself started by a command that first changes what it and the program see of the machine."""
        other = copy.copy(self)
        other.surroundings = surroundings
        return other

    def record(self, program: Program, scene: Scene, answers: pathlib.Path, output: pathlib.Path | None = None) -> Run:
        """One pass over the events; what was answered is written, for the judge."""
        return self.run(program, scene, scene.count, 0, ["--record", str(answers)], output)

    def time(self, program: Program, scene: Scene, answers: pathlib.Path, count: int, warmup: int = 0) -> Run:
        """`count` invocations, each of which must be answered as it was before."""
        return self.run(program, scene, count, warmup, ["--answers", str(answers)], None)

    def run(
        self, program: Program, scene: Scene, count: int, warmup: int, words: list[str], output: pathlib.Path | None
    ) -> Run:
        command = [*self.surroundings, str(self.executable), "--events", str(scene.events), *words]
        command += ["--count", str(count), "--warmup", str(warmup), "--patience", str(self.patience)]
        command += ["--keys", str(scene.keys)] if scene.keys else []
        command += ["--core", str(self.core)] if self.core is not None else []
        command += ["--first"] if self.is_first else []
        command += ["--output", str(output)] if output else []
        for name, value in program.variables.items():
            command += ["--env", f"{name}={value}"]
        done = self.finished(program, [*command, "--", *program.command], count)
        return Run(**json.loads(done))

    def finished(self, program: Program, command: list[str], count: int) -> str:
        limit = OVERHEAD_SECONDS + self.patience + count * SLOWEST_SECONDS
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=limit, preexec_fn=end_with_parent, check=False
            )
        except subprocess.TimeoutExpired:
            raise Failure(f"{program.name}: {count:,} invocations took more than {limit:.0f} s") from None
        if done.returncode != 0:
            reason = done.stderr.strip() or f"the stopwatch ended with status {done.returncode}"
            raise Failure(f"{program.name}: {reason}")
        return done.stdout

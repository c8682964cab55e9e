"""System calls until the first response has been posted, as strace sees them."""

import collections
import dataclasses
import pathlib
import re

from bench.stage import Act, Stage
from bench.stopwatch import Failure, Program

CALL = re.compile(r"^(?:\d+\s+)?(\w+)\(")
RESPONSE = re.compile(r"\"POST /2018-06-01/runtime/invocation/[^/ ]+/response")
SHOWN_CHARACTERS = 120  # of each argument: enough for the line of a request
STRACE = "/usr/bin/strace"


@dataclasses.dataclass(frozen=True)
class Calls:
    until_response: int
    per_invocation: int
    by_name: dict[str, int]
    """Of those until the first response."""


INVOCATIONS = 4  # the last two tell what one more costs


def count(stage: Stage, program: Program, act: Act) -> Calls:
    trace = stage.folder / f"{program.name}.strace"
    wrapped = stage.in_world(program, act).under(STRACE, "-f", "-s", str(SHOWN_CHARACTERS), "-o", str(trace))
    stage.stopwatch.time(wrapped, act.scene, stage.answers(program, act), INVOCATIONS)
    try:
        return read(trace)
    except ValueError as error:
        raise Failure(f"{program.name}: {error} in {trace}") from None


def read(trace: pathlib.Path) -> Calls:
    """Lines of other kinds than a call (signals, the second half of one that was interrupted) are none."""
    lines = [line for line in trace.read_text(errors="replace").splitlines() if CALL.match(line)]
    posted = [index for index, line in enumerate(lines) if RESPONSE.search(line)]
    if len(posted) < INVOCATIONS:
        raise ValueError(f"{len(posted)} responses instead of {INVOCATIONS}")
    names = (match[1] for line in lines[: posted[0] + 1] if (match := CALL.match(line)))
    by_name = dict(collections.Counter(names).most_common())
    return Calls(posted[0] + 1, posted[-1] - posted[-2], by_name)

"""bootstrap in an empty root: its start, one event after another, and its end."""

import contextlib
from collections.abc import Iterator, Mapping

from artifact.roots import PROGRAM, TASK, EmptyRoot
from execution.function import Function
from execution.runtime_api import Request, RuntimeAPI
from faults.launch import first_request


class Failure(AssertionError):
    """What the process did instead."""


@contextlib.contextmanager
def started(
    root: EmptyRoot, environment: Mapping[str, str], before: tuple[str, ...] = (),
    emulator_options: tuple[str, ...] = (),
) -> Iterator[tuple[RuntimeAPI, Function]]:
    """A process that has asked for its first event. `before` is a command that starts another, outside the root."""
    variables = {"LAMBDA_TASK_ROOT": TASK, **environment}
    wrapper = [*before, *root.wrapper(*emulator_options)]
    with RuntimeAPI() as api, Function(PROGRAM, api.address, variables, wrapper=wrapper) as function:
        request = first_request(api, function)
        if request is None or not request.is_next:
            raise Failure(f"it does not start: {why(function, request)}")
        api.waiting.append(request)
        yield api, function


def why(function: Function, request: Request | None) -> str:
    if request:
        return str(request.document().get("errorMessage"))
    said = function.written().decode(errors="replace").strip() or "nothing"
    return f"it ended with {function.wait()} and said {said[-300:]}"

"""The programs that are measured: the floor, ours, and others in other languages."""

import dataclasses
import pathlib
import shutil

from bench import native
from bench.stopwatch import Program

FLOOR, EMBEDDED, ORDINARY = "floor", "bootstrap", "ordinary"
HERE = pathlib.Path(__file__).parent / "peers"
PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclasses.dataclass(frozen=True)
class Peers:
    programs: tuple[Program, ...]
    missing: tuple[str, ...]
    """What is not to be had here, and why."""


def floor(kept: pathlib.Path, libcurl: pathlib.Path, folder: pathlib.Path) -> Program:
    """Compiled into `kept`, once for all runs."""
    return of_file(FLOOR, copied(native.floor(kept, libcurl), folder / FLOOR))


def ours(name: str, path: pathlib.Path, folder: pathlib.Path) -> Program:
    """A copy: somebody may run the file itself, and its pages then cannot be taken out of the page cache."""
    return of_file(name, copied(path, folder / name))


def of_file(name: str, path: pathlib.Path) -> Program:
    return Program(name, (str(path),), {}, path)


def copied(path: pathlib.Path, to: pathlib.Path) -> pathlib.Path:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, to)
    return to


def peers(tools: pathlib.Path) -> Peers:
    found: list[Program] = []
    missing: list[str] = []
    python = tools / "peers" / "bin" / "python"
    if python.is_file():
        command = (str(python), "-m", "awslambdaric", "handler.handler")
        variables = {"PYTHONPATH": str(HERE / "python"), "PATH": PATH, "LAMBDA_TASK_ROOT": str(HERE / "python")}
        found.append(Program("Python", command, variables))
    else:
        missing.append("Python: scripts/requirements-bench.txt is not installed into .build-tools/peers")
    node = shutil.which("node")
    if node:
        found.append(Program("Node", (node, str(HERE / "node" / "index.mjs")), {"PATH": PATH}))
    else:
        missing.append("Node: there is no node")
    return Peers(tuple(found), tuple(missing))

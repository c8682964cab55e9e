"""What the kernel says of processes. Linux only; standard library only."""

import os
import pathlib
import signal
import time
from collections.abc import Callable, Iterable

from concurrency.findings import Wrong

POLL_SECONDS = 0.002
ESTABLISHED = "01"  # include/net/tcp_states.h


def children(process: int) -> list[int]:
    """Of all its threads; those that were not waited for yet included."""
    found: list[int] = []
    for tasks in pathlib.Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += map(int, tasks.read_text().split())
        except OSError:
            continue
    return found


def state(process: int) -> str | None:
    """The letter of proc(5); none where there is no such process."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return None


def workers(process: int) -> list[int]:
    return [child for child in children(process) if state(child) not in ("Z", "X", None)]


def zombies(process: int) -> list[int]:
    return [child for child in children(process) if state(child) == "Z"]


def status(process: int, name: str) -> int:
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise KeyError(name)


def threads(process: int) -> int:
    return status(process, "Threads")


def resident_kib(process: int) -> int:
    return status(process, "VmRSS")


def descriptors(process: int) -> int:
    return len(os.listdir(f"/proc/{process}/fd"))


def connection(port: int) -> list[str]:
    """What /proc/net/tcp says of loopback's connections from this port: state and inode."""
    wanted = f"0100007F:{port:04X}"
    lines = map(str.split, pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:])
    return [f"{fields[3]} {fields[9]}" for fields in lines if fields[1] == wanted]


def owner(port: int, processes: Iterable[int]) -> int | None:
    """Who of these holds the loopback connection from this port."""
    for state, inode in map(str.split, connection(port)):
        if state == ESTABLISHED:
            return holder(f"socket:[{inode}]", processes)
    return None


def holder(link: str, processes: Iterable[int]) -> int | None:
    for process in processes:
        try:
            names = os.listdir(f"/proc/{process}/fd")
            if any(os.readlink(f"/proc/{process}/fd/{name}") == link for name in names):
                return process
        except OSError:
            continue
    return None


def descendant(process: int, name: str) -> int | None:
    """The first process of this name, by generation."""
    generation = [process]
    while generation:
        generation = [child for one in generation for child in children(one)]
        for child in generation:
            try:
                if pathlib.Path(f"/proc/{child}/comm").read_text().strip() == name:
                    return child
            except OSError:
                continue
    return None


def wait(condition: Callable[[], object], seconds: float, what: str) -> float:
    """Returns after how many seconds it came true."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise Wrong(f"not within {seconds:g} s: {what}")
        time.sleep(POLL_SECONDS)
    return time.monotonic() - started


def stop(process: int) -> None:
    """Returns when it stands still."""
    os.kill(process, signal.SIGSTOP)
    wait(lambda: state(process) == "T", 2, f"process {process} stops")

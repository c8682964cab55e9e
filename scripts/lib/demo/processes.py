"""Processes that end for certain: each leads a group of its own, and the groups are ended whatever comes."""

import os
import pathlib
import signal
import subprocess
import time
from collections.abc import Callable

from children import end_with_parent

START_SECONDS = 30  # generous: a busy machine starts Python slowly
POLL_SECONDS = 0.02


class NotReady(Exception):
    """A server that did not come up; says which, and what it printed last."""


class Processes:
    """What was started; all of it ends with this context. What a process prints is in `folder`/NAME.log."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen] = []

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.running):
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()

    def start(self, name: str, *command: str, environment: dict[str, str] | None = None) -> "Server":
        log = (self.folder / f"{name}.log").open("wb")
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        self.running.append(process)
        return Server(name, process, self.folder / f"{name}.log")


class Server:
    def __init__(self, name: str, process: subprocess.Popen, log: pathlib.Path) -> None:
        self.name = name
        self.process = process
        self.log = log

    def wait_until(self, is_ready: Callable[[], object]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if is_ready():
                    return
            except OSError:
                pass
            time.sleep(POLL_SECONDS)
        last = self.log.read_text(errors="replace").splitlines()[-3:]
        raise NotReady(f"{self.name} did not start: {' / '.join(last) or 'it printed nothing'}")

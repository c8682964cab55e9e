"""Signals while a token is in memory: what is written then, and whether memory gets into a file."""

import concurrent.futures
import pathlib
import resource
import signal
import tempfile
import threading
import time
from collections.abc import Iterator

from execution.function import Function
from execution.key_server import Answer, KeyServer
from execution.runtime_api import RuntimeAPI
from leaks.attacks import Attack
from leaks.search import Finding, Written
from leaks.settings import Settings

SIGNALS = (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGQUIT, signal.SIGTRAP)
PATIENCE_SECONDS = 5.0
KEY_TIMES = {"maxAgeSeconds": 1, "cooldownSeconds": 1, "timeoutMilliseconds": 5_000}


class Held:
    """A key server that fails at first and then answers nothing, so that the function holds the token meanwhile."""

    def __init__(self) -> None:
        self.is_held = False
        self.came, self.go = threading.Event(), threading.Event()

    def answer(self, _: str) -> Answer:
        if self.is_held:
            self.came.set()
            self.go.wait(PATIENCE_SECONDS)
        return 503, {}, b""


def crashes(program: pathlib.Path, settings: Settings, attack: Attack) -> Iterator[Written | Finding]:
    """All at once, since each has to wait for a cooldown."""

    def one(number: signal.Signals) -> list[Written | Finding]:
        return [*crash(program, settings, attack, number)]

    with concurrent.futures.ThreadPoolExecutor(len(SIGNALS)) as executor:
        for found in executor.map(one, SIGNALS):
            yield from found


def crash(
    program: pathlib.Path, settings: Settings, attack: Attack, number: signal.Signals
) -> Iterator[Written | Finding]:
    place = f"{program.parent.name}/{program.name}, {number.name} while it holds a token"
    held = Held()
    with (
        tempfile.TemporaryDirectory(prefix="turnstile-leaks-") as name,
        KeyServer(held.answer) as server,
        RuntimeAPI() as api,
    ):
        folder = pathlib.Path(name)
        document = settings.document(server.url, keys=KEY_TIMES)
        document["issuers"] = document["issuers"][:1]
        document["routes"] = {"GET /orders": {}}
        path = settings.write(folder, document)
        environment = {**settings.environment, "AUTHORIZER_CONFIG": str(path), "AWS_LAMBDA_LOG_LEVEL": "TRACE"}
        # The runtime of an ordinary build dumps memory unless it is told not to (docs/configuration.md); the shipped
        # build has no such runtime.
        if is_dynamic(program):
            environment["SWIFT_BACKTRACE"] = "enable=no"
        # A core file, where one is written at all, is written into the folder in which the process stands.
        wrapper = ["env", f"--chdir={folder}", "prlimit", "--core=unlimited:unlimited"]
        with Function(program.resolve(), api.address, environment, wrapper=wrapper) as function:
            waiting = api.next_waiting()
            time.sleep(KEY_TIMES["cooldownSeconds"])
            held.is_held = True
            api.deliver(waiting, attack.event, "crash")
            if not held.came.wait(PATIENCE_SECONDS):
                raise AssertionError(f"{place}: no key was asked for")
            function.signal(number)
            function.wait()
            held.go.set()
            yield Written(f"{place}, what it wrote", function.written())
        for file in folder.glob("core*"):
            yield Finding(place, f"a core file of {file.stat().st_size} bytes", 0)


def is_dynamic(program: pathlib.Path) -> bool:
    return b"/ld-linux" in program.read_bytes()


def core_file_is_possible() -> bool:
    """Whether the kernel would write one here: a plain name, and no limit that cannot be raised."""
    pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
    return not pattern.startswith(("|", "/")) and resource.getrlimit(resource.RLIMIT_CORE)[1] != 0

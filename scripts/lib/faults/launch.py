"""A folder that bootstrap is started in, as a user without rights, and how the start ends."""

import atexit
import dataclasses
import functools
import json
import os
import pathlib
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping

from execution.function import Function
from execution.runtime_api import INIT_ERROR, Quiet, Request, RuntimeAPI
from faults.certificates import certificates
from faults.credentials import CLIENT, ISSUER, ROUTES, public_set
from faults.table import Result

NOBODY = 65_534
"""Debian's nobody and nogroup. root may read whatever it likes, so files are read as somebody else."""
PATIENCE_SECONDS = 10.0
SHOWN_CHARACTERS = 200
"""Of a line, in a table."""
USAGE_KEY = "usage-key-0123456789-of-nobody"

lock = threading.Lock()


class Folder:
    """`authorizer.json` and the files that it names, all of them good; whoever breaks one writes over it."""

    def __init__(self) -> None:
        self.temporary = tempfile.TemporaryDirectory(prefix="turnstile-")
        self.path = pathlib.Path(self.temporary.name)
        self.path.chmod(0o755)
        (self.path / "ca.pem").write_bytes(certificates().root.read_bytes())
        (self.path / "keys.json").write_text(public_set("k1"))
        (self.path / "usage-keys.json").write_text(json.dumps({CLIENT: USAGE_KEY}))
        self.configure()

    def configure(self, **entry: object) -> None:
        usage_key = {"from": "map", "file": "usage-keys.json"}
        whole = {"name": "partner", "issuer": ISSUER, "audiences": "any", "algorithms": ["ES256"], **entry}
        whole = {"jwksFile": "keys.json", "usageKey": usage_key, **whole}
        keys = {"caFile": "ca.pem"}
        (self.path / "authorizer.json").write_text(json.dumps({"issuers": [whole], "routes": ROUTES, "keys": keys}))

    def __enter__(self) -> "Folder":
        return self

    def __exit__(self, *_: object) -> None:
        self.temporary.cleanup()


def unprivileged() -> list[str]:
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


@functools.cache
def copy_for_all(bootstrap: pathlib.Path) -> pathlib.Path:
    """Where a user without rights can reach it."""
    temporary = tempfile.TemporaryDirectory(prefix="turnstile-")
    atexit.register(temporary.cleanup)
    folder = pathlib.Path(temporary.name)
    folder.chmod(0o755)
    copied = shutil.copy(bootstrap, folder / "bootstrap")
    os.chmod(copied, 0o755)
    return pathlib.Path(copied)


def reachable(bootstrap: pathlib.Path) -> pathlib.Path:
    with lock:
        return copy_for_all(bootstrap)


@dataclasses.dataclass
class Start:
    """How one start ended: with a request for an event, or with `init/error` and a status."""

    request: Request | None
    status: int | None
    output: str
    errors: str
    milliseconds: float
    behind: tuple[str, str] | None
    """What whoever asked behind a good start has found."""

    @property
    def message(self) -> str:
        if self.request and not self.request.is_next:
            return self.request.document()["errorMessage"]
        return self.errors.removeprefix("bootstrap: ").rstrip("\n")


def start(
    bootstrap: pathlib.Path, folder: Folder, environment: Mapping[str, str] = {}, address: str | None = None,
    wrapper: list[str] | None = None, behind: Callable[[RuntimeAPI], tuple[str, str]] | None = None,
) -> Start:
    """Without an address, against a Runtime API that takes whatever it is told. `behind` asks what started well."""
    with RuntimeAPI() as api:
        variables = {"AUTHORIZER_CONFIG": str(folder.path / "authorizer.json"), **environment}
        begun = time.monotonic()
        runtime = api.address if address is None else address
        command = [*unprivileged(), *(wrapper or [])]
        with Function(reachable(bootstrap), runtime, variables, wrapper=command) as function:
            request = first_request(api, function)
            if request and request.is_next:
                milliseconds, status = (request.at - begun) * 1_000, None
                api.waiting.append(request)
                found = behind(api) if behind else None
            else:
                found = None
                status = function.wait(PATIENCE_SECONDS)
                milliseconds = (time.monotonic() - begun) * 1_000
            written = function.output.read_text(), function.errors.read_text()
            return Start(request, status, *written, milliseconds, found)


def first_request(api: RuntimeAPI, function: Function) -> Request | None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            request = api.request(0.05)
        except Quiet:
            if function.process.poll() is not None:
                return None
            continue
        if not request.is_next:
            api.reply(request)
        return request
    raise AssertionError(f"neither a request nor an end in {PATIENCE_SECONDS:g} s")


def judged(started: Start, folder: Folder, error_type: str | None, names: list[str], logs: bool = False) -> Result:
    """`error_type` is what the Runtime API must be told; `None` where there is none, which `logs` lets the log say."""
    if started.request and started.request.is_next:
        return Result("started", waited_ms=started.milliseconds, faults=["it started"])
    message = started.message.replace(str(folder.path), "…")
    told = started.request.document()["errorType"] if started.request else None
    faults = [] if told == error_type else [f"the Runtime API was told {told}, not {error_type}"]
    if started.request and started.request.target != INIT_ERROR:
        faults.append(f"{started.request.target} instead of init/error")
    faults += [f"does not name {name}: {message}" for name in names if name not in message]
    faults += loose_ends(started, logs)
    shown = message if len(message) <= SHOWN_CHARACTERS else f"{message[:SHOWN_CHARACTERS]}…"
    heading = f"init/error {told}" if told else "nobody to tell"
    return Result(f"{heading}, exit {started.status}: {shown}", waited_ms=started.milliseconds, faults=faults)


def loose_ends(started: Start, logs: bool = False) -> list[str]:
    """Status 1, one line on standard error that is the same as was told, and nothing else."""
    faults = [] if started.status == 1 else [f"ended with {started.status}"]
    if started.errors != f"bootstrap: {started.message}\n" or "\n" in started.message:
        faults.append(f"standard error is not the one line: {started.errors!r}")
    if started.output and not (logs and all(json.loads(line) for line in started.output.splitlines())):
        faults.append(f"standard output: {started.output!r}")
    return faults
